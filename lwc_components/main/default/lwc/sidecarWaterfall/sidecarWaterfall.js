import { LightningElement, api } from 'lwc';
import { fill, formatDayShort, formatMoney, formatMoneyShort } from 'c/sidecarFormat';
import { stepsOf } from './steps';
import * as label from './labels';

const CAUSES = {
    won: label.WON,
    lost: label.LOST,
    slipped: label.SLIPPED,
    pulled_in: label.PULLED_IN,
    new: label.NEW,
    resized: label.RESIZED,
    rescored: label.RESCORED,
    new_business: label.NEW_BUSINESS
};

const wordOf = (key) => CAUSES[key] ?? key;

export default class SidecarWaterfall extends LightningElement {
    label = label;
    columns = [label.CAUSE, label.AMOUNT];

    /** @type {object} since (YYYY-MM-DD), before and now (expected bookings), causes: {key, amount} that add up to the difference */
    @api change;
    /** @type {string} ISO code */
    @api currency;

    get summary() {
        const { before, now, since } = this.change;
        const moved = Math.round(now - before);
        const [day, amount] = [formatDayShort(since), formatMoneyShort(now, this.currency)];
        if (moved === 0) {
            return fill(label.SAME, day, amount);
        }
        return fill(moved > 0 ? label.UP : label.DOWN, formatMoneyShort(Math.abs(moved), this.currency), day, amount);
    }

    get steps() {
        return stepsOf(this.change);
    }

    get startLabel() {
        return fill(label.EXPECTED, formatDayShort(this.change.since));
    }

    get before() {
        return formatMoneyShort(this.change.before, this.currency);
    }

    get now() {
        return formatMoneyShort(this.change.now, this.currency);
    }

    get beforeStyle() {
        return `inset-inline-start: ${this.steps.before}%`;
    }

    get nowStyle() {
        return `inset-inline-start: ${this.steps.now}%`;
    }

    get bars() {
        return this.steps.bars.map(({ key, amount, start, width }) => ({
            key,
            name: wordOf(key),
            amount: this.signed(amount, formatMoneyShort),
            title: this.signed(amount, formatMoney),
            barClass: amount < 0 ? 'bar bar_down' : 'bar bar_up',
            amountClass: amount < 0 ? 'amount amount_down' : 'amount amount_up',
            style: `inset-inline-start: ${start}%; width: ${width}%`
        }));
    }

    get rows() {
        return [
            [this.startLabel, formatMoney(this.change.before, this.currency)],
            ...this.steps.bars.map(({ key, amount }) => [wordOf(key), this.signed(amount, formatMoney)]),
            [label.NOW, formatMoney(this.change.now, this.currency)]
        ];
    }

    signed(amount, format) {
        return `${amount < 0 ? '\u2212' : '+'}${format(Math.abs(amount), this.currency)}`;
    }
}
