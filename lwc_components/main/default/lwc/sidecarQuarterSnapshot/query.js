import { gql } from 'lightning/graphql';
import { valueOf } from 'c/sidecarDetail';

/**
 * One request for the whole snapshot. `@optional` leaves a field out where the user may not see it; without it the request would fail.
 */
export const QUARTER = gql`
    query sidecarQuarter($recordId: ID) {
        uiapi {
            query {
                Account(where: { Id: { eq: $recordId } }, first: 1) {
                    edges {
                        node {
                            Id
                            Sidecar_Quarter_Plan__c @optional {
                                value
                            }
                            Sidecar_Quarter_Booked__c @optional {
                                value
                            }
                            Sidecar_Quarter_Open__c @optional {
                                value
                            }
                            Sidecar_Quarter_Worst__c @optional {
                                value
                            }
                            Sidecar_Quarter_Commit__c @optional {
                                value
                            }
                            Sidecar_Quarter_Best__c @optional {
                                value
                            }
                            Sidecar_Quarter_Gap__c @optional {
                                value
                            }
                            Sidecar_Projection_Detail__c @optional {
                                value
                            }
                            Sidecar_Scored_At__c @optional {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

/**
 * @param {object} data answer to the query
 * @returns {object|null} the account's values by short names (undefined: not visible, null: empty); null if the account isn't visible
 */
export function accountOf(data) {
    const node = data?.uiapi?.query?.Account?.edges?.[0]?.node;
    if (!node) {
        return null;
    }
    return {
        plan: valueOf(node, 'Sidecar_Quarter_Plan__c'),
        booked: valueOf(node, 'Sidecar_Quarter_Booked__c'),
        open: valueOf(node, 'Sidecar_Quarter_Open__c'),
        worst: valueOf(node, 'Sidecar_Quarter_Worst__c'),
        commit: valueOf(node, 'Sidecar_Quarter_Commit__c'),
        best: valueOf(node, 'Sidecar_Quarter_Best__c'),
        gap: valueOf(node, 'Sidecar_Quarter_Gap__c'),
        detail: valueOf(node, 'Sidecar_Projection_Detail__c'),
        scoredAt: valueOf(node, 'Sidecar_Scored_At__c')
    };
}
