/**
 * How the health of an account came to what it is, from the detail of its health: pure functions.
 */
import { numberOf, objectsOf, proseOf, textOf } from 'c/sidecarDetail';
import { daysSince, sentence as asSentence } from 'c/sidecarFormat';
import * as label from './labels';

const LINES = [
    { key: 'health', name: label.SCORE_NAME },
    { key: 'technical', name: label.TECHNICAL },
    { key: 'deployment', name: label.DEPLOYMENT },
    { key: 'adoption', name: label.ADOPTION }
];
/** Why a measure moved the score although its value hardly did. */
const NOTES = {
    target: label.MOVED_TARGET,
    weight: label.MOVED_WEIGHT,
    coverage: label.MOVED_COVERAGE,
    mix: label.MOVED_MIX
};
const SMALLEST = 0.05;

/** Lines of the trend: the total and those dimensions that were ever known; [] with less than two weeks. */
export function trendOf(detail, now) {
    const weeks = objectsOf(detail.trend).filter(({ day }) => daysSince(day, now) !== null);
    const lines = LINES.map(({ key, name }) => ({
        name,
        points: weeks.map((week) => ({ day: week.day, value: numberOf(week[key]) }))
    }));
    const known = lines.filter(({ points }) => points.filter(({ value }) => value !== null).length > 1);
    return known.length > 0 ? known : [];
}

/** What moved most is the value, or else something that the reader must be told. */
function noteOf(raw) {
    const sizes = Object.keys(NOTES).map((part) => [part, Math.abs(numberOf(raw[part]) ?? 0)]);
    const [part, size] = sizes.reduce((most, entry) => (entry[1] > most[1] ? entry : most));
    return size > Math.abs(numberOf(raw.value) ?? 0) && size >= SMALLEST ? NOTES[part] : '';
}

function measureOf(raw) {
    return {
        dimension: '',
        points: numberOf(raw.points),
        text: asSentence(proseOf(raw.text)) || label.MOVED_REST,
        note: textOf(raw.text) ? noteOf(raw) : '',
        recordIds: []
    };
}

/** Periods in order; of each a sentence and the measures that moved the score by at least a twentieth of a point. */
export function changesOf(detail) {
    return objectsOf(detail.changes)
        .map((raw) => ({
            days: numberOf(raw.days),
            // the measures that follow the colon stand below, each with its points
            sentence: asSentence(proseOf(raw.sentence).split(': ')[0]),
            causes: objectsOf(raw.measures)
                .map(measureOf)
                .filter(({ points }) => Math.abs(points ?? 0) >= SMALLEST)
        }))
        .filter(({ days, sentence }) => days !== null && sentence !== '');
}
