import { LightningElement, api, wire } from 'lwc';
import { fieldView } from 'platform/fieldViews';
import { getRecordUi, messageOf, nameFieldOf, recordOf, sectionsOf } from 'platform/recordUi';
import { urlOf } from 'platform/urls';

/** The record's header: icon, object, name, its key fields and its buttons. */
export default class HighlightsPanel extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    name = '';
    fields = [];
    error;
    recordUi;
    editor;

    @wire(getRecordUi, { recordId: '$recordId' })
    receive({ data, error }) {
        if (data) {
            this.error = undefined;
            this.recordUi = data;
            this.show(data);
            this.editIfAsked();
        } else if (error) {
            this.error = messageOf(error);
        }
    }

    show(recordUi) {
        const { record, info } = recordOf(recordUi);
        const nameField = nameFieldOf(info);
        this.name = record.fields[nameField]?.value ?? '';
        this.fields = sectionsOf(recordUi, 'Compact')
            .flatMap((section) => section.items)
            .filter((item) => item.apiName !== nameField)
            .map((item) => ({ ...item, view: fieldView(record, info, item.apiName, item.parts) }));
        document.title = [this.name, this.page.label, 'Salesforce'].filter(Boolean).join(' | ');
    }

    /** The address of a record's edit action opens its page with the editor, once. */
    editIfAsked() {
        if (this.page.action === 'edit' && !this.asked) {
            this.asked = true;
            window.history.replaceState(null, '', urlOf({ type: 'standard__recordPage', attributes: this.page }));
            this.edit();
        }
    }

    get loading() {
        return !this.recordUi && !this.error;
    }

    get mayEdit() {
        return Boolean(this.recordUi && recordOf(this.recordUi).info.updateable);
    }

    /** The editor brings date pickers and comboboxes along: it is fetched when somebody wants to edit. */
    async edit() {
        this.editor = (await import('host/recordEditor')).default;
        // rendered one turn later
        await Promise.resolve();
        this.refs.editor.open();
    }
}
