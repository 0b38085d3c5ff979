import { LightningElement, api } from 'lwc';
import { fill } from 'c/sidecarFormat';
import AS_TABLE from '@salesforce/label/c.Sidecar_Chart_As_Table';
import AS_PICTURE from '@salesforce/label/c.Sidecar_Chart_As_Picture';
import TABLE from '@salesforce/label/c.Sidecar_Chart_Table';
import PICTURE from '@salesforce/label/c.Sidecar_Chart_Picture';

/** Frame of a chart. The picture goes into the slot, with its text alternative; the table is made from columns and rows. */
export default class SidecarChart extends LightningElement {
    showsTable = false;

    /** @type {string} title of the chart and caption of its table */
    @api heading = '';
    /** @type {string[]} names of the columns, that of the rows' names first */
    @api columns = [];
    /** @type {string[][]} the rows' texts, the row's name first */
    @api rows = [];

    get toggle() {
        return this.showsTable
            ? { text: PICTURE, name: fill(AS_PICTURE, this.heading), icon: 'utility:chart' }
            : { text: TABLE, name: fill(AS_TABLE, this.heading), icon: 'utility:table' };
    }

    get heads() {
        return this.columns.map((name, index) => ({ key: index, name, headClass: index > 0 ? 'number' : '' }));
    }

    get lines() {
        return this.rows.map(([name, ...values], index) => ({
            key: index,
            name,
            cells: values.map((value, column) => ({ key: column, value }))
        }));
    }

    handleToggle() {
        this.showsTable = !this.showsTable;
    }
}
