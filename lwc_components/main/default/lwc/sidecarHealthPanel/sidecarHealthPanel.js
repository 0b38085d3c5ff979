import { LightningElement, api, wire } from 'lwc';
import { getFieldValue, getRecord } from 'lightning/uiRecordApi';
import { ALWAYS, FIELDS } from './fields';
import { healthView } from './healthView';
import * as label from './labels';

export default class SidecarHealthPanel extends LightningElement {
    label = label;
    fields = ALWAYS;
    optionalFields = Object.values(FIELDS);

    view;
    error;
    wiredId;

    /** @type {string} the account; given by the record page */
    @api
    get recordId() {
        return this.wiredId;
    }
    set recordId(value) {
        this.wiredId = value;
    }

    @wire(getRecord, { recordId: '$wiredId', fields: '$fields', optionalFields: '$optionalFields' })
    receive({ data, error }) {
        if (data) {
            const values = Object.entries(FIELDS).map(([name, field]) => [name, getFieldValue(data, field)]);
            this.view = healthView(Object.fromEntries(values), Date.now());
            this.error = undefined;
        } else if (error) {
            this.view = undefined;
            this.error = error;
        }
    }

    get isLoading() {
        return !this.view && !this.error;
    }

    /** A wire asks again when what it depends on changes: the id is taken away and given back. */
    async handleRetry() {
        const id = this.wiredId;
        this.error = undefined;
        this.wiredId = undefined;
        await Promise.resolve();
        this.wiredId = id;
    }
}
