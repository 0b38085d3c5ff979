/**
 * Numbers, money, percentages and dates as the user reads them: in the locale, currency and time zone of the user's Salesforce settings.
 * Every function takes null or undefined and answers with a dash, so that a missing value is never shown as zero.
 */
import LOCALE from '@salesforce/i18n/locale';
import CURRENCY from '@salesforce/i18n/currency';
import TIME_ZONE from '@salesforce/i18n/timeZone';

export const NO_VALUE = '–';

/** What stands for a currency that has no symbol: its code says more. */
const NO_SYMBOL = '¤';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const COMPACT_FROM = 10_000;
const STALE_AFTER_HOURS = 24;
const formatters = new Map();

/** Intl objects are slow to make: one of each kind is kept. */
function formatter(Kind, options) {
    const key = `${Kind.name}${JSON.stringify(options)}`;
    if (!formatters.has(key)) {
        formatters.set(key, new Kind(LOCALE, options));
    }
    return formatters.get(key);
}

/**
 * @param {*} value anything
 * @returns {boolean} whether it is a finite number
 */
export function isNumber(value) {
    return typeof value === 'number' && Number.isFinite(value);
}

/**
 * Puts values into the placeholders {0}, {1} ... of a custom label.
 * @param {string} template label text
 * @param {...*} values text or numbers, already formatted
 * @returns {string} the text
 */
export function fill(template, ...values) {
    return template.replace(/\{(\d+)\}/g, (whole, index) => values[index] ?? whole);
}

/**
 * Chooses between a label for one and a label for many; both may hold {0} for the count and {1} ... for the values.
 * @param {number} count how many
 * @param {string} one label for exactly one
 * @param {string} many label for any other count
 * @param {...*} values further values
 * @returns {string} the text
 */
export function plural(count, one, many, ...values) {
    return fill(count === 1 ? one : many, formatNumber(count, 1), ...values);
}

/**
 * @param {number} value number
 * @param {number} digits most decimal places
 * @returns {string} the number in the user's locale
 */
export function formatNumber(value, digits = 0) {
    return isNumber(value) ? formatter(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value) : NO_VALUE;
}

/**
 * @param {number} value percentage as Salesforce holds it: 75 is 75 %
 * @param {number} digits most decimal places
 * @returns {string} for instance "75%"
 */
export function formatPercent(value, digits = 0) {
    const options = { style: 'percent', maximumFractionDigits: digits };
    return isNumber(value) ? formatter(Intl.NumberFormat, options).format(value / 100) : NO_VALUE;
}

/**
 * @param {number} value points, up or down
 * @param {number} digits most decimal places
 * @returns {string} with its sign, for instance "+12.3"; zero has none
 */
export function formatPoints(value, digits = 1) {
    const options = { maximumFractionDigits: digits, signDisplay: 'exceptZero' };
    return isNumber(value) ? formatter(Intl.NumberFormat, options).format(value) : NO_VALUE;
}

function money(value, currency, options) {
    if (!isNumber(value)) {
        return NO_VALUE;
    }
    const style = { style: 'currency', currency: currency || CURRENCY, ...options };
    try {
        const text = formatter(Intl.NumberFormat, style).format(value);
        return text.includes(NO_SYMBOL)
            ? formatter(Intl.NumberFormat, { ...style, currencyDisplay: 'code' }).format(value)
            : text;
    } catch {
        // a currency code the browser does not know: the number is still right
        return `${currency} ${formatNumber(value)}`;
    }
}

/**
 * @param {number} value amount
 * @param {string} currency ISO code; the user's currency when empty
 * @returns {string} the whole amount without cents, for instance "$1,234,567"
 */
export function formatMoney(value, currency) {
    return money(value, currency, { maximumFractionDigits: 0 });
}

/**
 * @param {number} value amount
 * @param {string} currency ISO code; the user's currency when empty
 * @returns {string} a short form for dashboards, for instance "$1.2M"
 */
export function formatMoneyShort(value, currency) {
    const size = Math.abs(value);
    return isNumber(value) && size >= COMPACT_FROM
        ? money(value, currency, {
              notation: 'compact',
              minimumFractionDigits: 0,
              maximumFractionDigits: size < 1_000_000 ? 0 : 2
          })
        : formatMoney(value, currency);
}

/** A date without a time is the same day everywhere: it is read and shown in UTC. */
function parseDay(day) {
    const time = typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN;
    return Number.isNaN(time) ? null : time;
}

function parseMoment(moment) {
    const time = typeof moment === 'string' ? Date.parse(moment) : NaN;
    return Number.isNaN(time) ? null : time;
}

/**
 * @param {string} day YYYY-MM-DD
 * @returns {string} for instance "Dec 12, 2026"
 */
export function formatDay(day) {
    const time = parseDay(day);
    return time === null
        ? NO_VALUE
        : formatter(Intl.DateTimeFormat, { dateStyle: 'medium', timeZone: 'UTC' }).format(time);
}

/**
 * Texts of the sidecar hold days as YYYY-MM-DD and percentages as "43 %": nobody's way of writing, so that it can be turned into everybody's.
 * @param {string} text words with such days and percentages in them
 * @returns {string} the words with both in the user's locale; what only looks like a day or stands inside a longer word is left alone
 */
export function localise(text) {
    return text
        .replace(/(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])/g, (day) => (parseDay(day) === null ? day : formatDay(day)))
        .replace(/(?<![\w.])(\d+(?:\.\d+)?) %/g, (whole, number) => formatPercent(Number(number), 1));
}

/**
 * @param {string} text words that stand on a line of their own
 * @returns {string} the words, the first letter a capital
 */
export function sentence(text) {
    const [first = ''] = text;
    return first.toLocaleUpperCase(LOCALE) + text.slice(first.length);
}

/**
 * @param {string} day YYYY-MM-DD
 * @returns {string} without the year, for instance "Dec 12"
 */
export function formatDayShort(day) {
    const time = parseDay(day);
    const options = { month: 'short', day: 'numeric', timeZone: 'UTC' };
    return time === null ? NO_VALUE : formatter(Intl.DateTimeFormat, options).format(time);
}

/**
 * @param {string} moment ISO date and time
 * @returns {string} date and time in the user's time zone
 */
export function formatMoment(moment) {
    const time = parseMoment(moment);
    const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: TIME_ZONE };
    return time === null ? NO_VALUE : formatter(Intl.DateTimeFormat, options).format(time);
}

/**
 * @param {string} moment ISO date and time
 * @returns {string} the time of day in the user's time zone, for instance "3:05 PM"
 */
export function formatTime(moment) {
    const time = parseMoment(moment);
    return time === null
        ? NO_VALUE
        : formatter(Intl.DateTimeFormat, { timeStyle: 'short', timeZone: TIME_ZONE }).format(time);
}

/**
 * @param {string} moment ISO date and time
 * @param {number} now milliseconds since 1970
 * @returns {number|null} hours that have passed, not below zero
 */
export function hoursSince(moment, now) {
    const time = parseMoment(moment);
    return time === null ? null : Math.max(0, (now - time) / HOUR_MS);
}

/**
 * @param {string} moment ISO date and time of a scoring
 * @param {number} now milliseconds since 1970
 * @returns {boolean} whether it is too old to be taken for the present
 */
export function isStale(moment, now) {
    return hoursSince(moment, now) > STALE_AFTER_HOURS;
}

/**
 * @param {string} moment ISO date and time
 * @param {number} now milliseconds since 1970
 * @returns {string} for instance "26 hr. ago"; days from the third day on
 */
export function formatAgo(moment, now) {
    const hours = hoursSince(moment, now);
    if (hours === null) {
        return NO_VALUE;
    }
    const relative = formatter(Intl.RelativeTimeFormat, { numeric: 'always', style: 'short' });
    if (hours < 1) {
        return relative.format(-Math.floor(hours * 60), 'minute');
    }
    return hours < 72 ? relative.format(-Math.floor(hours), 'hour') : relative.format(-Math.floor(hours / 24), 'day');
}

/**
 * @param {number} now milliseconds since 1970
 * @param {string} timeZone IANA name
 * @returns {string} the day it is there, YYYY-MM-DD
 */
export function dayAt(now, timeZone = TIME_ZONE) {
    const options = { year: 'numeric', month: '2-digit', day: '2-digit', timeZone };
    const parts = new Intl.DateTimeFormat('en-US', options).formatToParts(now);
    const part = (type) => parts.find((p) => p.type === type).value;
    return `${part('year')}-${part('month')}-${part('day')}`;
}

/**
 * @param {string} day YYYY-MM-DD
 * @param {number} now milliseconds since 1970
 * @param {string} timeZone IANA name
 * @returns {number|null} whole calendar days from that day to today; negative for a day to come
 */
export function daysSince(day, now, timeZone = TIME_ZONE) {
    const time = parseDay(day);
    return time === null ? null : Math.round((parseDay(dayAt(now, timeZone)) - time) / DAY_MS);
}
