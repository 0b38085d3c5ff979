import { LightningElement, api } from 'lwc';
import { fill, formatDay, formatDayShort, formatMoney, formatMoneyShort, isNumber } from 'c/sidecarFormat';
import { curveOf } from './geometry';
import * as label from './labels';

export default class SidecarCurve extends LightningElement {
    label = label;
    columns = [label.WEEK, label.BOOKED, label.WORST, label.COMMIT, label.BEST, label.PLAN];

    /** @type {object[]} date (YYYY-MM-DD), booked, worst, commit, best, plan (null where there is none); the earliest first */
    @api weeks = [];
    /** @type {string} last day of the quarter, YYYY-MM-DD; empty when it is not known */
    @api quarterEnd = '';
    /** @type {string} ISO code */
    @api currency;

    get curve() {
        return curveOf(this.weeks, this.quarterEnd);
    }

    get ticks() {
        return this.curve.ticks.map(({ amount, place }) => ({
            place,
            text: formatMoneyShort(amount, this.currency),
            style: `top: ${place}%`
        }));
    }

    get latest() {
        return this.weeks.at(-1);
    }

    get firstDay() {
        return formatDayShort(this.weeks[0].date);
    }

    get lastDay() {
        return formatDayShort(this.curve.endDay);
    }

    get rows() {
        return this.weeks.map(({ date, booked, worst, commit, best, plan }) => [
            formatDay(date),
            ...[booked, worst, commit, best, plan].map((amount) => formatMoneyShort(amount, this.currency))
        ]);
    }

    get alternative() {
        const [first, now] = [this.weeks[0], this.latest];
        const money = (amount) => formatMoney(amount, this.currency);
        const plan = isNumber(now.plan) ? money(now.plan) : label.NO_PLAN;
        const { booked, commit, worst, best } = now;
        return fill(
            label.ALTERNATIVE,
            formatDay(first.date),
            formatDay(now.date),
            money(first.commit),
            money(commit),
            money(worst),
            money(best),
            money(booked),
            plan
        );
    }
}
