/**
 * What a deal lacks, and in which field of the org it belongs: pure functions.
 */
import { textsOf } from 'c/sidecarDetail';
import * as label from './labels';

/** The words of the sidecar; `kind` where it can be filled in on the spot. */
const INPUTS = {
    Amount: { field: 'Amount', value: 'amount', name: label.AMOUNT, kind: 'number' },
    'Close date': { field: 'CloseDate', value: 'closeDate', name: label.CLOSE_DATE, kind: 'date' },
    Segment: { field: 'Type', value: 'type', name: label.TYPE, kind: 'picklist' },
    Stage: { field: 'StageName', value: 'stage', name: label.MISSING_STAGE, kind: 'picklist' },
    'Next step': { field: 'NextStep', value: 'nextStep', name: label.NEXT_STEP, kind: 'text' },
    Account: { field: 'AccountId', value: 'accountId', name: label.ACCOUNT }
};
const NO_NEXT_STEP = 'No next step';

/**
 * @param {object} values the opportunity's fields by the names in fields.js
 * @param {object} detail of the score; `missing`: the sidecar's words for what was empty when it scored
 * @returns {object[]} field (API name; "" where it is not known), name, and kind: "number", "date", "text", "picklist" or nothing where
 * only the whole record's form will do. What has been filled in since then is left out.
 */
export function missingOf(values, detail) {
    const hasNone = (values.riskTags || '').split(';').includes(NO_NEXT_STEP);
    const words = new Set([...textsOf(detail.missing), ...(hasNone ? ['Next step'] : [])]);
    return [...words]
        .map((word) => INPUTS[word] ?? { field: '', name: word })
        .filter(({ value }) => !values[value])
        .map(({ field, name, kind }) => ({ field, name, kind }));
}
