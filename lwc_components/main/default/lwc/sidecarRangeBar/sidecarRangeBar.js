import { LightningElement, api } from 'lwc';
import { fill, formatMoney, isNumber } from 'c/sidecarFormat';
import { legendOf } from './legend';
import { placeOn, stretch } from './scale';
import NO_PLAN from '@salesforce/label/c.Sidecar_Range_No_Plan';
import ALTERNATIVE from '@salesforce/label/c.Sidecar_Range_Alternative';

export default class SidecarRangeBar extends LightningElement {
    /** plan, booked, open, worst, commit, best and gap; null where there is none */
    @api figures;
    /** @type {string} ISO code */
    @api currency;
    /** @type {number} amount that the bar must have room for, so that several bars can be compared */
    @api scaleTop;
    /** @type {boolean} without the figures below it */
    @api isCompact = false;

    get place() {
        const { booked, worst, commit, best, plan } = this.figures;
        return placeOn({ booked, worst, commit, best, plan, top: this.scaleTop });
    }

    get bookedBar() {
        return stretch(0, this.figures.booked, this.place);
    }

    get rangeBar() {
        return stretch(this.figures.worst, this.figures.best, this.place);
    }

    get commitX() {
        return isNumber(this.figures.commit) ? this.place(this.figures.commit) : null;
    }

    get planX() {
        return isNumber(this.figures.plan) ? this.place(this.figures.plan) : null;
    }

    get hasLegend() {
        return !this.isCompact;
    }

    get legend() {
        return legendOf(this.figures, this.currency);
    }

    get alternative() {
        const { booked, worst, commit, best, plan } = this.figures;
        const whole = [booked, worst, commit, best].map((amount) => formatMoney(amount, this.currency));
        return fill(ALTERNATIVE, ...whole, isNumber(plan) ? formatMoney(plan, this.currency) : NO_PLAN);
    }
}
