import { LightningElement, api } from 'lwc';
import { fill, formatNumber, isNumber } from 'c/sidecarFormat';
import GREEN from '@salesforce/label/c.Sidecar_Band_Green';
import YELLOW from '@salesforce/label/c.Sidecar_Band_Yellow';
import RED from '@salesforce/label/c.Sidecar_Band_Red';
import UNKNOWN from '@salesforce/label/c.Sidecar_Band_Unknown';
import OF_100 from '@salesforce/label/c.Sidecar_Score_Of_100';
import RING from '@salesforce/label/c.Sidecar_Score_Ring';
import RING_UNKNOWN from '@salesforce/label/c.Sidecar_Score_Ring_Unknown';

const BANDS = {
    Green: { word: GREEN, icon: 'utility:success', tone: 'green' },
    Yellow: { word: YELLOW, icon: 'utility:warning', tone: 'yellow' },
    Red: { word: RED, icon: 'utility:error', tone: 'red' },
    Unknown: { word: UNKNOWN, icon: 'utility:question', tone: 'unknown' }
};

export default class SidecarScoreBadge extends LightningElement {
    ofHundred = OF_100;

    /** @type {number|null} 0 to 100; null when it is not known, which is never shown as zero */
    @api score = null;
    /** @type {'Green'|'Yellow'|'Red'|'Unknown'} */
    @api band = 'Unknown';
    /** @type {string} what is scored, for screen readers */
    @api name = '';

    get look() {
        return BANDS[this.band] ?? BANDS.Unknown;
    }

    get isKnown() {
        return isNumber(this.score);
    }

    get number() {
        return formatNumber(this.score);
    }

    get arc() {
        return `${Math.max(0, Math.min(100, this.score))} 100`;
    }

    get ringLabel() {
        const { word } = this.look;
        return this.isKnown ? fill(RING, this.name, this.number, word) : fill(RING_UNKNOWN, this.name, word);
    }

    get ringClass() {
        return `badge__ring badge_${this.look.tone}`;
    }

    get pillClass() {
        return `badge__pill badge_${this.look.tone}`;
    }
}
