import { LightningElement, api } from 'lwc';
import { fill, formatMoney, formatMoneyShort, isNumber } from 'c/sidecarFormat';
import { placeOn, stretch } from './scale';
import BOOKED from '@salesforce/label/c.Sidecar_Range_Booked';
import RANGE from '@salesforce/label/c.Sidecar_Range_Worst_Best';
import COMMIT from '@salesforce/label/c.Sidecar_Range_Commit';
import PLAN from '@salesforce/label/c.Sidecar_Range_Plan';
import FROM_TO from '@salesforce/label/c.Sidecar_Range_From_To';
import NO_PLAN from '@salesforce/label/c.Sidecar_Range_No_Plan';
import ALTERNATIVE from '@salesforce/label/c.Sidecar_Range_Alternative';

export default class SidecarRangeBar extends LightningElement {
    label = { booked: BOOKED, range: RANGE, commit: COMMIT, plan: PLAN };

    /** booked, worst, commit, best and plan; null where there is none */
    @api figures;
    /** @type {string} ISO code */
    @api currency;

    get place() {
        const { booked, worst, commit, best, plan } = this.figures;
        return placeOn({ booked, worst, commit, best, plan });
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

    get text() {
        const short = (amount) => formatMoneyShort(amount, this.currency);
        const { booked, worst, commit, best, plan } = this.figures;
        return {
            booked: short(booked),
            range: fill(FROM_TO, short(worst), short(best)),
            commit: short(commit),
            plan: isNumber(plan) ? short(plan) : NO_PLAN
        };
    }

    get alternative() {
        const { booked, worst, commit, best, plan } = this.figures;
        const whole = [booked, worst, commit, best].map((amount) => formatMoney(amount, this.currency));
        return fill(ALTERNATIVE, ...whole, isNumber(plan) ? formatMoney(plan, this.currency) : NO_PLAN);
    }
}
