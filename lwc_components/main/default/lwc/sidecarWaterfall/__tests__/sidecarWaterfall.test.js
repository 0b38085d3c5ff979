import SidecarWaterfall from 'c/sidecarWaterfall';
import { stepsOf } from '../steps';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

const CHANGE = {
    since: '2026-11-15',
    before: 3450000,
    now: 3160000,
    causes: [
        { key: 'won', amount: 20000 },
        { key: 'lost', amount: -250000 },
        { key: 'slipped', amount: 0 },
        { key: 'rescored', amount: -60000 }
    ]
};

afterEach(unmountAll);

async function show(change) {
    const element = mount('c-sidecar-waterfall', SidecarWaterfall, { change, currency: 'USD' });
    await settle();
    return element;
}

const steps = (element) => findAll(element, '.step').map((step) => step.textContent);

it('leads from what was expected to what is, by what moved it', async () => {
    const element = await show(CHANGE);
    expect(find(element, '.summary').textContent).toBe('Down $290K since Nov 15: $3.16M expected.');
    expect(steps(element)).toEqual([
        'Expected Nov 15$3.45M',
        'Won+$20K',
        'Lost−$250K',
        'Re-scored−$60K',
        'Expected now$3.16M'
    ]);
    await expect(element).toBeAccessible();
});

it('gives the same as a table, to the dollar', async () => {
    const element = await show(CHANGE);
    find(element, '.head__toggle').click();
    await settle();
    const rows = findAll(element, 'tbody tr').map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows[2]).toEqual(['Lost', '−$250,000']);
    expect(rows.at(-1)).toEqual(['Expected now', '$3,160,000']);
});

it.each([
    [3460000, 'Up $10K since Nov 15: $3.46M expected.'],
    [3450000, 'No change since Nov 15: $3.45M expected.']
])('says which way it went: %d', async (now, words) => {
    expect(find(await show({ ...CHANGE, now, causes: [] }), '.summary').textContent).toBe(words);
});

describe('places', () => {
    it('let each bar begin where the one before it ended', () => {
        const { before, now, bars } = stepsOf(CHANGE);
        const [won, lost, rescored] = bars;
        expect(won.start).toBeCloseTo(before);
        expect(won.start + won.width).toBeCloseTo(lost.start + lost.width);
        expect(lost.start).toBeCloseTo(rescored.start + rescored.width);
        expect(rescored.start).toBeCloseTo(now);
    });

    it('stay on the track, whatever moved', () => {
        for (const change of [
            CHANGE,
            { before: 0, now: 0, causes: [] },
            { before: -5, now: 9, causes: [{ amount: 14 }] }
        ]) {
            const { before, now, bars } = stepsOf(change);
            for (const place of [before, now, ...bars.map(({ start, width }) => start + width)]) {
                expect(place).toBeGreaterThanOrEqual(0);
                expect(place).toBeLessThanOrEqual(100);
            }
        }
    });
});
