import { LightningElement, api } from 'lwc';

/** A plain table of records; on a narrow screen each row becomes a small card. */
export default class RecordTable extends LightningElement {
    @api columns = [];
    @api rows = [];
    @api label;

    get heads() {
        // the first column names the record: it gets twice the room of the others
        const share = 100 / (this.columns.length + 1);
        return this.columns.map((column, index) => ({
            key: column.field,
            label: column.label,
            width: `width: ${index === 0 ? 2 * share : share}%`,
            headClass: column.number ? 'slds-text-align_right' : ''
        }));
    }
}
