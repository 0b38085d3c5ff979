import { LightningElement, api } from 'lwc';
import { fill, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import NAME from '@salesforce/label/c.Sidecar_Chance_Name';
import RANGE from '@salesforce/label/c.Sidecar_Chance_Range';
import BASE from '@salesforce/label/c.Sidecar_Chance_Base';

export default class SidecarWinProbability extends LightningElement {
    name = NAME;

    /** probability, low, high and base in percent, sample of the base; all but the probability may be null */
    @api chances;
    /** @type {'High'|'Medium'|'Low'} */
    @api confidence;
    /** @type {string} what the confidence rests on */
    @api confidenceReason;

    get number() {
        return formatPercent(this.chances.probability);
    }

    get at() {
        return `${this.chances.probability}%`;
    }

    get range() {
        const { low, high } = this.chances;
        return isNumber(low) && isNumber(high) ? { x: `${low}%`, width: `${Math.max(0, high - low)}%` } : null;
    }

    get rangeText() {
        const { low, high } = this.chances;
        return this.range ? fill(RANGE, formatPercent(low), formatPercent(high)) : '';
    }

    get baseAt() {
        return isNumber(this.chances.base) ? `${this.chances.base}%` : null;
    }

    get baseText() {
        const { base, sample } = this.chances;
        return this.baseAt ? fill(BASE, formatPercent(base), formatNumber(sample)) : '';
    }
}
