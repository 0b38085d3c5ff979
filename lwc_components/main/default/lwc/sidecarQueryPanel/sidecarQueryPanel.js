import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { registerRefreshHandler, unregisterRefreshHandler } from 'lightning/refresh';
import { askAgain, isHiddenFromUser } from 'c/sidecarErrors';

/**
 * Base of the panels that ask for a record with one GraphQL request. A panel gives `query` and `viewOf`, and puts `view` and
 * `errors` into a `c-sidecar-panel`.
 */
export default class SidecarQueryPanel extends LightningElement {
    /** What is asked; its variable `recordId` is the record's. */
    query;

    view;
    errors;
    refresh;
    refreshing;

    /** @type {string} the record; given by the record page */
    @api recordId;

    connectedCallback() {
        this.refreshing = registerRefreshHandler(this, () => this.refresh?.());
    }

    disconnectedCallback() {
        unregisterRefreshHandler(this.refreshing);
    }

    /** Undefined until the page has given the id: that holds the request back. */
    get variables() {
        return this.recordId ? { recordId: this.recordId } : undefined;
    }

    get isScored() {
        return Boolean(this.view?.isScored);
    }

    @wire(graphql, { query: '$query', variables: '$variables' })
    receive({ data, errors, refresh }) {
        this.refresh = refresh ?? this.refresh;
        if (errors?.length) {
            const isHidden = isHiddenFromUser(errors);
            this.errors = isHidden ? undefined : errors;
            this.view = isHidden ? { isHidden } : undefined;
        } else if (data) {
            this.view = this.viewOf(data, Date.now());
            this.errors = undefined;
        }
    }

    handleRetry() {
        return askAgain(this, 'view');
    }
}
