import SidecarQueryPanel from 'c/sidecarQueryPanel';
import { fill, formatNumber } from 'c/sidecarFormat';
import { DEALS, ORDERS } from './query';
import { dealsView } from './dealsView';
import * as label from './labels';

const FIRST_PAGE = 10;
const FURTHER_PAGES = 50;

export default class SidecarAccountDeals extends SidecarQueryPanel {
    label = label;
    query = DEALS;

    sortedBy = 'forecast';
    after = null;
    /** Deals of the pages before the one that is asked for. */
    before = [];

    get variables() {
        const first = this.after ? FURTHER_PAGES : FIRST_PAGE;
        return this.recordId
            ? { recordId: this.recordId, first, after: this.after, orderBy: ORDERS[this.sortedBy] }
            : undefined;
    }

    viewOf(data, now) {
        return dealsView(data, this.before, now);
    }

    get title() {
        return this.isScored ? fill(label.TITLE_COUNT, formatNumber(this.view.count)) : label.TITLE;
    }

    get hasMore() {
        return Boolean(this.view.cursor);
    }

    get shown() {
        return fill(label.SHOWN, formatNumber(this.view.deals.length), formatNumber(this.view.count));
    }

    handleSort({ detail }) {
        this.before = [];
        this.after = null;
        this.sortedBy = detail.column;
    }

    handleMore() {
        this.before = this.view.deals;
        this.after = this.view.cursor;
    }
}
