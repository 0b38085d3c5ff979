/**
 * What the popover says of the risk to lose a renewal, from the `proof` of a detail field: pure functions.
 */
import { numberOf, objectsOf, textOf } from 'c/sidecarDetail';
import { fill, formatDay, formatNumber, formatPercent } from 'c/sidecarFormat';
import * as label from './labels';

const BRIER_DIGITS = 3;
const BANDS = { Red: label.BAND_RED, Yellow: label.BAND_YELLOW, Green: label.BAND_GREEN };

function brierOf(proof) {
    const [ours, usual] = [numberOf(proof.brier), numberOf(proof.usual_brier)];
    if (ours === null || usual === null || usual <= 0) {
        return '';
    }
    const figures = [ours, usual].map((figure) => formatNumber(figure, BRIER_DIGITS));
    return ours < usual
        ? fill(label.RENEWALS_BETTER, ...figures, formatPercent((1 - ours / usual) * 100))
        : fill(label.RENEWALS_WORSE, ...figures);
}

/** One line of each band: the risk it was given and the share that was lost. */
function bandLines(proof) {
    return objectsOf(proof.bands)
        .map(({ band, ...raw }) => ({
            name: BANDS[band],
            shares: [raw.predicted, raw.observed].map(numberOf),
            n: numberOf(raw.n)
        }))
        .filter(({ name, shares, n }) => name && n > 0 && !shares.includes(null))
        .map(({ name, shares, n }) =>
            fill(label.BAND, name, ...shares.map((share) => formatPercent(share * 100)), formatNumber(n))
        );
}

/**
 * @param {object} proof as `@api proof` of the component
 * @returns {string[]} what was judged, since when, how well it tells lost from kept, and how far off it is, by band too; "" for what is
 * not known; [] where nothing is proved
 */
export function renewalLines(proof) {
    const renewals = numberOf(proof.renewals);
    if (!renewals) {
        return [];
    }
    const auc = numberOf(proof.auc);
    return [
        fill(label.RENEWALS, formatNumber(renewals), formatNumber(numberOf(proof.lost))),
        fill(label.RENEWALS_SINCE, formatDay(textOf(proof.since))),
        auc === null ? '' : fill(label.RENEWALS_RANKED, formatPercent(auc * 100)),
        brierOf(proof),
        ...bandLines(proof)
    ];
}
