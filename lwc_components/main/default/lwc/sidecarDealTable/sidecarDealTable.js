import { LightningElement, api } from 'lwc';
import {
    dayAt,
    fill,
    formatDay,
    formatDayShort,
    formatMoney,
    formatMoneyShort,
    formatPercent,
    isNumber
} from 'c/sidecarFormat';
import * as label from './labels';

const COLUMNS = [
    { key: 'name', text: label.DEAL, order: 'ascending' },
    { key: 'stage', text: label.STAGE, order: 'ascending' },
    { key: 'closeDate', text: label.CLOSES, order: 'ascending' },
    { key: 'amount', text: label.VALUE, order: 'descending', isNumber: true },
    { key: 'probability', text: label.CHANCE, order: 'descending', isNumber: true },
    { key: 'forecast', text: label.FORECAST, order: 'descending', isNumber: true }
];

export default class SidecarDealTable extends LightningElement {
    label = label;
    today = dayAt(Date.now());

    /** @type {object[]} id, name, fullName, pillars, stage, closeDate, amount, category, forecast, probability, riskTags, action, currency */
    @api deals = [];
    /** @type {string} name of the column by which they are sorted: a click on another one fires `sort` with {column} */
    @api sortedBy;

    get columns() {
        return COLUMNS.map((column) => {
            const isSorted = column.key === this.sortedBy;
            return {
                ...column,
                sort: isSorted ? column.order : 'none',
                icon: column.order === 'ascending' ? 'utility:arrowup' : 'utility:arrowdown',
                isSorted,
                headClass: column.isNumber ? 'head number' : 'head'
            };
        });
    }

    get rows() {
        return this.deals.map((deal) => this.toRow(deal));
    }

    toRow(deal) {
        const isOverdue = Boolean(deal.closeDate) && deal.closeDate < this.today;
        return {
            id: deal.id,
            name: deal.name || label.UNNAMED,
            fullName: deal.fullName,
            pillars: deal.pillars.join(', '),
            stage: deal.stage,
            closes: deal.closeDate ? formatDayShort(deal.closeDate) : label.NO_DATE,
            closesTitle: deal.closeDate ? formatDay(deal.closeDate) : '',
            overdue: isOverdue ? fill(label.OVERDUE, formatDayShort(deal.closeDate)) : '',
            amount: formatMoneyShort(deal.amount, deal.currency),
            amountTitle: formatMoney(deal.amount, deal.currency),
            probability: deal.probability,
            chance: isNumber(deal.probability) ? formatPercent(deal.probability) : label.NOT_SCORED,
            forecast: formatMoneyShort(deal.forecast, deal.currency),
            forecastTitle: formatMoney(deal.forecast, deal.currency),
            category: deal.category,
            riskTags: deal.riskTags,
            action: deal.action
        };
    }

    handleSort(event) {
        const { column } = event.currentTarget.dataset;
        if (column !== this.sortedBy) {
            this.dispatchEvent(new CustomEvent('sort', { detail: { column } }));
        }
    }
}
