import { LightningElement, api } from 'lwc';
import { fill, formatMoney, formatMoneyShort, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import * as label from './labels';

const UNKNOWN = 'Unknown';
const AMOUNTS = [
    { key: 'open', name: label.PIPELINE },
    { key: 'best', name: label.BEST },
    { key: 'commit', name: label.COMMIT },
    { key: 'worst', name: label.WORST }
];
const OTHERS = [
    { key: 'gap', name: label.GAP },
    { key: 'rate', name: label.RATE },
    { key: 'actions', name: label.ACTIONS }
];

const shownName = (name) => (name === UNKNOWN || name === '' ? label.UNKNOWN : name);

/** The widest gap first; what belongs to no pillar last. */
function inOrder(a, b) {
    const unknown = (a.name === UNKNOWN) - (b.name === UNKNOWN);
    return unknown || (b.gap ?? -Infinity) - (a.gap ?? -Infinity) || a.name.localeCompare(b.name);
}

export default class SidecarPillarTable extends LightningElement {
    label = label;
    columns = [...AMOUNTS, ...OTHERS];
    width = this.columns.length + 1;
    opened = '';

    /** @type {object[]} name, plan (null: none), open, best, commit, worst, gap, win_rate (0 to 1), actions (open deals with one) */
    @api pillars = [];
    /** @type {string} ISO code */
    @api currency;
    /** @type {'Rep'|'Team'|'Org'} whose deals a pillar opens to */
    @api scope;
    /** @type {string} the rep, or the team's manager */
    @api repId;
    /** @type {string} last day of the quarter, YYYY-MM-DD; empty when it is not known */
    @api quarterEnd = '';

    get rows() {
        return [...this.pillars].sort(inOrder).map((pillar) => this.toRow(pillar));
    }

    toRow(pillar) {
        const isOpen = pillar.name === this.opened;
        const name = shownName(pillar.name);
        return {
            key: pillar.name,
            name,
            isOpen,
            expanded: String(isOpen),
            icon: isOpen ? 'utility:chevrondown' : 'utility:chevronright',
            cells: [
                ...AMOUNTS.map((column) => this.amountCell(column, pillar[column.key])),
                this.gapCell(pillar),
                { ...OTHERS[1], value: formatPercent(isNumber(pillar.win_rate) ? pillar.win_rate * 100 : null) },
                { ...OTHERS[2], value: formatNumber(pillar.actions) }
            ].map((cell) => ({ cellClass: 'number', ...cell })),
            dealsName: fill(label.DEALS_OF, name),
            deals: isOpen ? this.askedOf(pillar) : undefined
        };
    }

    askedOf({ name }) {
        const { scope, repId, quarterEnd } = this;
        return { scope, repId, quarterEnd, pillar: name === UNKNOWN ? '' : name };
    }

    amountCell(column, amount) {
        const { currency } = this;
        return { ...column, value: formatMoneyShort(amount, currency), title: formatMoney(amount, currency) };
    }

    gapCell({ plan, gap }) {
        if (!isNumber(plan) || !isNumber(gap)) {
            return { ...OTHERS[0], value: label.NO_PLAN, cellClass: 'number weak' };
        }
        return gap > 0
            ? { ...this.amountCell(OTHERS[0], gap), cellClass: 'number short' }
            : { ...OTHERS[0], value: label.REACHED, cellClass: 'number reached' };
    }

    handleToggle(event) {
        const { pillar } = event.currentTarget.dataset;
        this.opened = pillar === this.opened ? '' : pillar;
    }
}
