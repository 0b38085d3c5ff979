import { LightningElement, api } from 'lwc';
import HIGH from '@salesforce/label/c.Sidecar_Confidence_High';
import MEDIUM from '@salesforce/label/c.Sidecar_Confidence_Medium';
import LOW from '@salesforce/label/c.Sidecar_Confidence_Low';

const LEVELS = { High: { word: HIGH, bars: 3 }, Medium: { word: MEDIUM, bars: 2 }, Low: { word: LOW, bars: 1 } };
const HEIGHTS = [4, 8, 12];

export default class SidecarConfidence extends LightningElement {
    /** @type {'High'|'Medium'|'Low'} nothing is shown for any other value */
    @api level;
    /** @type {string} what the confidence rests on */
    @api reason = '';

    get known() {
        return LEVELS[this.level];
    }

    get bars() {
        return HEIGHTS.map((height, index) => ({
            key: index,
            x: index * 5,
            y: 12 - height,
            height,
            barClass: index < this.known.bars ? 'bar bar_on' : 'bar'
        }));
    }
}
