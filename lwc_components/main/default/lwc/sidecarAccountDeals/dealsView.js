/**
 * What the table of an account's open deals shows, from answers to the query: pure functions.
 */
import { freshness, numberOf, proseOf, readDetail, textOf, valueOf } from 'c/sidecarDetail';
import * as label from './labels';

const shownOf = (node, field) => textOf(node[field]?.displayValue) || textOf(valueOf(node, field));

function pillarsOf(node) {
    const lines = node.OpportunityLineItems?.edges ?? [];
    return [...new Set(lines.map((line) => textOf(line.node.Product2?.Family?.value)).filter(Boolean))];
}

/** Deals are often called after their account: on its own page that says nothing. */
export function shortName(name, accountName) {
    const rest = accountName && name.startsWith(accountName) ? name.slice(accountName.length) : '';
    return rest.replace(/^[\s:–-]+/, '') || name;
}

export function dealOf(node, accountName) {
    const name = textOf(valueOf(node, 'Name'));
    return {
        id: node.Id,
        name: shortName(name, accountName),
        fullName: name,
        pillars: pillarsOf(node),
        stage: shownOf(node, 'StageName'),
        closeDate: textOf(valueOf(node, 'CloseDate')),
        amount: numberOf(valueOf(node, 'Amount')),
        category: shownOf(node, 'ForecastCategoryName'),
        forecast: numberOf(valueOf(node, 'Sidecar_Forecast_ARR__c')),
        probability: numberOf(valueOf(node, 'Sidecar_Win_Probability__c')),
        riskTags: textOf(valueOf(node, 'Sidecar_Risk_Tags__c')).split(';').filter(Boolean),
        action: proseOf(valueOf(node, 'Sidecar_Suggested_Action__c')),
        currency: textOf(readDetail(valueOf(node, 'Sidecar_Score_Detail__c') ?? null).value.currency)
    };
}

/**
 * @param {object} data answer to the query
 * @param {object[]} before deals of the pages that came earlier
 * @param {number} now milliseconds since 1970
 * @returns {object} `isHidden`, `empty` or `isScored`, `deals`, `count` of all of them and the `cursor` of the next page (null: no more)
 */
export function dealsView(data, before, now) {
    const { Account: accounts, Opportunity: found } = data?.uiapi?.query ?? {};
    if (!found) {
        return { isHidden: true };
    }
    const account = accounts?.edges?.[0]?.node ?? {};
    const deals = new Map(before.map((deal) => [deal.id, deal]));
    for (const { node } of found.edges ?? []) {
        deals.set(node.Id, dealOf(node, textOf(valueOf(account, 'Name'))));
    }
    if (deals.size === 0) {
        return {
            empty: { heading: label.EMPTY_HEADING, message: label.EMPTY_MESSAGE, iconName: 'utility:opportunity' }
        };
    }
    return {
        isScored: true,
        deals: [...deals.values()],
        count: Math.max(numberOf(found.totalCount) ?? 0, deals.size),
        cursor: found.pageInfo?.hasNextPage ? found.pageInfo.endCursor : null,
        ...freshness(valueOf(account, 'Sidecar_Scored_At__c'), now)
    };
}
