import { LightningElement, api, wire } from 'lwc';
import { fieldView } from 'platform/fieldViews';
import { getRecordUi, messageOf, recordOf } from 'platform/recordUi';

/** A field section placed on the page itself (dynamic forms): its columns come from the page, not from the layout. */
export default class FieldSection extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    fields = [];
    error;

    get columns() {
        return this.columnItems.length;
    }

    get columnItems() {
        return this.item.facets.columns ?? [];
    }

    @wire(getRecordUi, { recordId: '$recordId' })
    receive({ data, error }) {
        this.error = error && messageOf(error);
        if (data) {
            const { record, info } = recordOf(data);
            this.fields = this.inRows()
                .filter((name) => info.fields[name])
                .map((apiName) => ({
                    apiName,
                    label: info.fields[apiName].label,
                    view: fieldView(record, info, apiName)
                }));
        }
    }

    /** Fields row by row: the page keeps them column by column. */
    inRows() {
        const columns = this.columnItems.map((column) =>
            (column.facets?.body ?? []).filter((entry) => entry.field).map((entry) => entry.field)
        );
        const longest = Math.max(0, ...columns.map((column) => column.length));
        return Array.from({ length: longest }, (_, row) => columns.map((column) => column[row]))
            .flat()
            .filter(Boolean);
    }
}
