/**
 * What the popover says, from the `proof` of a detail field: pure functions. It was written by another program: every value is checked.
 */
import { numberOf, objectOf, objectsOf, proseOf, textOf } from 'c/sidecarDetail';
import { fill, formatDay, formatMoneyShort, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import { renewalLines } from './renewalLines';
import * as label from './labels';

const EVERY_KIND = 'All';
const BRIER_DIGITS = 3;
const SMALLEST_DOT = 2.5;
const LARGEST_DOT = 6;

function sampleOf(proof, deals) {
    const kind = textOf(proof.kind);
    const counts = [formatNumber(deals), formatNumber(numberOf(proof.won))];
    const isEvery = kind === '' || kind === EVERY_KIND;
    return isEvery ? fill(label.SAMPLE_ALL, ...counts) : fill(label.SAMPLE, counts[0], kind, counts[1]);
}

function brierOf(proof) {
    const [ours, plain] = [numberOf(proof.brier), numberOf(proof.stage_rate_brier)];
    if (ours === null) {
        return '';
    }
    const figures = [formatNumber(ours, BRIER_DIGITS), formatNumber(plain, BRIER_DIGITS)];
    if (plain === null || plain <= 0) {
        return fill(label.BRIER, figures[0]);
    }
    const share = formatPercent((1 - ours / plain) * 100);
    return ours < plain ? fill(label.BETTER, ...figures, share) : fill(label.WORSE, ...figures);
}

const inPercent = (share) => Math.max(0, Math.min(100, share * 100));

/** Groups of deals by predicted probability: in percent, with the number of deals in each. */
function binsOf(proof) {
    return objectsOf(proof.reliability)
        .map((raw) => ({ predicted: numberOf(raw.predicted), won: numberOf(raw.observed), deals: numberOf(raw.n) }))
        .filter(({ predicted, won, deals }) => predicted !== null && won !== null && deals > 0)
        .map(({ predicted, won, deals }) => ({ predicted: inPercent(predicted), won: inPercent(won), deals }));
}

/** Places in a square of 100: right is predicted, up is won; the area of a dot is its number of deals. */
function dotsOf(bins) {
    const most = Math.max(...bins.map(({ deals }) => deals));
    return bins.map(({ predicted, won, deals }, index) => ({
        key: index,
        x: predicted,
        y: 100 - won,
        size: Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(deals / most))
    }));
}

function chartOf(bins) {
    const texts = bins.map(({ predicted, won, deals }) => [
        formatPercent(predicted),
        formatPercent(won),
        formatNumber(deals)
    ]);
    return {
        columns: [label.PREDICTED, label.OBSERVED, label.DEALS],
        rows: texts,
        dots: dotsOf(bins),
        alternative: fill(label.ALTERNATIVE, texts.map((row) => fill(label.BIN, ...row)).join('; '))
    };
}

function dealLines(proof, deals) {
    const since = textOf(proof.since);
    const error = numberOf(proof.ece);
    return [
        sampleOf(proof, deals),
        since && fill(label.SAMPLE_SINCE, formatDay(since)),
        brierOf(proof),
        error === null ? '' : fill(label.ERROR, formatNumber(error * 100, 1))
    ];
}

/** Past quarters projected as if they were to come: how often they ended between worst and best, and how far commit was off. */
function quarterLines(proof, quarters, currency) {
    const [held, error, plain] = [proof.held, proof.error, proof.stage_weighted_error].map(numberOf);
    const money = (amount) => formatMoneyShort(amount, currency);
    return [
        fill(label.QUARTERS, formatNumber(quarters), formatDay(textOf(proof.since))),
        isNumber(held) ? fill(label.HELD, formatPercent(held * 100)) : '',
        isNumber(error) && isNumber(plain) ? fill(label.OFF, money(error), money(plain)) : ''
    ];
}

/**
 * @param {object} raw as `@api proof` of the component
 * @param {string} currency ISO code of its amounts
 * @returns {{lines: string[], chart: object|null}} sentences, the sample first; the chart where groups are given
 */
export function proofView(raw, currency) {
    const proof = objectOf(raw);
    const deals = numberOf(proof.n);
    const quarters = numberOf(proof.quarters);
    const lines = [
        ...(quarters ? quarterLines(proof, quarters, currency) : []),
        ...(deals ? dealLines(proof, deals) : []),
        ...renewalLines(proof)
    ].filter(Boolean);
    const basis = proseOf(proof.basis);
    const none = basis ? label.NONE_RENEWALS : label.NONE;
    const bins = binsOf(proof);
    return {
        lines: [basis && `${basis}.`, ...(lines.length ? lines : [none])].filter(Boolean),
        chart: bins.length > 1 ? chartOf(bins) : null
    };
}
