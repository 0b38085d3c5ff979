/**
 * Places of the waterfall's bars, in percent from the left: pure functions.
 */
const AIR = 0.06;
const SMALLEST = 0.5;

/** What the causes add up to after each of them. */
function totalsOf(before, causes) {
    const totals = [before];
    for (const { amount } of causes) {
        totals.push(totals.at(-1) + amount);
    }
    return totals;
}

/**
 * @param {object} change before and now (amounts), causes: {key, amount} that lead from one to the other
 * @returns {{before: number, now: number, bars: object[]}} places of both ends; of each cause that moved something key, amount, start, width
 */
export function stepsOf({ before, now, causes }) {
    const moving = causes.filter(({ amount }) => Math.abs(amount) >= SMALLEST);
    const totals = totalsOf(before, moving);
    const all = [...totals, now];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const air = (high - low || 1) * AIR;
    const place = (amount) => ((amount - low + air) / (high - low + 2 * air || 1)) * 100;
    return {
        before: place(before),
        now: place(now),
        bars: moving.map(({ key, amount }, index) => ({
            key,
            amount,
            start: place(Math.min(totals[index], totals[index + 1])),
            width: place(Math.abs(amount)) - place(0)
        }))
    };
}
