import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { OPEN_DEALS, dealsOf, filterOf } from 'c/sidecarDealQuery';
import { askAgain } from 'c/sidecarErrors';
import { plural } from 'c/sidecarFormat';
import { segmentName } from 'c/sidecarPlan';
import { hasSeen, remember } from './firstVisit';
import * as label from './labels';

const ASKED = 50;
const EXAMPLES = 2;
const SEGMENTS = [
    { segment: 'Renew', meaning: label.RENEW, icon: 'utility:refresh' },
    { segment: 'Upsell', meaning: label.UPSELL, icon: 'utility:trending' },
    { segment: 'Net New', meaning: label.NET_NEW, icon: 'utility:new' }
];

/** What the segments mean, with the reader's own deals: on the first visit, and whenever `open` is called. */
export default class SidecarGuide extends LightningElement {
    label = label;
    query = OPEN_DEALS;

    isOpen = false;
    takesFocus = false;
    deals;
    errors;
    refresh;

    /** @type {string} who reads it */
    @api userId;

    /** Shows it and gives it the keyboard. */
    @api open() {
        this.isOpen = true;
        this.takesFocus = true;
    }

    connectedCallback() {
        this.isOpen = !hasSeen(this.userId);
    }

    renderedCallback() {
        if (this.isOpen && this.takesFocus) {
            this.takesFocus = false;
            this.refs.close.focus();
        }
    }

    /** Deals are asked for when somebody reads the guide. */
    get variables() {
        const where = filterOf({ scope: 'Rep', repId: this.userId });
        return this.isOpen ? { where, first: ASKED } : undefined;
    }

    @wire(graphql, { query: '$query', variables: '$variables' })
    receive({ data, errors, refresh }) {
        this.refresh = refresh ?? this.refresh;
        if (errors?.length) {
            this.errors = errors;
        } else if (data) {
            this.deals = dealsOf(data).deals;
            this.errors = undefined;
        }
    }

    get cards() {
        return SEGMENTS.map(({ segment, ...card }) => {
            const deals = (this.deals ?? []).filter((deal) => deal.segment === segment);
            return {
                ...card,
                name: segmentName(segment),
                isLoading: !this.deals && !this.errors,
                examples: deals.slice(0, EXAMPLES),
                intro: deals.length ? plural(deals.length, label.YOURS_ONE, label.YOURS) : label.NONE
            };
        });
    }

    handleClose() {
        this.isOpen = false;
        remember(this.userId);
        this.dispatchEvent(new CustomEvent('close'));
    }

    handleKey(event) {
        if (event.key === 'Escape') {
            event.stopPropagation();
            this.handleClose();
        }
    }

    handleRetry() {
        return askAgain(this, 'deals');
    }
}
