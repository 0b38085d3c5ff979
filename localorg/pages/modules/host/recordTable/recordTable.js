import { LightningElement, api } from 'lwc';

/** The first column names the record and gets more room than the others; a cut-off number would mislead. */
function weightOf(column, index) {
    return index === 0 ? 1.5 : column.number ? 1.2 : 1;
}

/** A plain table of records; on a narrow screen each row becomes a small card. */
export default class RecordTable extends LightningElement {
    @api columns = [];
    @api rows = [];
    @api label;

    get heads() {
        const weights = this.columns.map(weightOf);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        return this.columns.map((column, index) => ({
            key: column.field,
            label: column.label,
            width: `width: ${(100 * weights[index]) / total}%`,
            headClass: column.number ? 'slds-text-align_right' : ''
        }));
    }
}
