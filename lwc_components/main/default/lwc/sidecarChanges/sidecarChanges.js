import { LightningElement, api } from 'lwc';
import { formatNumber, plural } from 'c/sidecarFormat';
import HEADING from '@salesforce/label/c.Sidecar_Changes_Heading';
import PERIOD from '@salesforce/label/c.Sidecar_Changes_Period';
import DAYS from '@salesforce/label/c.Sidecar_Benchmark_Days';
import DAYS_ONE from '@salesforce/label/c.Sidecar_Benchmark_Days_One';

/** The period in which scores usually move: neither a week's noise nor last quarter's news. */
const FIRST_SHOWN = 30;

export default class SidecarChanges extends LightningElement {
    label = { heading: HEADING, period: PERIOD };
    chosen;

    /** @type {object[]} days, sentence, and causes: points, text and note of each */
    @api changes = [];

    get options() {
        return this.changes.map(({ days }) => ({ label: plural(days, DAYS_ONE, DAYS), value: formatNumber(days) }));
    }

    get shown() {
        const { changes } = this;
        const isChosen = ({ days }) => formatNumber(days) === this.chosen;
        return changes.find(isChosen) ?? changes.find(({ days }) => days === FIRST_SHOWN) ?? changes[0];
    }

    get period() {
        return formatNumber(this.shown.days);
    }

    handleChange(event) {
        this.chosen = event.detail.value;
    }
}
