import { gql } from 'lightning/graphql';
import { numberOf, textOf, valueOf } from 'c/sidecarDetail';

/**
 * Customers in the red band, those with most revenue first. `@optional` leaves a field out where the user may not see it or the org does
 * not have it; without it the request would fail.
 */
export const AT_RISK = gql`
    query sidecarAtRisk($first: Int) {
        uiapi {
            query {
                Account(
                    where: { Sidecar_Health_Band__c: { eq: "Red" } }
                    first: $first
                    orderBy: { Sidecar_Current_ARR__c: { order: DESC, nulls: LAST } }
                ) {
                    totalCount
                    edges {
                        node {
                            Id
                            Name @optional {
                                value
                            }
                            Sidecar_Health__c @optional {
                                value
                            }
                            Sidecar_Churn_Risk__c @optional {
                                value
                            }
                            Sidecar_Next_Renewal__c @optional {
                                value
                            }
                            Sidecar_Current_ARR__c @optional {
                                value
                            }
                            CurrencyIsoCode @optional {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

function customerOf({ node }) {
    return {
        id: node.Id,
        name: textOf(valueOf(node, 'Name')),
        health: numberOf(valueOf(node, 'Sidecar_Health__c')),
        churnRisk: numberOf(valueOf(node, 'Sidecar_Churn_Risk__c')),
        nextRenewal: textOf(valueOf(node, 'Sidecar_Next_Renewal__c')),
        arr: numberOf(valueOf(node, 'Sidecar_Current_ARR__c')),
        currency: textOf(valueOf(node, 'CurrencyIsoCode'))
    };
}

/**
 * @param {object} data answer to the query
 * @returns {{customers: object[], count: number}} the customers shown, and how many there are
 */
export function customersOf(data) {
    const found = data?.uiapi?.query?.Account;
    const customers = (found?.edges ?? []).map(customerOf);
    return { customers, count: Math.max(numberOf(found?.totalCount) ?? 0, customers.length) };
}
