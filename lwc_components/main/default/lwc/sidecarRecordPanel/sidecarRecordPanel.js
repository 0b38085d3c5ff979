import { LightningElement, api, wire } from 'lwc';
import { NavigationMixin } from 'lightning/navigation';
import { registerRefreshHandler, unregisterRefreshHandler } from 'lightning/refresh';
import { getFieldValue, getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';

/**
 * Base of the panels that show one record. A panel gives `fields`, `optionalFields` and `viewOf`, and puts `view` and
 * `error` into a `c-sidecar-panel`.
 */
export default class SidecarRecordPanel extends NavigationMixin(LightningElement) {
    /** Fields asked for in any case, so that a record that exists is always found. */
    fields = [];

    /** Fields by the names of the view; those the user may not see are missing from the answer. */
    fieldsByName = {};

    view;
    error;
    wiredId;
    refreshing;

    /** @type {string} the record; given by the record page */
    @api
    get recordId() {
        return this.wiredId;
    }
    set recordId(value) {
        this.wiredId = value;
    }

    connectedCallback() {
        this.refreshing = registerRefreshHandler(this, this.refreshRecord);
    }

    disconnectedCallback() {
        unregisterRefreshHandler(this.refreshing);
    }

    refreshRecord() {
        return notifyRecordUpdateAvailable([{ recordId: this.wiredId }]);
    }

    /** Who may not see the numbers has none to ask for. */
    get canAsk() {
        return Boolean(this.view && !this.view.isHidden);
    }

    get isScored() {
        return Boolean(this.view?.isScored);
    }

    get optionalFields() {
        return Object.values(this.fieldsByName);
    }

    @wire(getRecord, { recordId: '$wiredId', fields: '$fields', optionalFields: '$optionalFields' })
    receive({ data, error }) {
        if (data) {
            const values = Object.entries(this.fieldsByName).map(([name, field]) => [name, getFieldValue(data, field)]);
            this.view = this.viewOf(Object.fromEntries(values), Date.now());
            this.error = undefined;
        } else if (error) {
            this.view = undefined;
            this.error = error;
        }
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
