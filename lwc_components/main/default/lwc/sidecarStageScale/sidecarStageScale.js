import { LightningElement, api } from 'lwc';
import { fill, formatNumber, isNumber, plural } from 'c/sidecarFormat';
import DAYS from '@salesforce/label/c.Sidecar_Stage_Days';
import DAYS_ONE from '@salesforce/label/c.Sidecar_Stage_Days_One';
import NOT_KNOWN from '@salesforce/label/c.Sidecar_Stage_Not_Known';
import ON_PACE from '@salesforce/label/c.Sidecar_Stage_On_Pace';
import SLOWER from '@salesforce/label/c.Sidecar_Stage_Slower';
import STUCK from '@salesforce/label/c.Sidecar_Stage_Stuck';
import TYPICAL from '@salesforce/label/c.Sidecar_Stage_Typical';
import SLOW from '@salesforce/label/c.Sidecar_Stage_Slow';
import NO_HISTORY from '@salesforce/label/c.Sidecar_Stage_No_History';
import SAMPLE from '@salesforce/label/c.Sidecar_Stage_Sample';

const AIR = 1.12;

export default class SidecarStageScale extends LightningElement {
    /** name, days (null: not known), typical and slow days of won deals (null: too few), sample */
    @api stage;

    get hasDays() {
        return isNumber(this.stage.days) && this.stage.days >= 0;
    }

    get hasTypical() {
        return isNumber(this.stage.typical);
    }

    get hasScale() {
        return this.hasDays && this.hasTypical;
    }

    get headline() {
        const { days, name } = this.stage;
        return this.hasDays ? plural(days, DAYS_ONE, DAYS, name) : NOT_KNOWN;
    }

    get pace() {
        const { days, typical, slow } = this.stage;
        if (days <= typical) {
            return { word: ON_PACE, tone: 'good' };
        }
        return isNumber(slow) && days > slow ? { word: STUCK, tone: 'bad' } : { word: SLOWER, tone: 'late' };
    }

    get explanation() {
        const { typical, slow, sample } = this.stage;
        if (!this.hasTypical) {
            return NO_HISTORY;
        }
        const parts = [fill(TYPICAL, formatNumber(typical))];
        if (isNumber(slow)) {
            parts.push(fill(SLOW, formatNumber(slow)));
        }
        if (isNumber(sample)) {
            parts.push(fill(SAMPLE, formatNumber(sample)));
        }
        return parts.join(' ');
    }

    get scale() {
        const { days, typical, slow } = this.stage;
        const end = isNumber(slow) ? Math.max(slow, typical) : typical;
        const top = Math.max(days, end, 1) * AIR;
        const place = (value) => `${(value / top) * 100}%`;
        return {
            typical: place(typical),
            late: place(end - typical),
            slow: isNumber(slow) ? place(end) : null,
            beyond: place(top - end),
            days: place(days)
        };
    }
}
