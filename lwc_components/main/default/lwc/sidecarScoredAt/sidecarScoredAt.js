import { LightningElement, api } from 'lwc';
import { fill, formatAgo, formatMoment, hoursSince, isStale } from 'c/sidecarFormat';
import SCORED from '@salesforce/label/c.Sidecar_Scored_Ago';
import NOW from '@salesforce/label/c.Sidecar_Scored_Now';
import STALE from '@salesforce/label/c.Sidecar_Scored_Stale';

export default class SidecarScoredAt extends LightningElement {
    /** @type {string} ISO date and time of the last scoring */
    @api moment;

    now = Date.now();

    get isStale() {
        return isStale(this.moment, this.now);
    }

    get text() {
        if (hoursSince(this.moment, this.now) * 60 < 1) {
            return NOW;
        }
        return fill(this.isStale ? STALE : SCORED, formatAgo(this.moment, this.now));
    }

    get exactly() {
        return formatMoment(this.moment);
    }
}
