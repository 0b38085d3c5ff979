/**
 * Values of a measure with their unit, in the user's locale.
 */
import { NO_VALUE, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';

const SINGULAR = {
    cases: 'case',
    days: 'day',
    products: 'product',
    milestones: 'milestone',
    deployments: 'deployment'
};

/**
 * @param {*} value number, or what the sidecar has written in words
 * @param {string} unit "%" or a plural
 * @returns {string} for instance "84%", "1 case"; a dash where nothing is known
 */
export function amountOf(value, unit) {
    if (isNumber(value)) {
        if (unit === '%') {
            return formatPercent(value, 1);
        }
        const word = value === 1 ? (SINGULAR[unit] ?? unit) : unit;
        return `${formatNumber(value, 1)} ${word}`.trim();
    }
    return typeof value === 'string' && value !== '' ? value : NO_VALUE;
}
