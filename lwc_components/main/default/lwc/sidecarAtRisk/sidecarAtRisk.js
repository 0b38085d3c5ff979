import SidecarQueryPanel from 'c/sidecarQueryPanel';
import { fill, formatDay, formatMoney, formatMoneyShort, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import { AT_RISK, customersOf } from './query';
import * as label from './labels';

const SHOWN = 5;

function rowOf({ id, name, health, churnRisk, nextRenewal, arr, currency }) {
    const facts = [
        isNumber(churnRisk) && fill(label.RISK, formatPercent(churnRisk)),
        nextRenewal && fill(label.RENEWS, formatDay(nextRenewal))
    ];
    return {
        id,
        objectApiName: 'Account',
        name: name || label.UNNAMED,
        facts: facts.filter(Boolean).join(' · '),
        worth: formatMoneyShort(arr, currency),
        worthTitle: formatMoney(arr, currency),
        note: isNumber(health) ? fill(label.HEALTH, formatNumber(health)) : ''
    };
}

/** Of the customers whose health is red those with most revenue; the list view has all. */
export default class SidecarAtRisk extends SidecarQueryPanel {
    label = label;
    query = AT_RISK;

    get variables() {
        return { first: SHOWN };
    }

    viewOf(data) {
        const { customers, count } = customersOf(data);
        const empty = { heading: label.EMPTY_HEADING, message: label.EMPTY_MESSAGE, iconName: 'utility:success' };
        return customers.length ? { isScored: true, rows: customers.map(rowOf), count } : { empty };
    }

    get title() {
        return this.isScored ? fill(label.TITLE_COUNT, formatNumber(this.view.count)) : label.TITLE;
    }
}
