import { LightningElement, api } from 'lwc';
import { listRows } from 'platform/listRows';
import { messageOf } from 'platform/recordUi';
import { tableRow } from 'platform/tables';

const MOST_COLUMNS = 4;
const DEFAULT_ROWS = 5;

/** A list view as a card, as on home pages: its first columns and rows, and a link to all of it. */
export default class ListCard extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    rows = [];
    total = 0;
    error;
    loading = true;

    get source() {
        return this.item.list;
    }

    get columns() {
        return this.source.list.columns.slice(0, MOST_COLUMNS);
    }

    get title() {
        return this.loading || this.error ? this.source.list.label : `${this.source.list.label} (${this.total})`;
    }

    get href() {
        return `/lightning/o/${this.source.objectApiName}/list?filterName=${this.source.list.name}`;
    }

    get isEmpty() {
        return !this.loading && !this.error && this.rows.length === 0;
    }

    get hasRows() {
        return this.rows.length > 0;
    }

    connectedCallback() {
        if (this.source) {
            this.load();
        }
    }

    async load() {
        const { objectApiName, list } = this.source;
        try {
            const pageSize = Number(this.item.properties.pageSize) || DEFAULT_ROWS;
            const data = await listRows(objectApiName, { ...list, columns: this.columns }, { pageSize });
            this.rows = data.records.map((record) => tableRow(record, this.columns));
            this.total = data.totalCount;
        } catch (error) {
            this.error = messageOf(error);
        }
        this.loading = false;
    }
}
