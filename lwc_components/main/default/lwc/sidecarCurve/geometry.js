/**
 * Places of the weekly curve in a picture of 100 by 100: pure functions.
 */
import { isNumber } from 'c/sidecarFormat';

const DAY_MS = 86_400_000;
const QUARTER_DAYS = 91;
const AIR = 1.08;
const TICKS = 4;

const timeOf = (day) => Date.parse(`${day}T00:00:00Z`);

/** A round amount that divides the axis into about so many parts. */
export function stepOf(top, parts = TICKS) {
    const rough = top / parts;
    const size = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((step) => step >= rough);
}

/**
 * @param {object[]} weeks date (YYYY-MM-DD), booked, worst, commit, best, plan; the earliest first
 * @param {string} quarterEnd last day; the quarter is taken to have 13 weeks when it is not known
 * @returns {object|null} ticks (amount and place), and the paths of band, commit, booked and plan; null with nothing to draw
 */
export function curveOf(weeks, quarterEnd) {
    const dated = weeks.filter(({ date }) => !Number.isNaN(timeOf(date)));
    const amounts = dated.flatMap(({ booked, best, commit, plan }) => [booked, best, commit, plan]).filter(isNumber);
    const highest = Math.max(0, ...amounts);
    if (dated.length < 2 || highest === 0) {
        return null;
    }
    const first = timeOf(dated[0].date);
    const end = timeOf(quarterEnd);
    const last = Math.max(Number.isNaN(end) ? first + QUARTER_DAYS * DAY_MS : end, timeOf(dated.at(-1).date));
    const top = highest * AIR;
    const x = (date) => ((timeOf(date) - first) / (last - first)) * 100;
    const y = (amount) => 100 - (Math.max(0, amount) / top) * 100;
    const points = (name) =>
        dated
            .filter((week) => isNumber(week[name]))
            .map((week) => `${x(week.date).toFixed(2)} ${y(week[name]).toFixed(2)}`);
    const line = (name) => points(name).length > 1 && `M${points(name).join(' L')}`;
    const plans = points('plan');
    const step = stepOf(top);
    return {
        band: line('best') && line('worst') && `${line('best')} L${points('worst').reverse().join(' L')} Z`,
        commit: line('commit'),
        booked: line('booked'),
        plan: plans.length > 0 && `M${plans.join(' L')} L100 ${plans.at(-1).split(' ')[1]}`,
        todayX: x(dated.at(-1).date).toFixed(2),
        endDay: new Date(last).toISOString().slice(0, 10),
        ticks: Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => ({
            amount: index * step,
            place: y(index * step).toFixed(2)
        }))
    };
}
