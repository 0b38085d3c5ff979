import CASE from '@salesforce/label/c.Sidecar_Record_Case';
import ASSET from '@salesforce/label/c.Sidecar_Record_Asset';
import OPPORTUNITY from '@salesforce/label/c.Sidecar_Record_Opportunity';
import RECORD from '@salesforce/label/c.Sidecar_Record_Other';
import { fill, formatNumber } from 'c/sidecarFormat';

const KINDS = {
    500: { objectApiName: 'Case', word: CASE },
    '02i': { objectApiName: 'Asset', word: ASSET },
    '006': { objectApiName: 'Opportunity', word: OPPORTUNITY }
};
const OTHER = { objectApiName: undefined, word: RECORD };
const SHOWN = 5;

/**
 * What the links of a reason say: "Case" for a single record, "Case 1", "Case 2" for more.
 * @param {string[]} recordIds 18-character ids
 * @returns {{links: object[], more: number}} the first links and how many records are left out
 */
export function linksTo(recordIds) {
    const links = recordIds.slice(0, SHOWN).map((recordId, index) => {
        const { objectApiName, word } = KINDS[recordId.slice(0, 3)] ?? OTHER;
        const label = recordIds.length === 1 ? fill(word, '').trim() : fill(word, formatNumber(index + 1));
        return { recordId, objectApiName, label };
    });
    return { links, more: recordIds.length - links.length };
}
