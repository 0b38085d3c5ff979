/**
 * How long each stage took against won deals: pure functions.
 */
import { NO_VALUE, fill, formatNumber, isNumber, plural } from 'c/sidecarFormat';
import DAYS from '@salesforce/label/c.Sidecar_Benchmark_Days';
import DAYS_ONE from '@salesforce/label/c.Sidecar_Benchmark_Days_One';
import QUICKER from '@salesforce/label/c.Sidecar_Path_Quicker';
import USUAL from '@salesforce/label/c.Sidecar_Path_Usual';
import SLOWER from '@salesforce/label/c.Sidecar_Stage_Slower';
import FEW from '@salesforce/label/c.Sidecar_Path_Few';
import RANGE from '@salesforce/label/c.Sidecar_Path_Range';
import STAGE from '@salesforce/label/c.Sidecar_Path_Stage';
import THIS_DEAL from '@salesforce/label/c.Sidecar_Path_This_Deal';
import WON_DEALS from '@salesforce/label/c.Sidecar_Path_Won_Deals';
import PACE from '@salesforce/label/c.Sidecar_Path_Pace';

/** The quartiles of fewer won deals say nothing. */
const ENOUGH = 5;
const AIR = 1.04;
const PACES = {
    quicker: { word: QUICKER, tone: 'good' },
    usual: { word: USUAL, tone: 'plain' },
    slower: { word: SLOWER, tone: 'late' },
    unknown: { word: FEW, tone: 'unknown' }
};

const isCompared = ({ lower, typical, upper, sample }) => sample >= ENOUGH && [lower, typical, upper].every(isNumber);

function paceOf(stage) {
    if (!isCompared(stage)) {
        return PACES.unknown;
    }
    if (stage.days > stage.upper) {
        return PACES.slower;
    }
    return stage.days < stage.lower ? PACES.quicker : PACES.usual;
}

/** Places on a scale that all stages share, so that one sees where the time went. */
function placesOf({ days, ...stage }, top) {
    const place = (value) => `${(value / top) * 100}%`;
    const { lower, typical, upper } = stage;
    const won = isCompared(stage)
        ? { lower: place(lower), width: place(upper - lower), typical: place(typical) }
        : null;
    return { days: place(days), won };
}

/**
 * @param {object[]} stages as `@api stages` of the component
 * @returns {{lines: object[], columns: string[], rows: string[][]}} one line of the picture and one row of the table for each stage
 */
export function stagePathView(stages) {
    const ends = stages.map((stage) => Math.max(stage.days, isCompared(stage) ? stage.upper : 0));
    const top = Math.max(1, ...ends) * AIR;
    const lines = stages.map((stage, index) => ({
        key: index,
        name: stage.name,
        days: plural(stage.days, DAYS_ONE, DAYS),
        range: isCompared(stage) ? fill(RANGE, formatNumber(stage.lower), formatNumber(stage.upper)) : NO_VALUE,
        pace: paceOf(stage),
        places: placesOf(stage, top)
    }));
    return {
        lines,
        columns: [STAGE, THIS_DEAL, WON_DEALS, PACE],
        rows: lines.map(({ name, days, range, pace }) => [name, days, range, pace.word])
    };
}
