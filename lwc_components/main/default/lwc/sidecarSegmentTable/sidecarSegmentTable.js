import { LightningElement, api } from 'lwc';
import { formatMoney, formatMoneyShort } from 'c/sidecarFormat';
import { segmentName } from 'c/sidecarPlan';
import SEGMENT from '@salesforce/label/c.Sidecar_Segment_Column';
import PLAN from '@salesforce/label/c.Sidecar_Segment_Plan';
import BOOKED from '@salesforce/label/c.Sidecar_Segment_Booked';
import BEST from '@salesforce/label/c.Sidecar_Segment_Best';
import GAP from '@salesforce/label/c.Sidecar_Segment_Gap';
import COMMIT from '@salesforce/label/c.Sidecar_Segment_Commit';
import WHOLE from '@salesforce/label/c.Sidecar_Segment_Whole';

const COLUMNS = [
    { key: 'plan', name: PLAN },
    { key: 'booked', name: BOOKED },
    { key: 'commit', name: COMMIT },
    { key: 'best', name: BEST },
    { key: 'gap', name: GAP }
];

export default class SidecarSegmentTable extends LightningElement {
    segmentColumn = SEGMENT;
    columns = COLUMNS;

    /** @type {object[]} segment, plan (null: none), booked, commit, best, gap */
    @api segments = [];
    /** the same figures for the whole account, which are not the sums of the rows */
    @api total = {};
    /** @type {string} ISO code */
    @api currency;

    get rows() {
        return [...this.segments.map((row) => this.toRow(row, segmentName(row.segment))), this.wholeRow];
    }

    get wholeRow() {
        return { ...this.toRow(this.total, WHOLE), rowClass: 'whole' };
    }

    toRow(figures, name) {
        const cells = COLUMNS.map(({ key }) => ({
            key,
            value: formatMoneyShort(figures[key], this.currency),
            title: formatMoney(figures[key], this.currency)
        }));
        return { key: name, name, cells };
    }
}
