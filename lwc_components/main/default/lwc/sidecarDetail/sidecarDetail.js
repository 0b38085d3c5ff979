/**
 * Reads the JSON of the detail fields. What is in them was written by another program and may be cut, older or newer than this component:
 * nothing in it is trusted, every value is checked for its type, and no text of it is ever used as markup.
 */
import { isNumber, isStale, localise } from 'c/sidecarFormat';
import BROKEN_NOTICE from '@salesforce/label/c.Sidecar_Detail_Broken';
import HIDDEN_NOTICE from '@salesforce/label/c.Sidecar_Detail_Hidden';

const VERSION = 1;

export const DETAIL = Object.freeze({ OK: 'ok', EMPTY: 'empty', HIDDEN: 'hidden', BROKEN: 'broken' });

const NOTICES = { [DETAIL.BROKEN]: BROKEN_NOTICE, [DETAIL.HIDDEN]: HIDDEN_NOTICE };

/**
 * @param {string|null|undefined} json value of a detail field; undefined when the user may not see the field
 * @returns {{state: string, value: object}} state is one of DETAIL; value is {} unless state is OK
 */
export function readDetail(json) {
    if (json === undefined) {
        return { state: DETAIL.HIDDEN, value: {} };
    }
    if (!json) {
        return { state: DETAIL.EMPTY, value: {} };
    }
    try {
        const value = JSON.parse(json);
        return value?.v === VERSION ? { state: DETAIL.OK, value } : { state: DETAIL.BROKEN, value: {} };
    } catch {
        return { state: DETAIL.BROKEN, value: {} };
    }
}

/** @returns {string} why the explanation is not there, by its state; "" where nothing is amiss */
export function noticeOf(state) {
    return NOTICES[state] ?? '';
}

/** @returns {*} the value of a field of a GraphQL node; undefined where the user may not see the field */
export function valueOf(node, field) {
    return node[field]?.value;
}

/** @returns {number|null} the value if it is a finite number */
export function numberOf(value) {
    return isNumber(value) ? value : null;
}

/** @returns {object} the numbers among the named values of an object, null in place of anything else */
export function numbersOf(raw, names) {
    return Object.fromEntries(names.map((name) => [name, numberOf(raw[name])]));
}

/** @returns {string} the value if it is text, else "" */
export function textOf(value) {
    return typeof value === 'string' ? value : '';
}

/** @returns {string} the value if it is text, its days and percentages in the user's locale; else "" */
export function proseOf(value) {
    return localise(textOf(value));
}

/** @returns {object[]} the objects of a list; [] for anything else */
export function objectsOf(value) {
    return Array.isArray(value) ? value.filter((item) => item !== null && typeof item === 'object') : [];
}

/** @returns {string[]} the non-empty texts of a list; [] for anything else */
export function textsOf(value) {
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string' && item !== '') : [];
}

/** @returns {object} the value if it is an object, else {} */
export function objectOf(value) {
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

/**
 * @param {string|null|undefined} scoredAt ISO date and time of the last scoring
 * @param {number} now milliseconds since 1970
 * @returns {{scoredAt: string, isStale: boolean, isFresh: boolean}} neither stale nor fresh when it is not known
 */
export function freshness(scoredAt, now) {
    const stale = isStale(scoredAt, now);
    return { scoredAt, isStale: stale, isFresh: Boolean(scoredAt) && !stale };
}
