/**
 * Where the lines of the trend stand, and what they say in words and as a table: pure functions.
 */
import { NO_VALUE, fill, formatDayShort, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import DAY from '@salesforce/label/c.Sidecar_Trend_Day';
import LINE from '@salesforce/label/c.Sidecar_Trend_Line';

const TICKS = 4;
const EDGE = 10;

const timeOf = (day) => Date.parse(`${day}T00:00:00Z`);

/** Pieces of a line as "x,y x,y": a day without a value makes a gap. */
export function piecesOf(points, placeOf) {
    const pieces = [[]];
    for (const { day, value } of points) {
        if (isNumber(value)) {
            pieces[pieces.length - 1].push(`${placeOf(day)},${100 - Math.max(0, Math.min(100, value))}`);
        } else {
            pieces.push([]);
        }
    }
    // a point with gaps on both sides is drawn as a line of no length, which round ends make a dot
    return pieces.filter((piece) => piece.length > 0).map((piece) => (piece.length > 1 ? piece : [...piece, ...piece]));
}

/** Words at the edges stay within the picture. */
function anchorAt(place) {
    if (place < EDGE) {
        return 'start';
    }
    return place > 100 - EDGE ? 'end' : 'middle';
}

function ticksOf(days, placeOf) {
    const step = Math.max(1, Math.ceil((days.length - 1) / TICKS));
    const chosen = days.filter((_, index) => index % step === 0);
    return chosen.map((day) => ({
        key: day,
        x: `${placeOf(day)}%`,
        text: formatDayShort(day),
        anchor: anchorAt(placeOf(day))
    }));
}

/**
 * @param {object[]} series name and points of each, as of the component
 * @param {boolean} isPercent whether values are percentages
 * @returns {object} lines, ticks, end mark of the first line, words, and columns and rows of the table
 */
export function trendView(series, isPercent) {
    const days = series[0]?.points.map(({ day }) => day) ?? [];
    const [from, to] = [timeOf(days[0]), timeOf(days[days.length - 1])];
    const placeOf = (day) => (to > from ? ((timeOf(day) - from) / (to - from)) * 100 : 50);
    const shown = (value) => (isPercent ? formatPercent(value) : formatNumber(value));
    const lines = series.map(({ name, points }, index) => ({
        key: index,
        name,
        lineClass: `line line_${index}`,
        keyClass: `key line_${index}`,
        last: shown(points.findLast(({ value }) => isNumber(value))?.value),
        pieces: piecesOf(points, placeOf).map((piece, nth) => ({ key: nth, points: piece.join(' ') }))
    }));
    const words = series.map(({ name, points }) => {
        const known = points.filter(({ value }) => isNumber(value));
        const [first, last] = [known[0], known[known.length - 1]];
        return first
            ? fill(
                  LINE,
                  name,
                  shown(first.value),
                  formatDayShort(first.day),
                  shown(last.value),
                  formatDayShort(last.day)
              )
            : `${name} ${NO_VALUE}`;
    });
    return {
        lines,
        // what is drawn last lies on top
        drawn: [...lines].reverse(),
        ticks: ticksOf(days, placeOf),
        words: words.join(' '),
        columns: [DAY, ...series.map(({ name }) => name)],
        rows: days.map((day, nth) => [formatDayShort(day), ...series.map(({ points }) => shown(points[nth]?.value))])
    };
}
