import { LightningElement, api } from 'lwc';
import { formatPercent, isNumber } from 'c/sidecarFormat';
import { planHeadline } from 'c/sidecarPlan';
import { worthOf } from './callout';
import NO_PLAN from '@salesforce/label/c.Sidecar_Callout_No_Plan';
import NO_PLAN_REMEDY from '@salesforce/label/c.Sidecar_Callout_No_Plan_Remedy';
import CHANCE from '@salesforce/label/c.Sidecar_Callout_Chance';
import SUBJECT from '@salesforce/label/c.Sidecar_Callout_Subject';

export default class SidecarPlanCallout extends LightningElement {
    label = { chance: CHANCE, subject: SUBJECT };

    /**
     * total (plan, booked, open, worst, commit, best, gap; null where there is none), chance of making plan in percent, actions,
     * confidence, confidenceReason, proof, currency
     * @type {object}
     */
    @api view;

    get planned() {
        return planHeadline(this.view.total, this.view.currency);
    }

    get headline() {
        return this.planned || NO_PLAN;
    }

    /** What the actions are worth against the gap; without a plan who can set one. */
    get worth() {
        if (!this.planned) {
            return NO_PLAN_REMEDY;
        }
        return worthOf(this.view.actions, this.view.total.gap, this.view.currency);
    }

    get hasChance() {
        return isNumber(this.view.chance);
    }

    /** Nothing is certain before the quarter's end. */
    get chance() {
        return formatPercent(Math.max(1, Math.min(99, this.view.chance)));
    }
}
