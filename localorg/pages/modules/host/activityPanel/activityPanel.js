import { LightningElement, api } from 'lwc';
import { call } from 'platform/transport';
import { messageOf } from 'platform/recordUi';

const MOST = 20;
const FILTER = '{ or: [{ WhatId: { eq: $id } }, { AccountId: { eq: $id } }] }';
const QUERY = `query activities($id: ID) { uiapi { query {
    Task(where: ${FILTER}, first: ${MOST}, orderBy: { ActivityDate: { order: DESC, nulls: LAST } }) {
        edges { node { Id Subject { value } ActivityDate { value displayValue } IsClosed { value } Owner { Name { value } } } } }
    Event(where: ${FILTER}, first: ${MOST}, orderBy: { ActivityDate: { order: DESC, nulls: LAST } }) {
        edges { node { Id Subject { value } ActivityDate { value displayValue } Owner { Name { value } } } } }
} } }`;

function entry(node, kind, open) {
    return {
        key: node.Id,
        href: `/lightning/r/${kind}/${node.Id}/view`,
        icon: `standard:${kind.toLowerCase()}`,
        subject: node.Subject?.value ?? kind,
        date: node.ActivityDate?.displayValue ?? 'No due date',
        day: node.ActivityDate?.value ?? '',
        owner: node.Owner?.Name?.value,
        open
    };
}

/** The activity timeline of a record: what is planned, and what was done. */
export default class ActivityPanel extends LightningElement {
    @api item;
    @api page;
    @api recordId;
    @api objectApiName;

    entries = [];
    error;
    loading = true;

    connectedCallback() {
        this.load();
    }

    async load() {
        try {
            const answer = await call('POST', '/graphql', { query: QUERY, variables: { id: this.recordId } }, 'page');
            const found = answer.data?.uiapi?.query ?? {};
            const today = new Date().toISOString().slice(0, 10);
            const nodes = (name) => (found[name]?.edges ?? []).map((edge) => edge.node);
            const tasks = nodes('Task').map((node) => entry(node, 'Task', !node.IsClosed?.value));
            const events = nodes('Event').map((node) =>
                entry(node, 'Event', (node.ActivityDate?.value ?? '') >= today)
            );
            this.entries = [...tasks, ...events].sort((one, other) => other.day.localeCompare(one.day));
        } catch (error) {
            this.error = messageOf(error);
        }
        this.loading = false;
    }

    get groups() {
        const open = this.entries.filter((each) => each.open).reverse();
        const past = this.entries.filter((each) => !each.open);
        return [
            {
                key: 'open',
                label: 'Upcoming & Overdue',
                entries: open,
                empty: open.length ? '' : 'No activities to show.'
            },
            {
                key: 'past',
                label: 'Past Activity',
                entries: past,
                empty: past.length ? '' : 'No past activity. Past meetings and tasks marked as done show up here.'
            }
        ];
    }
}
