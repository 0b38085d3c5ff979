import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { QUARTER, accountOf } from './query';
import { quarterView } from './quarterView';
import * as label from './labels';

export default class SidecarQuarterSnapshot extends LightningElement {
    label = label;

    view;
    errors;
    refresh;

    /** @type {string} the account; given by the record page */
    @api recordId;

    /** Undefined until the page has given the id: that holds the request back. */
    get variables() {
        return this.recordId ? { recordId: this.recordId } : undefined;
    }

    @wire(graphql, { query: QUARTER, variables: '$variables' })
    receive({ data, errors, refresh }) {
        this.refresh = refresh ?? this.refresh;
        if (errors?.length) {
            this.errors = errors;
            this.view = undefined;
        } else if (data) {
            this.view = quarterView(accountOf(data), Date.now());
            this.errors = undefined;
        }
    }

    get isScored() {
        return Boolean(this.view?.isScored);
    }

    get title() {
        return this.view?.title ?? label.TITLE;
    }

    /** While the answer is awaited the grey placeholder stands; if asking fails again without an answer, the error comes back. */
    async handleRetry() {
        const before = this.errors;
        this.errors = undefined;
        try {
            await this.refresh?.();
        } catch (error) {
            this.errors = error;
        }
        if (!this.view && !this.errors) {
            this.errors = before;
        }
    }
}
