/**
 * What the popover says, from the `proof` of a detail field: pure functions. It was written by another program: every value is checked.
 */
import { numberOf, objectOf, objectsOf, textOf } from 'c/sidecarDetail';
import { fill, formatDay, formatNumber, formatPercent } from 'c/sidecarFormat';
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
    return objectsOf(proof.bins)
        .map((raw) => ({ predicted: numberOf(raw.predicted), won: numberOf(raw.won), deals: numberOf(raw.n) }))
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

/**
 * @param {object} raw as `@api proof` of the component
 * @returns {{lines: string[], chart: object|null}} sentences, the sample first; the chart where groups are given
 */
export function proofView(raw) {
    const proof = objectOf(raw);
    const deals = numberOf(proof.n);
    if (!deals) {
        return { lines: [label.NONE], chart: null };
    }
    const since = textOf(proof.since);
    const error = numberOf(proof.ece);
    const lines = [
        sampleOf(proof, deals),
        since && fill(label.SAMPLE_SINCE, formatDay(since)),
        brierOf(proof),
        error === null ? '' : fill(label.ERROR, formatNumber(error * 100, 1))
    ];
    const bins = binsOf(proof);
    return { lines: lines.filter(Boolean), chart: bins.length > 1 ? chartOf(bins) : null };
}
