/**
 * The request for somebody's open deals, and what of the answer is shown.
 */
import { gql } from 'lightning/graphql';
import { numberOf, objectOf, readDetail, textOf, valueOf } from 'c/sidecarDetail';

/** One request. `@optional` leaves a field out where the user may not see it; without it the request would fail. */
export const OPEN_DEALS = gql`
    query sidecarOpenDeals($where: Opportunity_Filter, $first: Int) {
        uiapi {
            query {
                Opportunity(
                    first: $first
                    where: $where
                    orderBy: { Sidecar_Forecast_ARR__c: { order: DESC, nulls: LAST } }
                ) {
                    totalCount
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
                            Sidecar_Win_Probability__c @optional {
                                value
                            }
                            Sidecar_Score_Detail__c @optional {
                                value
                            }
                        }
                    }
                }
            }
        }
    }
`;

/** An Opportunity_Filter: what is more likely than not to be won this quarter, as the list view of that name has it. */
export const LIKELY = { and: [{ IsClosed: { eq: false } }, { Sidecar_Quarter_Probability__c: { gte: 50 } }] };

const LINES = { ApiName: 'OpportunityId' };

/** Deals whose lines are of a pillar; without a pillar those without any such line. */
function withPillar(pillar) {
    return pillar
        ? { Id: { inq: { ...LINES, OpportunityLineItem: { Product2: { Family: { eq: pillar } } } } } }
        : { Id: { ninq: { ...LINES, OpportunityLineItem: { Product2: { Family: { ne: null } } } } } };
}

function ownedBy(scope, repId) {
    const own = { OwnerId: { eq: repId } };
    return scope === 'Team' ? { or: [own, { Owner: { ManagerId: { eq: repId } } }] } : own;
}

/**
 * @param {object} asked scope (Rep, Team or Org) and repId; quarterEnd (YYYY-MM-DD; empty: any close date); pillar ("": deals without
 * one; undefined: any)
 * @returns {object} an Opportunity_Filter
 */
export function filterOf({ scope, repId, quarterEnd, pillar }) {
    return {
        and: [
            { IsClosed: { eq: false } },
            ...(scope === 'Org' ? [] : [ownedBy(scope, repId)]),
            ...(quarterEnd ? [{ CloseDate: { lte: { value: quarterEnd } } }] : []),
            ...(pillar === undefined ? [] : [withPillar(pillar)])
        ]
    };
}

function dealOf({ node }) {
    const { value: detail } = readDetail(valueOf(node, 'Sidecar_Score_Detail__c') ?? null);
    return {
        id: node.Id,
        name: textOf(valueOf(node, 'Name')),
        stage: textOf(node.StageName?.displayValue) || textOf(valueOf(node, 'StageName')),
        closeDate: textOf(valueOf(node, 'CloseDate')),
        amount: numberOf(valueOf(node, 'Amount')),
        probability: numberOf(valueOf(node, 'Sidecar_Win_Probability__c')),
        segment: textOf(objectOf(detail.benchmark).kind),
        currency: textOf(detail.currency)
    };
}

/**
 * @param {object} data answer to the query
 * @returns {{deals: object[], count: number}} the deals asked for, the highest forecast first, and how many there are
 */
export function dealsOf(data) {
    const found = data?.uiapi?.query?.Opportunity;
    const deals = (found?.edges ?? []).map(dealOf);
    return { deals, count: Math.max(numberOf(found?.totalCount) ?? 0, deals.length) };
}
