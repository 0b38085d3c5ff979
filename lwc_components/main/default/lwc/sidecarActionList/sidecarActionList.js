import { LightningElement, api } from 'lwc';
import { updateRecord } from 'lightning/uiRecordApi';
import { reduceErrors } from 'c/sidecarErrors';
import { fill, formatNumber } from 'c/sidecarFormat';
import * as label from './labels';

/** How each decision is written; `Open` takes one back. */
function fieldsOf({ id, status, until, reason }) {
    return {
        Id: id,
        Sidecar_Status__c: status,
        Sidecar_Snoozed_Until__c: until ?? null,
        Sidecar_Status_Reason__c: reason || null
    };
}

/**
 * Writes what a person decides about an action and keeps what was dealt with in its place, so that it can be undone.
 * Fires `handled` with {id, status} after each write; the page above needs to do nothing.
 */
export default class SidecarActionList extends LightningElement {
    label = label;
    showsAll = false;
    shownScope;

    /** What was dealt with since the page was opened, by id: the action, its place and its new status. */
    handled = new Map();
    /** Why writing failed, by id. */
    failures = new Map();
    busy = new Set();

    /** @type {object[]} as `actionOf` of c/sidecarActionRows makes them, the most important first */
    @api actions = [];
    /** @type {string} whose actions these are: another scope forgets what was dealt with in the one before */
    @api
    get scope() {
        return this.shownScope;
    }
    set scope(value) {
        if (value !== this.shownScope) {
            this.shownScope = value;
            this.handled = new Map();
            this.failures = new Map();
        }
    }

    /** @type {number} how many are shown before "Show all" */
    @api shown = 5;

    /** An answer that comes after a write lacks the action: it keeps its place as long as the page stands. */
    get all() {
        const rows = this.actions.filter(({ id }) => !this.handled.has(id));
        const inOrder = [...this.handled.values()].sort((a, b) => a.place - b.place);
        for (const { action, place, status } of inOrder) {
            rows.splice(place, 0, { ...action, status });
        }
        return rows;
    }

    get rows() {
        const rows = this.showsAll ? this.all : this.all.slice(0, this.shown);
        return rows.map((action) => ({
            ...action,
            isBusy: this.busy.has(action.id),
            failure: this.failures.get(action.id) ?? ''
        }));
    }

    get hasToggle() {
        return this.all.length > this.shown;
    }

    get toggleLabel() {
        return this.showsAll ? label.SHOW_FEWER : fill(label.SHOW_ALL, formatNumber(this.all.length));
    }

    get expanded() {
        return String(this.showsAll);
    }

    handleToggle() {
        this.showsAll = !this.showsAll;
    }

    async handleDecide({ detail }) {
        const { id, status } = detail;
        const place = this.all.findIndex((action) => action.id === id);
        const action = this.all[place];
        // an answer that comes before the write is known of must not take the action from under the keyboard
        this.remember(id, action.status, action, place);
        this.mark(id, true);
        try {
            await updateRecord({ fields: fieldsOf(detail) });
            this.remember(id, status, action, place);
            this.dispatchEvent(new CustomEvent('handled', { detail: { id, status } }));
        } catch (error) {
            this.failures = new Map(this.failures).set(id, reduceErrors(error).join(' ') || label.UNKNOWN);
        }
        this.mark(id, false);
    }

    mark(id, isBusy) {
        const busy = new Set(this.busy);
        if (isBusy) {
            busy.add(id);
            this.failures = new Map([...this.failures].filter(([key]) => key !== id));
        } else {
            busy.delete(id);
        }
        this.busy = busy;
    }

    /** What is open again but not asked for again yet stays in its place too. */
    remember(id, status, action, place) {
        this.handled = new Map(this.handled).set(id, { action, place, status });
    }
}
