/**
 * How the win probability came to what it is, from the detail of the score: pure functions.
 */
import { numberOf, objectsOf, proseOf, textOf } from 'c/sidecarDetail';
import { daysSince, fill, formatDayShort, formatNumber, formatPercent, sentence } from 'c/sidecarFormat';
import * as label from './labels';

const SMALLEST = 0.05;

/** The probability in past weeks as the one line of a trend; [] with less than two of them. */
export function historyOf(detail, now) {
    const points = objectsOf(detail.history)
        .filter(({ date }) => daysSince(date, now) !== null)
        .map(({ date, probability }) => ({ day: date, value: numberOf(probability) }))
        .map(({ day, value }) => ({ day, value: value === null ? null : value * 100 }));
    const isKnown = points.filter(({ value }) => value !== null).length > 1;
    return isKnown ? [{ name: label.CHANCE, points }] : [];
}

function sentenceOf(before, points, since) {
    const texts = [formatPercent(before * 100), formatDayShort(since)];
    if (Math.abs(points) < SMALLEST) {
        return fill(label.SINCE_SAME, ...texts);
    }
    return fill(points < 0 ? label.SINCE_DOWN : label.SINCE_UP, formatNumber(Math.abs(points), 1), ...texts);
}

function causeOf(raw) {
    const [name, text] = [textOf(raw.label), proseOf(raw.text)];
    // some texts begin with what they are about
    const words = text.startsWith(name) ? [text] : [name, text].filter(Boolean);
    return {
        dimension: '',
        points: numberOf(raw.points) ?? 0,
        text: sentence(words.join(': ')),
        note: '',
        recordIds: []
    };
}

/** Periods in order: of each a sentence and the factors that moved the probability by at least a twentieth of a point. */
export function changesOf(detail) {
    return objectsOf(detail.change)
        .map((raw) => ({
            ...raw,
            days: numberOf(raw.days),
            before: numberOf(raw.before),
            points: numberOf(raw.points)
        }))
        .filter(({ days, before, points }) => days !== null && before !== null && points !== null)
        .map(({ days, before, points, since, factors }) => ({
            days,
            sentence: sentenceOf(before, points, textOf(since)),
            causes: objectsOf(factors)
                .map(causeOf)
                .filter((cause) => Math.abs(cause.points) >= SMALLEST && cause.text !== '')
        }));
}
