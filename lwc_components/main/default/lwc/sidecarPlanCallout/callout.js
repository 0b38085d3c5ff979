/**
 * The sentence about what the open actions are worth.
 */
import { fill, formatMoneyShort, plural } from 'c/sidecarFormat';
import PULL_INS from '@salesforce/label/c.Sidecar_Callout_Pull_Ins';
import PULL_INS_ONE from '@salesforce/label/c.Sidecar_Callout_Pull_Ins_One';
import ACTIONS from '@salesforce/label/c.Sidecar_Callout_Actions';
import ACTIONS_ONE from '@salesforce/label/c.Sidecar_Callout_Actions_One';
import BOTH from '@salesforce/label/c.Sidecar_Callout_Both';
import CLOSE from '@salesforce/label/c.Sidecar_Callout_Close';
import WORTH from '@salesforce/label/c.Sidecar_Callout_Worth';

/** Kinds as the sidecar's catalogue names them. What keeps a customer is worth ARR of later quarters: it closes no gap. */
const PULL_IN = 'Pull-in';
const NO_BOOKINGS = 'Customer health';
/** More than these nobody does at once. */
const MOST = 8;

/** Of several actions about one record only the dearest counts, so that nothing is promised twice. */
function dearest(actions) {
    const bringing = actions.filter(({ kind, impact }) => impact > 0 && kind !== NO_BOOKINGS);
    bringing.sort((a, b) => b.impact - a.impact);
    return bringing.filter(
        ({ recordId }, place) => !recordId || bringing.findIndex((other) => other.recordId === recordId) === place
    );
}

/** As few as close the gap, the dearest first. */
function chosen(actions, gap) {
    const picked = [];
    let missing = gap;
    for (const action of dearest(actions).slice(0, MOST)) {
        if (missing > 0) {
            picked.push(action);
            missing -= action.impact;
        }
    }
    return picked;
}

/**
 * @param {object[]} actions as `actionOf` of c/sidecarActionRows makes them
 * @param {number|null} gap to plan
 * @param {string} currency ISO code
 * @returns {string} "" where there is no gap or no action brings bookings
 */
export function worthOf(actions, gap, currency) {
    const picked = chosen(actions, gap);
    if (!picked.length) {
        return '';
    }
    const pulled = picked.filter(({ kind }) => kind === PULL_IN).length;
    const others = picked.length - pulled;
    const parts = [
        pulled && plural(pulled, PULL_INS_ONE, PULL_INS),
        others && plural(others, ACTIONS_ONE, ACTIONS)
    ].filter(Boolean);
    const what = parts.length > 1 ? fill(BOTH, ...parts) : parts[0];
    const impact = picked.reduce((sum, action) => sum + action.impact, 0);
    return fill(impact >= gap ? CLOSE : WORTH, what, formatMoneyShort(impact, currency));
}
