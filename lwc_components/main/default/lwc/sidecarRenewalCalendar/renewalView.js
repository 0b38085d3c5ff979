/**
 * What the renewal calendar shows, from the account's fields: pure functions.
 */
import { DETAIL, freshness, noticeOf, numberOf, objectsOf, readDetail, textOf, textsOf } from 'c/sidecarDetail';
import {
    daysSince,
    fill,
    formatDay,
    formatMoney,
    formatMoneyShort,
    formatNumber,
    isNumber,
    plural
} from 'c/sidecarFormat';
import * as label from './labels';

const SOON_DAYS = 90;

function countdown(days) {
    if (days === 0) {
        return label.TODAY;
    }
    return days > 0 ? plural(days, label.IN_ONE, label.IN) : plural(-days, label.AGO_ONE, label.AGO);
}

function trueUpOf(raw, currency) {
    const day = textOf(raw.true_up_date);
    return day ? fill(label.TRUE_UP, formatDay(day), formatMoneyShort(numberOf(raw.true_up_arr), currency)) : '';
}

function productOf(raw, index, currency) {
    const arr = numberOf(raw.arr);
    return {
        key: index,
        name: textOf(raw.product) || label.UNNAMED,
        quantity: isNumber(raw.quantity) ? formatNumber(raw.quantity) : '',
        arr,
        worth: formatMoneyShort(arr, currency),
        worthExactly: formatMoney(arr, currency),
        trueUp: trueUpOf(raw, currency),
        recordId: textsOf(raw.record_ids)[0] ?? ''
    };
}

const sumOf = (amounts) => (amounts.some(isNumber) ? amounts.reduce((sum, amount) => sum + (amount ?? 0), 0) : null);

/**
 * @param {object} detail of the account's health
 * @param {number} now milliseconds since 1970
 * @returns {object[]} a day each, the next first: what ends on it, for how much, and its width against the largest
 */
export function daysOf(detail, now) {
    const currency = textOf(detail.currency);
    const byDay = new Map();
    for (const raw of objectsOf(detail.renewals).filter((renewal) => daysSince(renewal.day, now) !== null)) {
        byDay.set(raw.day, [...(byDay.get(raw.day) ?? []), raw]);
    }
    const days = [...byDay]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, rows]) => {
            const products = rows.map((raw, index) => productOf(raw, index, currency));
            products.sort((a, b) => (b.arr ?? -1) - (a.arr ?? -1));
            return { day, products, arr: sumOf(products.map(({ arr }) => arr)) };
        });
    const most = Math.max(1, ...days.map(({ arr }) => arr ?? 0));
    return days.map(({ day, products, arr }) => {
        const left = -daysSince(day, now);
        return {
            key: day,
            day: formatDay(day),
            countdown: countdown(left),
            isSoon: left <= SOON_DAYS,
            worth: formatMoneyShort(arr, currency),
            worthExactly: formatMoney(arr, currency),
            barStyle: `width: ${((arr ?? 0) / most) * 100}%`,
            products
        };
    });
}

/**
 * @param {object} values the account's fields by the names in fields.js; undefined: not visible, null: empty
 * @param {number} now milliseconds since 1970
 * @returns {object} `isHidden`, `empty` or `isScored`, and what is then shown
 */
export function renewalView(values, now) {
    const { state, value: detail } = readDetail(values.detail);
    if (state === DETAIL.HIDDEN) {
        return { isHidden: true };
    }
    const days = daysOf(detail, now);
    const age = freshness(values.scoredAt, now);
    if (days.length === 0) {
        const isKnown = state === DETAIL.OK;
        const empty = {
            heading: isKnown ? label.NONE_HEADING : label.EMPTY_HEADING,
            message: isKnown ? label.NONE_MESSAGE : label.EMPTY_MESSAGE,
            iconName: 'utility:event'
        };
        return { empty, detailNotice: noticeOf(state), ...age };
    }
    const leftOut = numberOf(detail.renewals_left_out) ?? 0;
    return {
        isScored: true,
        days,
        more: leftOut > 0 ? plural(leftOut, label.MORE_ONE, label.MORE) : '',
        ...age
    };
}
