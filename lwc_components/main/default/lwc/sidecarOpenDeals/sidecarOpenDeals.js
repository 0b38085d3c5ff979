import { LightningElement, api } from 'lwc';
import {
    dayAt,
    fill,
    formatDayShort,
    formatMoney,
    formatMoneyShort,
    formatPercent,
    isNumber,
    plural
} from 'c/sidecarFormat';
import HEADING from '@salesforce/label/c.Sidecar_Deals_Heading';
import NONE from '@salesforce/label/c.Sidecar_Deals_None';
import UNNAMED from '@salesforce/label/c.Sidecar_Deals_Unnamed';
import CLOSES from '@salesforce/label/c.Sidecar_Deals_Closes';
import OVERDUE from '@salesforce/label/c.Sidecar_Deals_Overdue';
import NO_DATE from '@salesforce/label/c.Sidecar_Deals_No_Date';
import FORECAST from '@salesforce/label/c.Sidecar_Deals_Forecast';
import NOT_SCORED from '@salesforce/label/c.Sidecar_Deals_Not_Scored';
import LIKELY from '@salesforce/label/c.Sidecar_Deals_Likely';
import LATER from '@salesforce/label/c.Sidecar_Deals_Later';
import LATER_ONE from '@salesforce/label/c.Sidecar_Deals_Later_One';
import SHOW_ALL from '@salesforce/label/c.Sidecar_Deals_Show_All';
import SHOW_FEWER from '@salesforce/label/c.Sidecar_Deals_Show_Fewer';

const SHOWN = 5;

export default class SidecarOpenDeals extends LightningElement {
    label = { heading: HEADING, none: NONE };
    showsAll = false;
    today = dayAt(Date.now());

    /** @type {object[]} open deals: id, name, stage, closeDate, amount, forecast, probability; the highest forecast first */
    @api deals = [];
    /** @type {string} ISO code */
    @api currency;
    /** @type {string} last day of the quarter, YYYY-MM-DD; empty if it is not known, then every open deal counts */
    @api quarterEnd;

    /** A deal whose date has passed is still open: it belongs to this quarter until somebody says otherwise. */
    get inQuarter() {
        return this.deals.filter((deal) => !this.quarterEnd || !deal.closeDate || deal.closeDate <= this.quarterEnd);
    }

    get rows() {
        const shown = this.showsAll ? this.inQuarter : this.inQuarter.slice(0, SHOWN);
        return shown.map((deal) => this.toRow(deal));
    }

    get later() {
        const count = this.deals.length - this.inQuarter.length;
        return count > 0 ? plural(count, LATER_ONE, LATER) : '';
    }

    get hasToggle() {
        return this.inQuarter.length > SHOWN;
    }

    get toggleLabel() {
        return this.showsAll ? SHOW_FEWER : fill(SHOW_ALL, this.inQuarter.length);
    }

    toRow(deal) {
        return {
            id: deal.id,
            name: deal.name || UNNAMED,
            facts: [deal.stage, this.closing(deal)].filter(Boolean).join(' · '),
            amount: formatMoneyShort(deal.amount, this.currency),
            amountTitle: formatMoney(deal.amount, this.currency),
            chance: isNumber(deal.probability) ? fill(LIKELY, formatPercent(deal.probability)) : NOT_SCORED,
            forecast: isNumber(deal.forecast) ? fill(FORECAST, formatMoneyShort(deal.forecast, this.currency)) : ''
        };
    }

    closing({ closeDate }) {
        if (!closeDate) {
            return NO_DATE;
        }
        return fill(closeDate < this.today ? OVERDUE : CLOSES, formatDayShort(closeDate));
    }

    handleToggle() {
        this.showsAll = !this.showsAll;
    }
}
