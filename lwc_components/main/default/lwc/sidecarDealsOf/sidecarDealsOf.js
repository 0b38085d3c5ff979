import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { OPEN_DEALS, dealsOf, filterOf } from 'c/sidecarDealQuery';
import { askAgain } from 'c/sidecarErrors';
import { fill, formatNumber } from 'c/sidecarFormat';
import NONE from '@salesforce/label/c.Sidecar_Pillar_No_Deals';
import MORE from '@salesforce/label/c.Sidecar_Pillar_More_Deals';

const SHOWN = 10;

/** Asks for the deals once it stands on the page: it is put there when somebody wants to see them. */
export default class SidecarDealsOf extends LightningElement {
    query = OPEN_DEALS;
    none = NONE;

    found;
    errors;
    refresh;

    /** @type {object} as `filterOf` of c/sidecarDealQuery takes it */
    @api asked;

    get variables() {
        return this.asked ? { where: filterOf(this.asked), first: SHOWN } : undefined;
    }

    @wire(graphql, { query: '$query', variables: '$variables' })
    receive({ data, errors, refresh }) {
        this.refresh = refresh ?? this.refresh;
        if (errors?.length) {
            this.errors = errors;
            this.found = undefined;
        } else if (data) {
            this.found = dealsOf(data);
            this.errors = undefined;
        }
    }

    get isLoading() {
        return !this.found && !this.errors;
    }

    get hasDeals() {
        return this.found.deals.length > 0;
    }

    get more() {
        const more = this.found.count - this.found.deals.length;
        return more > 0 ? fill(MORE, formatNumber(more)) : '';
    }

    handleRetry() {
        return askAgain(this, 'found');
    }
}
