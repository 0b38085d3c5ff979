import { LightningElement, api } from 'lwc';
import { dayAt, fill, formatDayShort, formatMoney, formatMoneyShort, formatPercent, isNumber } from 'c/sidecarFormat';
import UNNAMED from '@salesforce/label/c.Sidecar_Deals_Unnamed';
import CLOSES from '@salesforce/label/c.Sidecar_Deal_List_Closes';
import OVERDUE from '@salesforce/label/c.Sidecar_Deals_Overdue';
import NO_DATE from '@salesforce/label/c.Sidecar_Deals_No_Date';
import LIKELY from '@salesforce/label/c.Sidecar_Deal_List_Likely';
import NOT_SCORED from '@salesforce/label/c.Sidecar_Deals_Not_Scored';

export default class SidecarDealList extends LightningElement {
    today = dayAt(Date.now());

    /** @type {object[]} as `dealsOf` of c/sidecarDealQuery makes them */
    @api deals = [];

    get rows() {
        return this.deals.map((deal) => ({
            id: deal.id,
            objectApiName: 'Opportunity',
            name: deal.name || UNNAMED,
            facts: [deal.stage, this.closing(deal)].filter(Boolean).join(' · '),
            worth: formatMoneyShort(deal.amount, deal.currency),
            worthTitle: formatMoney(deal.amount, deal.currency),
            note: isNumber(deal.probability) ? fill(LIKELY, formatPercent(deal.probability)) : NOT_SCORED
        }));
    }

    closing({ closeDate }) {
        if (!closeDate) {
            return NO_DATE;
        }
        return fill(closeDate < this.today ? OVERDUE : CLOSES, formatDayShort(closeDate));
    }
}
