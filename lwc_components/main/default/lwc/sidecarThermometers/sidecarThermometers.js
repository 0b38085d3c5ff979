import { LightningElement, api } from 'lwc';
import { fill, formatMoney, formatMoneyShort, formatPercent, isNumber } from 'c/sidecarFormat';
import { segmentName, shareOfPlan } from 'c/sidecarPlan';
import HEADING from '@salesforce/label/c.Sidecar_Thermo_Heading';
import NOTE from '@salesforce/label/c.Sidecar_Thermo_Note';
import OF_PLAN from '@salesforce/label/c.Sidecar_Thermo_Of_Plan';
import NO_PLAN from '@salesforce/label/c.Sidecar_Thermo_No_Plan';
import SHORT from '@salesforce/label/c.Sidecar_Thermo_Short';
import REACHED from '@salesforce/label/c.Sidecar_Thermo_Reached';
import RANGE from '@salesforce/label/c.Sidecar_Thermo_Range';
import SEGMENT from '@salesforce/label/c.Sidecar_Segment_Column';
import PLAN from '@salesforce/label/c.Sidecar_Segment_Plan';
import BOOKED from '@salesforce/label/c.Sidecar_Segment_Booked';
import WORST from '@salesforce/label/c.Sidecar_Pillar_Worst';
import COMMIT from '@salesforce/label/c.Sidecar_Segment_Commit';
import BEST from '@salesforce/label/c.Sidecar_Pillar_Best';

const AMOUNTS = ['plan', 'booked', 'worst', 'commit', 'best'];

export default class SidecarThermometers extends LightningElement {
    label = { heading: HEADING, note: NOTE };
    columns = [SEGMENT, PLAN, BOOKED, WORST, COMMIT, BEST];

    /** @type {object[]} name, plan (null: none), booked, worst, commit, best */
    @api segments = [];
    /** @type {string} ISO code */
    @api currency;

    /** A segment without plan, bookings or anything to come says nothing. */
    get shown() {
        return this.segments.filter((segment) => AMOUNTS.some((name) => segment[name]));
    }

    get top() {
        return Math.max(0, ...this.shown.flatMap((segment) => AMOUNTS.map((name) => segment[name]).filter(isNumber)));
    }

    get rows() {
        return this.shown.map((segment) => this.toRow(segment));
    }

    get table() {
        return this.shown.map((segment) => [
            segmentName(segment.name),
            ...AMOUNTS.map((name) => formatMoney(segment[name], this.currency))
        ]);
    }

    toRow(segment) {
        const { name, plan, booked, worst, commit, best } = segment;
        const short = (amount) => formatMoneyShort(amount, this.currency);
        const share = shareOfPlan(booked, plan);
        const missing = isNumber(plan) && isNumber(commit) ? plan - commit : null;
        return {
            name: segmentName(name),
            figures: { plan, booked, worst, commit, best },
            share: share === null ? NO_PLAN : fill(OF_PLAN, short(booked), formatPercent(share), short(plan)),
            outlook: fill(RANGE, short(commit), short(worst), short(best)),
            verdict: missing === null ? '' : this.verdictOf(missing),
            verdictClass: missing > 0 ? 'verdict verdict_short' : 'verdict'
        };
    }

    verdictOf(missing) {
        return missing > 0 ? fill(SHORT, formatMoneyShort(missing, this.currency)) : REACHED;
    }
}
