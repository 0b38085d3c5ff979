/**
 * What the deal score shows, from the opportunity's fields: pure functions.
 */
import { freshness, noticeOf, numberOf, objectOf, objectsOf, proseOf, readDetail, textOf } from 'c/sidecarDetail';
import {
    dayAt,
    daysSince,
    fill,
    formatDay,
    formatDayShort,
    formatMoney,
    formatMoneyShort,
    formatPercent,
    isNumber,
    sentence
} from 'c/sidecarFormat';
import { changesOf, historyOf } from './historyView';
import { missingOf } from './missingView';
import * as label from './labels';

/** The kind that stands for all deals together, where the deal's own segment is not known. */
const EVERY_KIND = 'All';

function expectedClose({ expectedClose: day, expectedEarly, expectedLate, closeDate }) {
    const isRange = expectedEarly && expectedLate;
    const range = isRange ? fill(label.EXPECTED_RANGE, formatDayShort(expectedEarly), formatDay(expectedLate)) : '';
    const isLater = isRange && closeDate && expectedEarly > closeDate;
    return {
        note: isLater ? fill(label.EXPECTED_LATER, range, formatDayShort(closeDate)) : range,
        value: formatDay(day)
    };
}

/** Figures beside the probability, each only where it is set. */
export function figuresOf(values, currency) {
    const figures = [];
    if (isNumber(values.thisQuarter)) {
        figures.push({ key: 'quarter', name: label.THIS_QUARTER, value: formatPercent(values.thisQuarter) });
    }
    if (values.expectedClose) {
        figures.push({ key: 'close', name: label.EXPECTED_CLOSE, ...expectedClose(values) });
    }
    if (isNumber(values.forecast)) {
        const value = formatMoneyShort(values.forecast, currency);
        figures.push({ key: 'forecast', name: label.FORECAST, value, title: formatMoney(values.forecast, currency) });
    }
    return figures;
}

function chancesOf(values, detail) {
    const base = objectOf(detail.base);
    const rate = numberOf(base.rate);
    return {
        probability: numberOf(values.probability),
        low: numberOf(values.low),
        high: numberOf(values.high),
        base: rate === null ? null : rate * 100,
        sample: numberOf(base.n)
    };
}

function factorsOf(detail) {
    return objectsOf(detail.factors)
        .map((raw) => ({ label: textOf(raw.label), points: numberOf(raw.points), text: sentence(proseOf(raw.text)) }))
        .filter((factor) => factor.points !== null);
}

/** Days in the stage are counted here, in the user's time zone: a stored number would be wrong tomorrow. */
export function stageOf(values, detail, now) {
    const stage = objectOf(detail.stage);
    return {
        name: values.stage || textOf(stage.name),
        days: daysSince(values.stageEntered, now),
        typical: numberOf(values.typicalAge) ?? numberOf(stage.typical_days),
        slow: numberOf(stage.slow_days),
        sample: numberOf(stage.n)
    };
}

/** The stages that the deal has left, oldest first. */
export function pathOf(detail) {
    return objectsOf(detail.path)
        .map((raw) => ({
            name: textOf(raw.name),
            days: numberOf(raw.days),
            lower: numberOf(raw.lower_days),
            typical: numberOf(raw.typical_days),
            upper: numberOf(raw.upper_days),
            sample: numberOf(raw.n) ?? 0
        }))
        .filter(({ name, days }) => name !== '' && days !== null && days >= 0);
}

function benchmarkOf(values, detail, now) {
    const raw = objectOf(detail.benchmark);
    const closed = numberOf(raw.closed);
    if (!closed) {
        return null;
    }
    const createdDay = values.createdDate ? dayAt(Date.parse(values.createdDate)) : null;
    return {
        kind: raw.kind === EVERY_KIND ? '' : textOf(raw.kind),
        won: numberOf(raw.won) ?? 0,
        closed,
        medianArr: numberOf(raw.median_arr),
        currency: textOf(detail.currency),
        medianCycle: numberOf(raw.median_cycle_days),
        age: daysSince(createdDay, now)
    };
}

function actionOf(values, detail) {
    const action = objectOf(detail.action);
    const text = proseOf(values.action) || proseOf(action.text);
    return text ? { text, why: proseOf(action.why) } : null;
}

function closedView({ isWon, closeDate }) {
    const message = fill(isWon ? label.CLOSED_WON : label.CLOSED_LOST, formatDay(closeDate));
    return { empty: { heading: label.CLOSED_HEADING, message, iconName: 'utility:check' } };
}

/**
 * @param {object} values the opportunity's fields by the names in fields.js; undefined: not visible, null: empty
 * @param {number} now milliseconds since 1970
 * @returns {object} `isHidden`, `empty` or `isScored`, and what is then shown
 */
export function dealView(values, now) {
    if (values.isClosed) {
        return closedView(values);
    }
    if (values.probability === undefined && values.scoredAt === undefined) {
        return { isHidden: true };
    }
    const { state, value: detail } = readDetail(values.detail);
    const missing = missingOf(values, detail);
    if (!isNumber(values.probability)) {
        const empty = { heading: label.EMPTY_HEADING, message: label.EMPTY_MESSAGE, iconName: 'utility:clock' };
        return { empty, missing, ...freshness(values.scoredAt, now) };
    }
    return {
        isScored: true,
        chances: chancesOf(values, detail),
        confidence: values.confidence,
        confidenceReason: proseOf(detail.confidence_reason),
        figures: figuresOf(values, textOf(detail.currency)),
        riskTags: (values.riskTags || '').split(';').filter(Boolean),
        action: actionOf(values, detail),
        missing,
        factors: factorsOf(detail),
        history: historyOf(detail, now),
        changes: changesOf(detail),
        proof: objectOf(detail.proof),
        currency: textOf(detail.currency),
        stage: stageOf(values, detail, now),
        path: pathOf(detail),
        benchmark: benchmarkOf(values, detail, now),
        detailNotice: noticeOf(state),
        ...freshness(values.scoredAt, now)
    };
}
