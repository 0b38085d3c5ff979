/**
 * What the quarter's snapshot shows, from the account's values: pure functions.
 */
import { freshness, noticeOf, numbersOf, objectOf, objectsOf, proseOf, readDetail, textOf } from 'c/sidecarDetail';
import { fill, formatMoneyShort, isNumber } from 'c/sidecarFormat';
import { planHeadline, weeksOf } from 'c/sidecarPlan';
import * as label from './labels';

/** The shortfall in the user's own money format; else what the sidecar has to say. */
function alertOf({ commit, plan }, detail, currency) {
    const isShort = isNumber(commit) && isNumber(plan) && commit < plan;
    return isShort
        ? fill(label.ALERT, formatMoneyShort(plan - commit, currency), formatMoneyShort(plan, currency))
        : proseOf(detail.alert);
}

function segmentOf(raw) {
    const names = ['plan', 'booked', 'open', 'worst', 'commit', 'best'];
    const figures = numbersOf(raw, names);
    const gap = isNumber(figures.plan) && isNumber(figures.booked) ? figures.plan - figures.booked : null;
    return { segment: textOf(raw.segment), ...figures, gap };
}

const FIELDS = ['plan', 'booked', 'open', 'worst', 'commit', 'best', 'gap'];

/**
 * @param {object|null} account values by the names of query.js
 * @param {number} now milliseconds since 1970
 * @returns {object} `isHidden`, `empty` or `isScored`, and what is then shown
 */
export function quarterView(account, now) {
    if (!account || FIELDS.every((name) => account[name] === undefined)) {
        return { isHidden: true };
    }
    if (!account.scoredAt && FIELDS.every((name) => !isNumber(account[name]))) {
        return { empty: { heading: label.EMPTY_HEADING, message: label.EMPTY_MESSAGE, iconName: 'utility:clock' } };
    }
    const { state, value: detail } = readDetail(account.detail);
    const quarter = objectOf(detail.quarter);
    const currency = textOf(detail.currency);
    const total = numbersOf(account, FIELDS);
    const planned = planHeadline(total, currency);
    return {
        isScored: true,
        title: textOf(quarter.label) ? fill(label.TITLE_NAMED, quarter.label) : label.TITLE,
        currency,
        total,
        headline: planned || label.NO_PLAN,
        remedy: planned ? '' : label.NO_PLAN_REMEDY,
        alert: alertOf(total, detail, currency),
        segments: objectsOf(detail.segments).map(segmentOf),
        weeks: weeksOf(detail),
        quarterEnd: textOf(quarter.end),
        confidence: textOf(detail.confidence),
        confidenceReason: proseOf(detail.confidence_reason),
        detailNotice: noticeOf(state),
        ...freshness(account.scoredAt, now)
    };
}
