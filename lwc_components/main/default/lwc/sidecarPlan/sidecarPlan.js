/**
 * Words about plan and segments, as every panel says them.
 */
import { numbersOf, objectsOf, textOf } from 'c/sidecarDetail';
import { fill, formatMoneyShort, formatPercent, isNumber } from 'c/sidecarFormat';
import HEADLINE from '@salesforce/label/c.Sidecar_Quarter_Headline';
import HEADLINE_OVER from '@salesforce/label/c.Sidecar_Quarter_Headline_Over';
import RENEW from '@salesforce/label/c.Sidecar_Segment_Renew';
import UPSELL from '@salesforce/label/c.Sidecar_Segment_Upsell';
import NET_NEW from '@salesforce/label/c.Sidecar_Segment_Net_New';
import UNKNOWN from '@salesforce/label/c.Sidecar_Segment_Unknown';

const SEGMENTS = { Renew: RENEW, Upsell: UPSELL, 'Net New': NET_NEW, Unknown: UNKNOWN };

/** @returns {string} the segment in the user's words; a segment that is not one of ours keeps its name */
export function segmentName(segment) {
    return SEGMENTS[segment] ?? segment;
}

/** @returns {number|null} share of the plan in percent; null where there is no plan to reach */
export function shareOfPlan(amount, plan) {
    return isNumber(amount) && isNumber(plan) && plan > 0 ? (amount / plan) * 100 : null;
}

/**
 * One sentence for the first second.
 * @param {{booked: number|null, plan: number|null, gap: number|null}} figures amounts
 * @param {string} currency ISO code
 * @returns {string} "" where there is no plan
 */
export function planHeadline({ booked, plan, gap }, currency) {
    const share = shareOfPlan(booked, plan);
    if (share === null || !isNumber(gap)) {
        return '';
    }
    const percent = formatPercent(share);
    return gap > 0 ? fill(HEADLINE, percent, formatMoneyShort(gap, currency)) : fill(HEADLINE_OVER, percent);
}

/**
 * @param {object} curve JSON with `weeks`
 * @returns {object[]} weeks for `c-sidecar-curve`; null where an amount is not known
 */
export function weeksOf(curve) {
    return objectsOf(curve.weeks).map((raw) => ({
        date: textOf(raw.date),
        ...numbersOf(raw, ['booked', 'worst', 'commit', 'best', 'plan'])
    }));
}
