import { gql } from 'lightning/graphql';
import { valueOf } from 'c/sidecarDetail';

/**
 * One request for the whole page: the rows of the chosen scope, whose other numbers may be seen, and the open actions. Sharing decides
 * what comes back. `@optional` leaves a field out where the user may not see it; without it the request would fail.
 */
export const HOME = gql`
    query sidecarHome($rows: Sidecar_Projection__c_Filter, $actions: Sidecar_Action__c_Filter) {
        uiapi {
            query {
                rows: Sidecar_Projection__c(
                    first: 10
                    where: $rows
                    orderBy: { Sidecar_Quarter_Start__c: { order: DESC, nulls: LAST } }
                ) {
                    edges {
                        node {
                            Id
                            Sidecar_Scope__c @optional {
                                value
                            }
                            Sidecar_Rep__c @optional {
                                value
                            }
                            Sidecar_Quarter_Start__c @optional {
                                value
                            }
                            Sidecar_Quarter_Label__c @optional {
                                value
                            }
                            Sidecar_Plan__c @optional {
                                value
                            }
                            Sidecar_Booked__c @optional {
                                value
                            }
                            Sidecar_Open_Pipeline__c @optional {
                                value
                            }
                            Sidecar_Worst__c @optional {
                                value
                            }
                            Sidecar_Commit__c @optional {
                                value
                            }
                            Sidecar_Best__c @optional {
                                value
                            }
                            Sidecar_Expected__c @optional {
                                value
                            }
                            Sidecar_Gap__c @optional {
                                value
                            }
                            Sidecar_Plan_Probability__c @optional {
                                value
                            }
                            Sidecar_Confidence__c @optional {
                                value
                            }
                            Sidecar_Curve__c @optional {
                                value
                            }
                            Sidecar_Detail__c @optional {
                                value
                            }
                            CurrencyIsoCode @optional {
                                value
                            }
                            Sidecar_Scored_At__c @optional {
                                value
                            }
                        }
                    }
                }
                choices: Sidecar_Projection__c(
                    first: 500
                    where: { Sidecar_Segment__c: { eq: "All" }, Sidecar_Scope__c: { in: ["Org", "Team", "Rep"] } }
                    orderBy: { Sidecar_Quarter_Start__c: { order: DESC, nulls: LAST } }
                ) {
                    edges {
                        node {
                            Id
                            Sidecar_Scope__c @optional {
                                value
                            }
                            Sidecar_Quarter_Start__c @optional {
                                value
                            }
                            Sidecar_Rep__c @optional {
                                value
                            }
                            Sidecar_Rep__r @optional {
                                Name @optional {
                                    value
                                }
                            }
                        }
                    }
                }
                actions: Sidecar_Action__c(
                    first: 50
                    where: $actions
                    orderBy: { Sidecar_Order__c: { order: ASC, nulls: LAST } }
                ) {
                    totalCount
                    edges {
                        node {
                            Id
                            Sidecar_Subject__c @optional {
                                value
                            }
                            Sidecar_Reason__c @optional {
                                value
                            }
                            Sidecar_Priority__c @optional {
                                value
                            }
                            Sidecar_Kind__c @optional {
                                value
                            }
                            Sidecar_Impact__c @optional {
                                value
                            }
                            CurrencyIsoCode @optional {
                                value
                            }
                            Sidecar_Due_Date__c @optional {
                                value
                            }
                            Sidecar_Account__c @optional {
                                value
                            }
                            Sidecar_Account__r @optional {
                                Name @optional {
                                    value
                                }
                            }
                            Sidecar_Opportunity__c @optional {
                                value
                            }
                            Sidecar_Opportunity__r @optional {
                                Name @optional {
                                    value
                                }
                            }
                            Sidecar_Assignee__r @optional {
                                Name @optional {
                                    value
                                }
                            }
                        }
                    }
                }
            }
        }
    }
`;

const nodesOf = (connection) => (connection?.edges ?? []).map(({ node }) => node);

function rowOf(node) {
    return {
        id: node.Id,
        scope: valueOf(node, 'Sidecar_Scope__c'),
        repId: valueOf(node, 'Sidecar_Rep__c'),
        start: valueOf(node, 'Sidecar_Quarter_Start__c'),
        quarter: valueOf(node, 'Sidecar_Quarter_Label__c'),
        plan: valueOf(node, 'Sidecar_Plan__c'),
        booked: valueOf(node, 'Sidecar_Booked__c'),
        open: valueOf(node, 'Sidecar_Open_Pipeline__c'),
        worst: valueOf(node, 'Sidecar_Worst__c'),
        commit: valueOf(node, 'Sidecar_Commit__c'),
        best: valueOf(node, 'Sidecar_Best__c'),
        expected: valueOf(node, 'Sidecar_Expected__c'),
        gap: valueOf(node, 'Sidecar_Gap__c'),
        chance: valueOf(node, 'Sidecar_Plan_Probability__c'),
        confidence: valueOf(node, 'Sidecar_Confidence__c'),
        curve: valueOf(node, 'Sidecar_Curve__c'),
        detail: valueOf(node, 'Sidecar_Detail__c'),
        currency: valueOf(node, 'CurrencyIsoCode'),
        scoredAt: valueOf(node, 'Sidecar_Scored_At__c')
    };
}

function choiceOf(node) {
    return {
        id: node.Id,
        scope: valueOf(node, 'Sidecar_Scope__c'),
        start: valueOf(node, 'Sidecar_Quarter_Start__c'),
        repId: valueOf(node, 'Sidecar_Rep__c') ?? '',
        name: valueOf(node.Sidecar_Rep__r ?? {}, 'Name') ?? ''
    };
}

/**
 * @param {object} data answer to the query
 * @returns {{rows: object[], choices: object[], actions: object[], actionCount: number}} values by short names (undefined: not visible,
 * null: empty), the latest quarter first; actions as nodes
 */
export function answerOf(data) {
    const query = data?.uiapi?.query ?? {};
    return {
        rows: nodesOf(query.rows).map(rowOf),
        choices: nodesOf(query.choices).map(choiceOf),
        actions: nodesOf(query.actions),
        actionCount: query.actions?.totalCount ?? 0
    };
}
