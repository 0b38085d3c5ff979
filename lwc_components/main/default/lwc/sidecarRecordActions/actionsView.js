import { actionOf } from 'c/sidecarActionRows';
import EMPTY_HEADING from '@salesforce/label/c.Sidecar_Actions_Empty_Heading';
import EMPTY_MESSAGE from '@salesforce/label/c.Sidecar_Actions_Empty_Message';

/** The page's own record needs no link to itself. */
function withoutLinkTo(recordId, action) {
    return action.recordId === recordId ? { ...action, recordName: '' } : action;
}

/**
 * @param {object} data answer to the query
 * @param {string} recordId the record whose page it is
 * @returns {object} `isHidden` where the user may not see actions, `empty` where there is none, else `isScored` and `actions`
 */
export function actionsView(data, recordId) {
    const found = data?.uiapi?.query?.Sidecar_Action__c;
    if (!found) {
        return { isHidden: true };
    }
    // a title that nobody may see leaves nothing to show
    const actions = (found.edges ?? [])
        .map(({ node }) => withoutLinkTo(recordId, actionOf(node)))
        .filter(({ title }) => title !== '');
    return actions.length > 0
        ? { isScored: true, actions }
        : { empty: { heading: EMPTY_HEADING, message: EMPTY_MESSAGE, iconName: 'utility:check' } };
}
