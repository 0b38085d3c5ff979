import {
    NO_VALUE,
    dayAt,
    daysSince,
    fill,
    formatAgo,
    formatDay,
    formatDayShort,
    formatMoment,
    formatMoney,
    formatMoneyShort,
    formatNumber,
    formatPercent,
    formatPoints,
    formatTime,
    hoursSince,
    isStale,
    localise,
    plural,
    sentence
} from 'c/sidecarFormat';
import { NOW } from 'test/support';

describe('a value that is missing or no number', () => {
    it.each([[undefined], [null], [NaN], [Infinity], ['12']])('is shown as a dash, never as zero: %p', (value) => {
        for (const format of [formatNumber, formatPercent, formatPoints, formatMoney, formatMoneyShort]) {
            expect(format(value)).toBe(NO_VALUE);
        }
    });

    it.each([[undefined], [null], ['soon'], ['2026-02-31x']])(
        'is shown as a dash where a date is expected: %p',
        (value) => {
            for (const format of [formatDay, formatDayShort, formatMoment, formatTime]) {
                expect(format(value)).toBe(NO_VALUE);
            }
            expect(formatAgo(value, NOW)).toBe(NO_VALUE);
            expect(daysSince(value, NOW)).toBeNull();
            expect(hoursSince(value, NOW)).toBeNull();
        }
    );
});

describe('words on a line of their own', () => {
    it.each([
        ['licences in use fell', 'Licences in use fell'],
        ['24% of the licences', '24% of the licences'],
        ['été', 'Été'],
        ['', '']
    ])('begin with a capital: %p', (text, shown) => {
        expect(sentence(text)).toBe(shown);
    });
});

describe('numbers', () => {
    it('take percentages as Salesforce holds them', () => {
        expect(formatPercent(75)).toBe('75%');
        expect(formatPercent(39.46, 1)).toBe('39.5%');
    });

    it('show points with their sign, and zero without', () => {
        expect([formatPoints(12.34), formatPoints(-8), formatPoints(0)]).toEqual(['+12.3', '-8', '0']);
    });
});

describe('money', () => {
    it.each([
        [0, '$0'],
        [999, '$999'],
        [9999, '$9,999'],
        [10000, '$10K'],
        [480000, '$480K'],
        [1010000, '$1.01M'],
        [-1200000, '-$1.2M']
    ])('is short for dashboards: %p', (value, text) => {
        expect(formatMoneyShort(value, 'USD')).toBe(text);
    });

    it('is in the user’s currency unless another one is given', () => {
        expect(formatMoney(1234.5)).toBe('$1,235');
        expect(formatMoney(1234, 'EUR')).toBe('€1,234');
    });

    it('shows the code of a currency without a symbol', () => {
        expect(formatMoney(1200, 'XXX')).toBe('XXX\u00a01,200');
        expect(formatMoneyShort(1_240_000, 'CHF')).toBe('CHF\u00a01.24M');
    });

    it('keeps the number when the currency code is no code', () => {
        expect(formatMoney(1234, 'MANY')).toBe('MANY 1,234');
    });
});

describe('labels', () => {
    it('are filled by number, and a placeholder without a value stays visible', () => {
        expect(fill('{1} of {0}, {2}', 'ten', 'two')).toBe('two of ten, {2}');
    });

    it('put in no text twice, even when a value looks like a placeholder', () => {
        expect(fill('{0} {1}', '{1}', '$&')).toBe('{1} $&');
    });

    it('have a form for one and a form for many', () => {
        expect([0, 1, 2.5].map((count) => plural(count, '{0} day', '{0} days'))).toEqual([
            '0 days',
            '1 day',
            '2.5 days'
        ]);
    });
});

describe('dates', () => {
    it('without a time are the same day in every time zone', () => {
        expect(formatDay('2026-12-01')).toBe('Dec 1, 2026');
        expect(formatDayShort('2026-12-01')).toBe('Dec 1');
    });

    it('with a time are shown in the user’s time zone', () => {
        expect(formatMoment('2026-11-22T02:30:00.000Z')).toMatch(/^Nov 21, 2026, 6:30\sPM$/);
    });

    it('count days by the user’s calendar, not by 24 hours', () => {
        const eveningInCalifornia = Date.parse('2026-11-22T05:00:00Z');
        expect(daysSince('2026-11-20', eveningInCalifornia, 'America/Los_Angeles')).toBe(1);
        expect(daysSince('2026-11-20', eveningInCalifornia, 'Asia/Tokyo')).toBe(2);
    });

    it('count days over the end of summer time', () => {
        expect(daysSince('2026-10-31', Date.parse('2026-11-02T20:00:00Z'), 'America/Los_Angeles')).toBe(2);
    });

    it('are negative days away when they are still to come', () => {
        expect(daysSince('2026-11-30', NOW)).toBe(-8);
    });

    it('name the day it is somewhere', () => {
        expect(dayAt(Date.parse('2026-01-01T03:00:00Z'), 'America/New_York')).toBe('2025-12-31');
    });
});

describe('days and percentages inside texts', () => {
    it.each([
        ['In this stage since 2026-02-13; 9 % of 61 were won', 'In this stage since Feb 13, 2026; 9% of 61 were won'],
        ['2026-02-13', 'Feb 13, 2026'],
        ['12.5 % and 7 %', '12.5% and 7%'],
        ['PO-2026-02-13-7 and 12026-02-13', 'PO-2026-02-13-7 and 12026-02-13'],
        ['on 2026-13-45', 'on 2026-13-45'],
        ['v2 % <b>', 'v2 % <b>'],
        ['', '']
    ])('are in the locale of the user: %j', (text, shown) => {
        expect(localise(text)).toBe(shown);
    });
});

describe('ages', () => {
    const hoursAgo = (hours) => new Date(NOW - hours * 3_600_000).toISOString();

    it.each([
        [0, '0 min. ago'],
        [0.5, '30 min. ago'],
        [1, '1 hr. ago'],
        [26, '26 hr. ago'],
        [72, '3 days ago']
    ])('are in minutes, hours, then days: %p h', (hours, text) => {
        expect(formatAgo(hoursAgo(hours), NOW)).toBe(text);
    });

    it('are stale only after more than a day, and not when they are unknown', () => {
        expect([24, 24.1].map((hours) => isStale(hoursAgo(hours), NOW))).toEqual([false, true]);
        expect(isStale(null, NOW)).toBe(false);
    });

    it('are zero for a moment that this clock has not reached', () => {
        expect(hoursSince(hoursAgo(-2), NOW)).toBe(0);
    });
});
