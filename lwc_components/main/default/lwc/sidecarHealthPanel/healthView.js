/**
 * What the health panel shows, from the account's fields: pure functions, so that they can be tested without a page.
 */
import {
    freshness,
    noticeOf,
    numberOf,
    objectOf,
    objectsOf,
    proseOf,
    readDetail,
    textOf,
    textsOf
} from 'c/sidecarDetail';
import {
    daysSince,
    fill,
    formatDay,
    formatMoneyShort,
    formatMoney,
    formatPercent,
    isNumber,
    plural,
    sentence
} from 'c/sidecarFormat';
import { changesOf, trendOf } from './changeView';
import * as label from './labels';

const LOW_COVERAGE = 60;
const DIMENSIONS = ['technical', 'deployment', 'adoption'];
const DIMENSION_NAMES = { technical: label.TECHNICAL, deployment: label.DEPLOYMENT, adoption: label.ADOPTION };
const OWNERS = { SC: label.OWNER_SC, CSM: label.OWNER_CSM, AE: label.OWNER_AE, Support: label.OWNER_SUPPORT };

function productOf(raw) {
    const [value, target, score, share] = [raw.value, raw.target, raw.score, raw.share].map(numberOf);
    return { name: textOf(raw.product), value, target, score, share };
}

function measureOf(raw, index) {
    return {
        key: textOf(raw.key) || String(index),
        label: textOf(raw.label),
        value: raw.value,
        unit: textOf(raw.unit),
        score: numberOf(raw.score),
        weight: numberOf(raw.weight),
        target: numberOf(raw.target),
        coverage: numberOf(raw.coverage),
        products: objectsOf(raw.products).map(productOf),
        recordIds: textsOf(raw.record_ids),
        text: sentence(proseOf(raw.text))
    };
}

/** The three dimensions, always in the same order; what the detail lacks is taken from the fields. */
export function dimensionsOf(values, detail) {
    const written = objectsOf(detail.dimensions);
    return DIMENSIONS.map((key) => {
        const raw = written.find((dimension) => dimension.key === key) ?? {};
        return {
            key,
            label: DIMENSION_NAMES[key],
            score: numberOf(values[key]) ?? numberOf(raw.score),
            coverage: numberOf(raw.coverage),
            measures: objectsOf(raw.measures).map(measureOf),
            missing: textsOf(raw.missing),
            isIncomplete: isNumber(values.coverage) && values.coverage < LOW_COVERAGE
        };
    });
}

/** Reasons, the heaviest first. */
export function reasonsOf(detail) {
    return objectsOf(detail.reasons)
        .map((raw) => ({
            dimension: textOf(raw.dimension),
            points: numberOf(raw.points) ?? 0,
            text: sentence(proseOf(raw.text)),
            recordIds: textsOf(raw.record_ids)
        }))
        .filter((reason) => reason.text !== '')
        .sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
}

function actionOf(detail) {
    const { text, owner } = objectOf(detail.action);
    return textOf(text) ? { text: proseOf(text), owner: OWNERS[owner] ?? textOf(owner) } : null;
}

/** The change over 30 days in words, with an icon; nothing when there is no score to compare with. */
export function changeOf(points) {
    if (!isNumber(points)) {
        return { text: label.CHANGE_NONE, icon: '', changeClass: 'change' };
    }
    if (points === 0) {
        return { text: label.CHANGE_FLAT, icon: 'utility:dash', changeClass: 'change' };
    }
    return points < 0
        ? {
              text: plural(-points, label.CHANGE_DOWN_ONE, label.CHANGE_DOWN),
              icon: 'utility:arrowdown',
              changeClass: 'change change_down'
          }
        : {
              text: plural(points, label.CHANGE_UP_ONE, label.CHANGE_UP),
              icon: 'utility:arrowup',
              changeClass: 'change change_up'
          };
}

function renewalNote(day, now) {
    const days = -daysSince(day, now);
    if (days === 0) {
        return label.RENEWAL_TODAY;
    }
    return days > 0
        ? plural(days, label.RENEWAL_IN_ONE, label.RENEWAL_IN)
        : plural(-days, label.RENEWAL_AGO_ONE, label.RENEWAL_AGO);
}

/** Facts beside the score, each only where it is set. */
export function factsOf(values, detail, now) {
    const facts = [];
    if (values.nextRenewal) {
        const note = renewalNote(values.nextRenewal, now);
        facts.push({ key: 'renewal', name: label.NEXT_RENEWAL, value: formatDay(values.nextRenewal), note });
    }
    if (isNumber(values.currentArr)) {
        const currency = textOf(detail.currency);
        const value = formatMoneyShort(values.currentArr, currency);
        facts.push({ key: 'arr', name: label.CURRENT_ARR, value, title: formatMoney(values.currentArr, currency) });
    }
    if (isNumber(values.churnRisk)) {
        facts.push({
            key: 'churn',
            name: label.CHURN_RISK,
            value: formatPercent(values.churnRisk),
            note: label.CHURN_RISK_NOTE,
            proof: { ...objectOf(detail.churn_proof), basis: detail.churn_basis }
        });
    }
    return facts;
}

/** One line beside the score; below the limit a warning in its place. */
export function coverageOf(percent) {
    if (!isNumber(percent)) {
        return { coverage: '', lowCoverage: '' };
    }
    return percent < LOW_COVERAGE
        ? { coverage: '', lowCoverage: fill(label.COVERAGE_LOW, formatPercent(percent)) }
        : { coverage: fill(label.COVERAGE, formatPercent(percent)), lowCoverage: '' };
}

/**
 * @param {object} values the account's fields by the names in fields.js; undefined: not visible, null: empty
 * @param {number} now milliseconds since 1970
 * @returns {object} `isHidden`, `empty` or `isScored`, and what is then shown
 */
export function healthView(values, now) {
    if (values.health === undefined && values.band === undefined && values.scoredAt === undefined) {
        return { isHidden: true };
    }
    const { state, value: detail } = readDetail(values.detail);
    if (!isNumber(values.health) && !values.band && !values.scoredAt) {
        return { empty: { heading: label.EMPTY_HEADING, message: label.EMPTY_MESSAGE, iconName: 'utility:clock' } };
    }
    return {
        isScored: true,
        score: numberOf(values.health),
        band: values.band,
        change: changeOf(values.change),
        ...coverageOf(values.coverage),
        dimensions: dimensionsOf(values, detail),
        reasons: reasonsOf(detail),
        trend: trendOf(detail, now),
        changes: changesOf(detail),
        action: actionOf(detail),
        facts: factsOf(values, detail, now),
        detailNotice: noticeOf(state),
        ...freshness(values.scoredAt, now)
    };
}
