import { LightningElement } from 'lwc';
import { call } from 'platform/transport';

const PAUSE_MS = 200;
const SHORTEST = 2;
const PER_OBJECT = 5;
const QUERY = `query search($term: String) { uiapi { query {
    Account(where: { Name: { like: $term } }, first: ${PER_OBJECT}, orderBy: { Name: { order: ASC } }) {
        edges { node { Id Name { value } Owner { Name { value } } } } }
    Opportunity(where: { Name: { like: $term } }, first: ${PER_OBJECT}, orderBy: { Name: { order: ASC } }) {
        edges { node { Id Name { value } StageName { displayValue } Account @optional { Name { value } } } } }
} } }`;

function accountHit(node) {
    return {
        id: node.Id,
        name: node.Name.value,
        detail: ['Account', node.Owner?.Name?.value].filter(Boolean).join(' • '),
        icon: 'standard:account',
        href: `/lightning/r/Account/${node.Id}/view`
    };
}

function opportunityHit(node) {
    return {
        id: node.Id,
        name: node.Name.value,
        detail: ['Opportunity', node.Account?.Name?.value, node.StageName?.displayValue].filter(Boolean).join(' • '),
        icon: 'standard:opportunity',
        href: `/lightning/r/Opportunity/${node.Id}/view`
    };
}

/** In LIKE a percent sign, an underscore and a backslash have a meaning of their own. */
function likeTerm(text) {
    return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Finds accounts and opportunities by name while one types. */
export default class Search extends LightningElement {
    hits = [];
    term = '';
    active = -1;
    open = false;
    message = '';

    get options() {
        return this.hits.map((hit, index) => ({
            ...hit,
            key: `hit-${hit.id}`,
            selected: String(index === this.active),
            optionClass: index === this.active ? 'hit active' : 'hit'
        }));
    }

    get expanded() {
        return String(this.open);
    }

    type(event) {
        this.term = event.target.value.trim();
        clearTimeout(this.timer);
        // one question per pause, not per key
        this.timer = setTimeout(() => this.ask(), PAUSE_MS);
    }

    async ask() {
        const term = this.term;
        if (term.length < SHORTEST) {
            this.show([], '');
            return;
        }
        try {
            const answer = await call(
                'POST',
                '/graphql',
                { query: QUERY, variables: { term: likeTerm(term) } },
                'page'
            );
            if (term === this.term) {
                this.receive(answer);
            }
        } catch {
            this.show([], "Search isn't available right now.");
        }
    }

    receive(answer) {
        const found = answer.data?.uiapi?.query ?? {};
        const nodes = (name) => (found[name]?.edges ?? []).map((edge) => edge.node);
        const hits = [...nodes('Account').map(accountHit), ...nodes('Opportunity').map(opportunityHit)];
        this.show(hits, hits.length ? '' : `No results for "${this.term}"`);
    }

    show(hits, message) {
        this.hits = hits;
        this.message = message;
        this.active = -1;
        this.open = Boolean(hits.length || message);
    }

    press(event) {
        const moves = { ArrowDown: 1, ArrowUp: -1 };
        if (event.key in moves && this.hits.length) {
            event.preventDefault();
            this.active = (this.active + moves[event.key] + this.hits.length) % this.hits.length;
        } else if (event.key === 'Enter' && this.hits.length) {
            window.location.assign(this.hits[Math.max(this.active, 0)].href);
        } else if (event.key === 'Escape') {
            this.open = false;
        }
    }

    closeWhenLeft(event) {
        if (!event.currentTarget.contains(event.relatedTarget)) {
            this.open = false;
        }
    }
}
