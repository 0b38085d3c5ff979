import { LightningElement, api, wire } from 'lwc';
import { messageOf } from 'platform/recordUi';
import { getRows } from 'platform/relatedRows';
import { tableRow } from 'platform/tables';

/** One related list as a card with a small table. */
export default class RelatedList extends LightningElement {
    @api list;
    @api recordId;

    rows = [];
    more = false;
    error;
    loading = true;

    @wire(getRows, { recordId: '$recordId', list: '$list' })
    receive({ data, error }) {
        if (data) {
            this.rows = data.records.map((record) => tableRow(record, this.list.columns));
            this.more = Boolean(data.nextPageToken);
        }
        this.error = error && messageOf(error);
        this.loading = !data && !error;
    }

    get title() {
        const count = this.loading || this.error ? '' : ` (${this.rows.length}${this.more ? '+' : ''})`;
        return `${this.list.label}${count}`;
    }

    get hasRows() {
        return this.rows.length > 0;
    }
}
