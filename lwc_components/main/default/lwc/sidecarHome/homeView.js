/**
 * What the home page shows, from the answer to its request: pure functions.
 */
import { actionOf } from 'c/sidecarActionRows';
import {
    freshness,
    noticeOf,
    numberOf,
    numbersOf,
    objectOf,
    objectsOf,
    proseOf,
    readDetail,
    textOf
} from 'c/sidecarDetail';
import { weeksOf } from 'c/sidecarPlan';
import { fill, isNumber } from 'c/sidecarFormat';
import { nearestOf, optionsOf } from './scopes';
import * as label from './labels';

const FIGURES = ['plan', 'booked', 'open', 'worst', 'commit', 'best', 'gap'];
const CAUSES = ['won', 'lost', 'slipped', 'pulled_in', 'new', 'resized', 'rescored', 'new_business'];

function partsOf(raw, name) {
    return objectsOf(raw).map((part) => ({
        name: textOf(part[name]),
        ...numbersOf(part, [...FIGURES, 'win_rate', 'deals', 'actions'])
    }));
}

/** The expected bookings now and then, and each cause that moved them. */
function changeOf(detail, expected) {
    const raw = objectOf(detail.change);
    const moved = numberOf(raw.expected);
    if (moved === null || !isNumber(expected)) {
        return null;
    }
    const causes = CAUSES.map((key) => ({ key, amount: numberOf(raw[key]) ?? 0 }));
    return { since: textOf(detail.since), before: expected - moved, now: expected, causes };
}

function emptyOf(rows) {
    return {
        empty: {
            heading: label.EMPTY_HEADING,
            message: rows.length ? label.EMPTY_NUMBERS : label.EMPTY_ROWS,
            iconName: 'utility:clock'
        }
    };
}

function readyView(row, answer, userId, now) {
    const { state, value: detail } = readDetail(row.detail);
    const { value: curve } = readDetail(row.curve);
    const options = optionsOf(answer.choices, userId);
    return {
        isReady: true,
        title: textOf(row.quarter) ? fill(label.TITLE_NAMED, row.quarter) : label.TITLE,
        rowId: row.id,
        scope: textOf(row.scope),
        repId: textOf(row.repId),
        quarterEnd: textOf(detail.quarter_end),
        options: options.length > 1 ? options : [],
        currency: textOf(row.currency),
        total: numbersOf(row, FIGURES),
        chance: numberOf(row.chance),
        confidence: row.confidence,
        confidenceReason: proseOf(detail.confidence_reason),
        proof: objectOf(detail.proof),
        segments: partsOf(detail.segments, 'segment'),
        pillars: partsOf(detail.pillars, 'pillar'),
        weeks: weeksOf(curve),
        change: changeOf(detail, row.expected),
        actions: answer.actions.map(actionOf),
        actionCount: answer.actionCount,
        detailNotice: noticeOf(state),
        ...freshness(row.scoredAt, now)
    };
}

/**
 * @param {object} answer as `answerOf` gives it
 * @param {string} userId who looks
 * @param {number} now milliseconds since 1970
 * @returns {object} `isHidden`, `empty` or `isReady`, and what is then shown
 */
export function homeView(answer, userId, now) {
    const row = answer.rows.length ? nearestOf(answer.rows) : undefined;
    if (!row) {
        return emptyOf(answer.rows);
    }
    if (FIGURES.every((name) => row[name] === undefined)) {
        return { isHidden: true };
    }
    return FIGURES.some((name) => isNumber(row[name])) ? readyView(row, answer, userId, now) : emptyOf(answer.rows);
}
