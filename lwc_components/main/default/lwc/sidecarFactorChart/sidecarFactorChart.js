import { LightningElement, api } from 'lwc';
import { fill, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import { factorRows } from './factorRows';
import BASE from '@salesforce/label/c.Sidecar_Factor_Base';
import BASE_NOTE from '@salesforce/label/c.Sidecar_Factor_Base_Note';
import RESULT from '@salesforce/label/c.Sidecar_Factor_Result';
import REST from '@salesforce/label/c.Sidecar_Factor_Rest';
import POINTS from '@salesforce/label/c.Sidecar_Factor_Points';

export default class SidecarFactorChart extends LightningElement {
    label = { base: BASE, result: RESULT, points: POINTS };

    /** @type {{label: string, points: number, text: string}[]} in percentage points, the heaviest first */
    @api factors = [];
    /** base (null: not known) and probability in percent: where the factors start and arrive; sample of the base */
    @api chances;

    get rows() {
        return factorRows(this.factors, this.chances.base, this.chances.probability, REST);
    }

    get hasBase() {
        return isNumber(this.chances.base);
    }

    get baseNote() {
        const { sample } = this.chances;
        return isNumber(sample) ? fill(BASE_NOTE, formatNumber(sample)) : '';
    }

    get baseText() {
        return formatPercent(this.chances.base, 1);
    }

    get resultText() {
        return formatPercent(this.chances.probability, 1);
    }
}
