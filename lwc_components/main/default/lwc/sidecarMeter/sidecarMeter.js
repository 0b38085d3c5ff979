import { LightningElement, api } from 'lwc';
import { isNumber } from 'c/sidecarFormat';

export default class SidecarMeter extends LightningElement {
    /** @type {number|null} 0 to 100; null when it is not known. The text beside the bar says the same: the bar is decoration. */
    @api score = null;

    get isKnown() {
        return isNumber(this.score);
    }

    get fillStyle() {
        return `width: ${Math.max(0, Math.min(100, this.score))}%`;
    }
}
