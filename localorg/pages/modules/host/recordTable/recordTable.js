import { LightningElement, api } from 'lwc';

/** A plain table of records; on a narrow screen each row becomes a small card. */
export default class RecordTable extends LightningElement {
    @api columns = [];
    @api rows = [];
    @api label;

    get heads() {
        return this.columns.map((column) => ({
            key: column.field,
            label: column.label,
            headClass: column.number ? 'slds-text-align_right' : ''
        }));
    }
}
