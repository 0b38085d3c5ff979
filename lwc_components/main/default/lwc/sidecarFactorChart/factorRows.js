/**
 * Rows of the factor chart: pure functions.
 */
import { formatPoints } from 'c/sidecarFormat';

const SHOWN_FROM = 0.05;

function toRow(factor, key, widest) {
    const size = widest > 0 ? (Math.abs(factor.points) / widest) * 50 : 0;
    const isDown = factor.points < 0;
    return {
        key,
        label: factor.label,
        text: factor.text,
        points: formatPoints(factor.points),
        x: `${isDown ? 50 - size : 50}%`,
        width: `${size}%`,
        barClass: isDown ? 'bar_down' : 'bar_up',
        pointsClass: isDown ? 'factor__points factor__points_down' : 'factor__points factor__points_up'
    };
}

/**
 * A bar to the right for each factor that lifts the probability, to the left for each that lowers it; the widest fills its half.
 * @param {{label: string, points: number, text: string}[]} factors in percentage points
 * @param {number|null} base percent from which they start
 * @param {number} result percent at which they arrive
 * @param {string} restLabel name of what rounding and small changes since leave over, so that the rows always add up
 * @returns {object[]} rows to show
 */
export function factorRows(factors, base, result, restLabel) {
    const sum = factors.reduce((total, factor) => total + factor.points, 0);
    const rest = base === null ? 0 : result - base - sum;
    const all = Math.abs(rest) < SHOWN_FROM ? factors : [...factors, { label: restLabel, points: rest, text: '' }];
    const widest = Math.max(0, ...all.map((factor) => Math.abs(factor.points)));
    return all.map((factor, index) => toRow(factor, index, widest));
}
