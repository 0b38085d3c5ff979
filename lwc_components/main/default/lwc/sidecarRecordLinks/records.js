import CASE from '@salesforce/label/c.Sidecar_Record_Case';
import ASSET from '@salesforce/label/c.Sidecar_Record_Asset';
import OPPORTUNITY from '@salesforce/label/c.Sidecar_Record_Opportunity';
import DEPLOYMENT from '@salesforce/label/c.Sidecar_Record_Deployment';
import USAGE from '@salesforce/label/c.Sidecar_Record_Usage';
import RECORD from '@salesforce/label/c.Sidecar_Record_Other';
import { fill, formatNumber } from 'c/sidecarFormat';

const KINDS = {
    500: { objectApiName: 'Case', word: CASE },
    '02i': { objectApiName: 'Asset', word: ASSET },
    '006': { objectApiName: 'Opportunity', word: OPPORTUNITY }
};
// custom objects have another key prefix in every org: there the dimension tells what the records are
const WORDS = { deployment: DEPLOYMENT, adoption: USAGE };
const SHOWN = 5;

function kindOf(recordId, dimension) {
    return KINDS[recordId.slice(0, 3)] ?? { objectApiName: undefined, word: WORDS[dimension] ?? RECORD };
}

/**
 * What the links of a reason say: "Case" for a single record, "Case 1", "Case 2" for more.
 * @param {string[]} recordIds 18-character ids
 * @param {string} dimension of the reason
 * @returns {{links: object[], more: number}} the first links and how many records are left out
 */
export function linksTo(recordIds, dimension) {
    const links = recordIds.slice(0, SHOWN).map((recordId, index) => {
        const { objectApiName, word } = kindOf(recordId, dimension);
        const label = recordIds.length === 1 ? fill(word, '').trim() : fill(word, formatNumber(index + 1));
        return { recordId, objectApiName, label };
    });
    return { links, more: recordIds.length - links.length };
}
