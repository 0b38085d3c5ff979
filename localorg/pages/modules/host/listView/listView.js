import { LightningElement, api } from 'lwc';
import { listRows } from 'platform/listRows';
import { messageOf } from 'platform/recordUi';
import { tableRow } from 'platform/tables';

const PAGE_SIZE = 50;
const PAUSE_MS = 250;

/** An object's list views: one is chosen, searched by name and read page by page. */
export default class ListView extends LightningElement {
    @api page;

    chosen;
    rows = [];
    total = 0;
    next;
    error;
    loading = true;
    term = '';

    connectedCallback() {
        const wanted = new URLSearchParams(window.location.search).get('filterName');
        this.chosen = this.page.views.find((view) => view.name === wanted) ?? this.page.views[0];
        this.load();
    }

    get views() {
        return this.page.views.map((view) => ({ ...view, selected: view.name === this.chosen.name }));
    }

    get hasSeveralViews() {
        return this.page.views.length > 1;
    }

    get summary() {
        const count = this.next ? `${this.rows.length}+ of ${this.total} items` : `${this.rows.length} items`;
        return this.loading ? 'Loading…' : `${count} • Sorted by ${this.chosen.sortedBy}`;
    }

    get isEmpty() {
        return !this.loading && !this.error && this.rows.length === 0;
    }

    choose(event) {
        this.chosen = this.page.views.find((view) => view.name === event.target.value);
        window.history.replaceState(null, '', `?filterName=${encodeURIComponent(this.chosen.name)}`);
        this.load();
    }

    type(event) {
        this.term = event.target.value.trim();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.load(), PAUSE_MS);
    }

    more() {
        this.load(this.next);
    }

    async load(pageToken = undefined) {
        const { chosen, term } = this;
        const current = () => chosen === this.chosen && term === this.term;
        this.loading = true;
        try {
            const data = await listRows(this.page.objectApiName, chosen, {
                pageSize: PAGE_SIZE,
                searchTerm: term,
                pageToken
            });
            if (current()) {
                this.receive(data, Boolean(pageToken));
            }
        } catch (error) {
            this.error = messageOf(error);
        }
        if (current()) {
            this.loading = false;
        }
    }

    receive(data, added) {
        const rows = data.records.map((record) => tableRow(record, this.chosen.columns));
        this.rows = added ? [...this.rows, ...rows] : rows;
        this.next = data.nextPageToken;
        this.total = data.totalCount;
        this.error = undefined;
    }
}
