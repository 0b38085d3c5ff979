import { changeOf, coverageOf, dimensionsOf, factsOf, healthView, reasonsOf } from '../healthView';
import { NOW } from 'test/support';

describe('reasonsOf', () => {
    it('puts the heaviest first, whichever its direction', () => {
        const reasons = [1, -12, 6].map((points) => ({ points, text: String(points), record_ids: [] }));
        expect(reasonsOf({ reasons }).map(({ points }) => points)).toEqual([-12, 6, 1]);
    });

    it('leaves out what says nothing', () => {
        expect(reasonsOf({ reasons: [{ points: 5 }, { points: 5, text: '' }] })).toEqual([]);
    });
});

describe('dimensionsOf', () => {
    it('always has the three, in the same order', () => {
        const detail = { dimensions: [{ key: 'adoption', missing: ['Usage'] }] };
        const dimensions = dimensionsOf({}, detail);
        expect(dimensions.map(({ key }) => key)).toEqual(['technical', 'deployment', 'adoption']);
        expect(dimensions.map(({ missing }) => missing)).toEqual([[], [], ['Usage']]);
    });

    it('keeps a score of zero apart from an unknown one', () => {
        const scores = dimensionsOf({ technical: 0, deployment: null }, {}).map(({ score }) => score);
        expect(scores).toEqual([0, null, null]);
    });

    it('wants what is missing shown at once when coverage is low', () => {
        const isIncomplete = (coverage) => dimensionsOf({ coverage }, {})[0].isIncomplete;
        expect([59, 60, null].map(isIncomplete)).toEqual([true, false, false]);
    });
});

describe('changeOf', () => {
    it.each([
        [-6, 'Down 6 points in 30 days', 'utility:arrowdown'],
        [-1, 'Down 1 point in 30 days', 'utility:arrowdown'],
        [1, 'Up 1 point in 30 days', 'utility:arrowup'],
        [0, 'Unchanged in 30 days', 'utility:dash'],
        [null, 'Nothing to compare with 30 days ago', ''],
        [undefined, 'Nothing to compare with 30 days ago', '']
    ])('says %p in words and with an icon', (points, text, icon) => {
        expect(changeOf(points)).toMatchObject({ text, icon });
    });
});

describe('factsOf', () => {
    it('has only what is set, zero included', () => {
        expect(factsOf({ churnRisk: 0, nextRenewal: null }, {}, NOW).map(({ key }) => key)).toEqual(['churn']);
    });

    it('say what the churn risk rests on, and how good it was', () => {
        const detail = { churn_basis: 'From the health band', churn_proof: { renewals: 40 } };
        const [churn] = factsOf({ churnRisk: 18 }, detail, NOW);
        expect(churn.proof).toEqual({ basis: 'From the health band', renewals: 40 });
    });

    it.each([
        ['2026-11-22', 'today'],
        ['2026-11-23', 'in 1 day'],
        ['2026-11-21', '1 day ago'],
        ['2026-10-23', '30 days ago']
    ])('says how far the renewal is: %s', (nextRenewal, note) => {
        expect(factsOf({ nextRenewal }, {}, NOW)[0].note).toBe(note);
    });
});

describe('coverageOf', () => {
    it('warns below 60 % in place of the plain line', () => {
        expect(coverageOf(60)).toMatchObject({ lowCoverage: '' });
        expect(coverageOf(59)).toMatchObject({ coverage: '' });
        expect(coverageOf(undefined)).toEqual({ coverage: '', lowCoverage: '' });
    });
});

describe('healthView', () => {
    it('tells not visible, not scored and scored apart', () => {
        expect(healthView({}, NOW)).toEqual({ isHidden: true });
        expect(healthView({ health: null, band: null, scoredAt: null }, NOW)).toEqual({
            empty: expect.objectContaining({ heading: 'Not scored yet' })
        });
        expect(healthView({ health: 0, band: null, scoredAt: null }, NOW)).toMatchObject({ isScored: true, score: 0 });
    });

    it('keeps an owner that it has no word for', () => {
        const detail = JSON.stringify({ v: 1, action: { text: 'Call', owner: 'Partner' } });
        expect(healthView({ health: 5, detail }, NOW).action).toEqual({ text: 'Call', owner: 'Partner' });
    });
});
