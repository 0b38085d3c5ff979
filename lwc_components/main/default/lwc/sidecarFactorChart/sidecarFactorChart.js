import { LightningElement, api } from 'lwc';
import { formatPercent } from 'c/sidecarFormat';
import { factorRows } from './factorRows';
import BASE from '@salesforce/label/c.Sidecar_Factor_Base';
import RESULT from '@salesforce/label/c.Sidecar_Factor_Result';
import REST from '@salesforce/label/c.Sidecar_Factor_Rest';
import POINTS from '@salesforce/label/c.Sidecar_Factor_Points';

export default class SidecarFactorChart extends LightningElement {
    label = { base: BASE, result: RESULT, points: POINTS };

    /** @type {{label: string, points: number, text: string}[]} in percentage points, the heaviest first */
    @api factors = [];
    /** @type {number|null} percent from which the factors start */
    @api base = null;
    /** @type {number} percent at which they arrive */
    @api result;

    get rows() {
        return factorRows(this.factors, this.base, this.result, REST);
    }

    get hasBase() {
        return this.base !== null;
    }

    get baseText() {
        return formatPercent(this.base, 1);
    }

    get resultText() {
        return formatPercent(this.result, 1);
    }
}
