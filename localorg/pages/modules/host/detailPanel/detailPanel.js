import { LightningElement, api, wire } from 'lwc';
import { fieldView } from 'platform/fieldViews';
import { getRecordUi, messageOf, recordOf, sectionsOf } from 'platform/recordUi';

/** Record detail: the page layout's sections. */
export default class DetailPanel extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    sections = [];
    error;
    loading = true;

    @wire(getRecordUi, { recordId: '$recordId' })
    receive({ data, error }) {
        if (data) {
            const { record, info } = recordOf(data);
            const withViews = (items) =>
                items.map((item) => ({ ...item, view: fieldView(record, info, item.apiName, item.parts) }));
            this.sections = sectionsOf(data, 'Full').map((section) => ({
                ...section,
                items: withViews(section.items)
            }));
        }
        this.error = error && messageOf(error);
        this.loading = !data && !error;
    }
}
