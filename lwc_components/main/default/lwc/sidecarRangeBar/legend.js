/**
 * The figures below the range bar, in the order in which a seller asks for them: where am I, where will I land, what is missing.
 */
import { fill, formatMoney, formatMoneyShort, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import BOOKED from '@salesforce/label/c.Sidecar_Range_Booked';
import COMMIT from '@salesforce/label/c.Sidecar_Range_Commit';
import RANGE from '@salesforce/label/c.Sidecar_Range_Worst_Best';
import FROM_TO from '@salesforce/label/c.Sidecar_Range_From_To';
import PLAN from '@salesforce/label/c.Sidecar_Range_Plan';
import NO_PLAN from '@salesforce/label/c.Sidecar_Range_No_Plan';
import OF_PLAN from '@salesforce/label/c.Sidecar_Range_Of_Plan';
import GAP from '@salesforce/label/c.Sidecar_Range_Gap';
import NO_GAP from '@salesforce/label/c.Sidecar_Range_No_Gap';
import OPEN from '@salesforce/label/c.Sidecar_Range_Open';
import COVERS from '@salesforce/label/c.Sidecar_Range_Covers';

function ofPlan(amount, plan) {
    const hasShare = isNumber(amount) && isNumber(plan) && plan > 0;
    return hasShare ? fill(OF_PLAN, formatPercent((amount / plan) * 100)) : '';
}

function gapNote({ plan, gap }, currency) {
    if (!isNumber(plan) || !isNumber(gap)) {
        return '';
    }
    return gap > 0 ? fill(GAP, formatMoneyShort(gap, currency)) : NO_GAP;
}

function coverNote({ plan, gap, open }) {
    const hasGap = isNumber(plan) && isNumber(open) && gap > 0;
    return hasGap ? fill(COVERS, formatNumber(open / gap, 1)) : '';
}

/**
 * @param {object} figures plan, booked, open, worst, commit, best, gap; null where there is none
 * @param {string} currency ISO code
 * @returns {object[]} items; `isBooked`, `isCommit`, `isRange` or `isPlan` say which sign of the bar stands before it
 */
export function legendOf(figures, currency) {
    const { plan, booked, open, worst, commit, best } = figures;
    const short = (amount) => formatMoneyShort(amount, currency);
    const whole = (amount) => formatMoney(amount, currency);
    return [
        { isBooked: true, name: BOOKED, value: short(booked), title: whole(booked), note: ofPlan(booked, plan) },
        { isCommit: true, name: COMMIT, value: short(commit), title: whole(commit), note: ofPlan(commit, plan) },
        {
            isRange: true,
            name: RANGE,
            value: fill(FROM_TO, short(worst), short(best)),
            title: fill(FROM_TO, whole(worst), whole(best))
        },
        {
            isPlan: true,
            name: PLAN,
            value: isNumber(plan) ? short(plan) : NO_PLAN,
            title: isNumber(plan) ? whole(plan) : '',
            note: gapNote(figures, currency)
        },
        { name: OPEN, value: short(open), title: whole(open), note: coverNote(figures) }
    ];
}
