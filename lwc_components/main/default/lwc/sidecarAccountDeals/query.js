import { gql } from 'lightning/graphql';

/**
 * One page of an account's open deals, and what the account says about the quarter. `@optional` leaves a field out where the user may not
 * see it; without it the request would fail.
 */
export const DEALS = gql`
    query sidecarDeals($recordId: ID, $first: Int, $after: String, $orderBy: Opportunity_OrderBy) {
        uiapi {
            query {
                Account(where: { Id: { eq: $recordId } }, first: 1) {
                    edges {
                        node {
                            Id
                            Name @optional {
                                value
                            }
                            Sidecar_Scored_At__c @optional {
                                value
                            }
                        }
                    }
                }
                Opportunity(
                    where: { and: [{ AccountId: { eq: $recordId } }, { IsClosed: { eq: false } }] }
                    first: $first
                    after: $after
                    orderBy: $orderBy
                ) @optional {
                    totalCount
                    pageInfo {
                        hasNextPage
                        endCursor
                    }
                    edges {
                        node {
                            Id
                            Name @optional {
                                value
                            }
                            StageName @optional {
                                value
                                displayValue
                            }
                            CloseDate @optional {
                                value
                            }
                            Amount @optional {
                                value
                            }
                            ForecastCategoryName @optional {
                                value
                                displayValue
                            }
                            Sidecar_Forecast_ARR__c @optional {
                                value
                            }
                            Sidecar_Win_Probability__c @optional {
                                value
                            }
                            Sidecar_Risk_Tags__c @optional {
                                value
                            }
                            Sidecar_Suggested_Action__c @optional {
                                value
                            }
                            Sidecar_Score_Detail__c @optional {
                                value
                            }
                            OpportunityLineItems(first: 20) @optional {
                                edges {
                                    node {
                                        Product2 @optional {
                                            Family @optional {
                                                value
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
`;

const byField = (field, order) => ({ [field]: { order, nulls: 'LAST' } });

/** How the deals can be sorted, by the names of the table's columns. */
export const ORDERS = {
    name: byField('Name', 'ASC'),
    stage: byField('StageName', 'ASC'),
    closeDate: byField('CloseDate', 'ASC'),
    amount: byField('Amount', 'DESC'),
    probability: byField('Sidecar_Win_Probability__c', 'DESC'),
    forecast: byField('Sidecar_Forecast_ARR__c', 'DESC')
};
