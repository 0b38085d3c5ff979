import { LightningElement, api } from 'lwc';
import { fill, formatAgo, formatMoment, hoursSince } from 'c/sidecarFormat';
import SCORED from '@salesforce/label/c.Sidecar_Scored_Ago';
import STALE from '@salesforce/label/c.Sidecar_Scored_Stale';

const STALE_AFTER_HOURS = 24;

export default class SidecarScoredAt extends LightningElement {
    /** @type {string} ISO date and time of the last scoring */
    @api moment;

    now = Date.now();

    get isStale() {
        return hoursSince(this.moment, this.now) > STALE_AFTER_HOURS;
    }

    get text() {
        return fill(this.isStale ? STALE : SCORED, formatAgo(this.moment, this.now));
    }

    get exactly() {
        return formatMoment(this.moment);
    }
}
