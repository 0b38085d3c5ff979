import { LightningElement, api } from 'lwc';
import { fill } from 'c/sidecarFormat';
import { trendView } from './trendView';
import ALTERNATIVE from '@salesforce/label/c.Sidecar_Trend_Alternative';

/** Lines over days between 0 and 100, the first series in front of the others. */
export default class SidecarTrend extends LightningElement {
    /** @type {string} title of the chart */
    @api heading = '';
    /** @type {{name: string, points: {day: string, value: number|null}[]}[]} up to four, all on the same days; days in order, YYYY-MM-DD */
    @api series = [];
    /** @type {boolean} whether the values are percentages rather than scores */
    @api isPercent = false;

    get view() {
        return trendView(this.series, this.isPercent);
    }

    get alternative() {
        return fill(ALTERNATIVE, this.heading, this.view.words);
    }
}
