import SidecarCurve from 'c/sidecarCurve';
import { curveOf, stepOf } from '../geometry';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const week = (date, booked, commit, plan = 1000000) => ({
    date,
    booked,
    worst: commit - 200000,
    commit,
    best: commit + 200000,
    plan
});
const WEEKS = [week('2026-09-30', 0, 900000), week('2026-10-07', 100000, 950000), week('2026-10-14', 300000, 800000)];

afterEach(unmountAll);

async function show(weeks) {
    const properties = { weeks, quarterEnd: '2026-12-31', currency: 'USD' };
    const element = mount('c-sidecar-curve', SidecarCurve, properties);
    await settle();
    return element;
}

it('tells the curve in words', async () => {
    const element = await show(WEEKS);
    expect(find(element, '[role="img"]').getAttribute('aria-label')).toBe(
        'From Sep 30, 2026 to Oct 14, 2026 the commit moved from $900,000 to $800,000. Now the quarter ends between $600,000 at worst and $1,000,000 at best; booked $300,000. Plan: $1,000,000.'
    );
    for (const name of ['band', 'commit', 'booked', 'plan']) {
        expect(find(element, `path.${name}`)).not.toBeNull();
    }
    await expect(element).toBeAccessible();
});

it('gives the same as a table', async () => {
    const element = await show(WEEKS);
    find(element, '.head__toggle').click();
    await settle();
    const rows = findAll(element, 'tbody tr').map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows[1]).toEqual(['Oct 7, 2026', '$100K', '$750K', '$950K', '$1.15M', '$1M']);
    await expect(element).toBeAccessible();
});

it('draws no plan where there is none', async () => {
    const element = await show(WEEKS.map((each) => ({ ...each, plan: null })));
    expect(find(element, 'path.plan')).toBeNull();
    expect(find(element, '[role="img"]').getAttribute('aria-label')).toContain('Plan: none set.');
});

it.each([[[WEEKS[0]]], [[{ ...WEEKS[0], date: 'cut' }, WEEKS[1]]], [WEEKS.map(({ date }) => ({ date }))]])(
    'says that there is no curve yet: %j',
    async (weeks) => {
        expect(textOf(await show(weeks))).toContain('begins with the second week');
    }
);

describe('the picture', () => {
    it('leaves room for the rest of the quarter', () => {
        const share = 14 / 92;
        expect(parseFloat(curveOf(WEEKS, '2026-12-31').todayX)).toBeCloseTo(share * 100, 1);
        expect(parseFloat(curveOf(WEEKS, '').todayX)).toBeCloseTo((14 / 91) * 100, 1);
    });

    it('leaves a gap in a line where a number is missing, and never leaves its frame', () => {
        const { booked, commit } = curveOf([...WEEKS, { date: '2026-10-21', booked: -5, commit: null }], '');
        expect(booked.match(/L/g)).toHaveLength(3);
        expect(commit.match(/L/g)).toHaveLength(2);
        expect(booked).toMatch(/ 100\.00$/);
    });

    it('has round ticks', () => {
        expect([7, 90, 4100000, 0.3].map((top) => stepOf(top))).toEqual([2, 25, 2000000, 0.1]);
    });
});
