import { LightningElement, api } from 'lwc';
import { fill, formatNumber, formatPoints, plural } from 'c/sidecarFormat';
import { linksTo } from './records';
import UP_ONE from '@salesforce/label/c.Sidecar_Reason_Up_One';
import UP from '@salesforce/label/c.Sidecar_Reason_Up';
import DOWN_ONE from '@salesforce/label/c.Sidecar_Reason_Down_One';
import DOWN from '@salesforce/label/c.Sidecar_Reason_Down';
import MORE from '@salesforce/label/c.Sidecar_Reason_More';

function toRow(reason, index) {
    const { links, more } = linksTo(reason.recordIds, reason.dimension);
    const isDown = reason.points < 0;
    const size = Math.abs(reason.points);
    return {
        key: index,
        text: reason.text,
        points: formatPoints(reason.points),
        spoken: isDown ? plural(size, DOWN_ONE, DOWN) : plural(size, UP_ONE, UP),
        icon: isDown ? 'utility:arrowdown' : 'utility:arrowup',
        pointsClass: `reason__points ${isDown ? 'reason__points_down' : 'reason__points_up'}`,
        links,
        more: more > 0 ? fill(MORE, formatNumber(more)) : ''
    };
}

export default class SidecarReasonList extends LightningElement {
    /** @type {{dimension: string, points: number, text: string, recordIds: string[]}[]} in the order in which they are shown */
    @api reasons = [];

    get rows() {
        return this.reasons.map(toRow);
    }
}
