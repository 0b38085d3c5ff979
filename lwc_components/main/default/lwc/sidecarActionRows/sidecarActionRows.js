/**
 * From rows of `Sidecar_Action__c` to what the action list shows.
 */
import { numberOf, proseOf, textOf, valueOf } from 'c/sidecarDetail';

/** The deal where there is one, else the account. */
function recordOf(node) {
    const dealId = valueOf(node, 'Sidecar_Opportunity__c');
    return dealId
        ? { recordId: dealId, recordApiName: 'Opportunity', name: node.Sidecar_Opportunity__r }
        : {
              recordId: valueOf(node, 'Sidecar_Account__c') ?? null,
              recordApiName: 'Account',
              name: node.Sidecar_Account__r
          };
}

/**
 * @param {object} node of a GraphQL answer; fields the user may not see are missing
 * @returns {object} id, title, why, priority, kind, impact (null: none), currency of it, dueDate, recordId, recordApiName, recordName, assignee
 */
export function actionOf(node) {
    const { recordId, recordApiName, name } = recordOf(node);
    return {
        id: node.Id,
        title: proseOf(valueOf(node, 'Sidecar_Subject__c')),
        why: proseOf(valueOf(node, 'Sidecar_Reason__c')),
        priority: textOf(valueOf(node, 'Sidecar_Priority__c')),
        kind: textOf(valueOf(node, 'Sidecar_Kind__c')),
        impact: numberOf(valueOf(node, 'Sidecar_Impact__c')),
        currency: textOf(valueOf(node, 'CurrencyIsoCode')),
        dueDate: textOf(valueOf(node, 'Sidecar_Due_Date__c')),
        recordId,
        recordApiName,
        recordName: textOf(name?.Name?.value),
        assignee: textOf(node.Sidecar_Assignee__r?.Name?.value)
    };
}
