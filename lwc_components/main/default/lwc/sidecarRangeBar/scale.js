/**
 * Positions on the range bar: pure functions.
 */
import { isNumber } from 'c/sidecarFormat';

const AIR = 1.06;

/**
 * @param {object} figures amounts to find room for; null where there is none
 * @returns {function(number): string} from an amount to its place on the bar, "0%" to "100%"
 */
export function placeOn(figures) {
    const known = Object.values(figures).filter(isNumber);
    const top = Math.max(0, ...known) * AIR || 1;
    return (amount) => `${(Math.max(0, amount) / top) * 100}%`;
}

/**
 * @param {number|null} from lower end
 * @param {number|null} to upper end
 * @param {function(number): string} place from placeOn
 * @returns {{x: string, width: string}|null} a stretch of the bar; null if an end is missing
 */
export function stretch(from, to, place) {
    return isNumber(from) && isNumber(to) ? { x: place(from), width: place(Math.max(0, to - from)) } : null;
}
