import { gql } from 'lightning/graphql';

/**
 * Open actions about a record, which is the deal or the account. `@optional` leaves a field out where the user may not see it; without it
 * the request would fail.
 */
export const ACTIONS = gql`
    query sidecarActions($recordId: ID) {
        uiapi {
            query {
                Sidecar_Action__c(
                    where: {
                        and: [
                            {
                                or: [
                                    { Sidecar_Account__c: { eq: $recordId } }
                                    { Sidecar_Opportunity__c: { eq: $recordId } }
                                ]
                            }
                            { Sidecar_Is_Open__c: { eq: true } }
                        ]
                    }
                    first: 200
                    orderBy: { Sidecar_Order__c: { order: ASC, nulls: LAST } }
                ) @optional {
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
                            Sidecar_Opportunity__c @optional {
                                value
                            }
                            Sidecar_Opportunity__r @optional {
                                Name @optional {
                                    value
                                }
                            }
                            Sidecar_Account__c @optional {
                                value
                            }
                            Sidecar_Account__r @optional {
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
