import { LightningElement, api } from 'lwc';
import { fill, formatNumber, formatPoints, plural } from 'c/sidecarFormat';
import UP_ONE from '@salesforce/label/c.Sidecar_Reason_Up_One';
import UP from '@salesforce/label/c.Sidecar_Reason_Up';
import DOWN_ONE from '@salesforce/label/c.Sidecar_Reason_Down_One';
import DOWN from '@salesforce/label/c.Sidecar_Reason_Down';
import SHOW_ALL from '@salesforce/label/c.Sidecar_Reason_Show_All';
import SHOW_FEWER from '@salesforce/label/c.Sidecar_Reason_Show_Fewer';

const SHOWN = 5;

function toRow(reason, index) {
    const isDown = reason.points < 0;
    const size = Math.abs(reason.points);
    return {
        ...reason,
        key: index,
        points: formatPoints(reason.points),
        spoken: isDown ? plural(size, DOWN_ONE, DOWN) : plural(size, UP_ONE, UP),
        icon: isDown ? 'utility:arrowdown' : 'utility:arrowup',
        pointsClass: `reason__points ${isDown ? 'reason__points_down' : 'reason__points_up'}`
    };
}

export default class SidecarReasonList extends LightningElement {
    showsAll = false;

    /** @type {{dimension: string, points: number, text: string, note: string, recordIds: string[]}[]} in the order in which they are shown */
    @api reasons = [];

    get rows() {
        return (this.showsAll ? this.reasons : this.reasons.slice(0, SHOWN)).map(toRow);
    }

    get hasToggle() {
        return this.reasons.length > SHOWN;
    }

    get toggleLabel() {
        return this.showsAll ? SHOW_FEWER : fill(SHOW_ALL, formatNumber(this.reasons.length));
    }

    handleToggle() {
        this.showsAll = !this.showsAll;
    }
}
