import { changesOf, historyOf } from '../historyView';
import { pathOf } from '../dealView';
import { missingOf } from '../missingView';
import { NOW } from 'test/support';

describe('historyOf', () => {
    it('is a line in percent', () => {
        const history = [
            { date: '2026-11-15', probability: 0.2 },
            { date: '2026-11-22', probability: 0.25 }
        ];
        const points = [
            { day: '2026-11-15', value: 20 },
            { day: '2026-11-22', value: 25 }
        ];
        expect(historyOf({ history }, NOW)).toEqual([{ name: 'Win probability', points }]);
    });

    it.each([
        [undefined],
        ['x'],
        [[{ date: '2026-11-22', probability: 0.5 }]],
        [[null, { date: 7 }, { probability: 1 }]]
    ])('shows nothing from %p', (history) => {
        expect(historyOf({ history }, NOW)).toEqual([]);
    });
});

describe('pathOf', () => {
    it('has the days of each stage and the quartiles of won deals', () => {
        const raw = {
            name: 'Demo',
            entered: '2026-10-01',
            days: 12,
            lower_days: 5,
            typical_days: 9,
            upper_days: 20,
            n: 40
        };
        expect(pathOf({ path: [raw] })).toEqual([
            { name: 'Demo', days: 12, lower: 5, typical: 9, upper: 20, sample: 40 }
        ]);
    });

    it.each([[undefined], ['x'], [[null, { name: 'Demo' }, { days: 3 }, { name: 'Demo', days: -1 }]]])(
        'shows nothing from %p',
        (path) => {
            expect(pathOf({ path })).toEqual([]);
        }
    );
});

describe('changesOf', () => {
    const change = (points, factors = []) =>
        changesOf({ change: [{ days: 30, since: '2026-10-23', before: 0.45, points, factors }] })[0];

    it.each([
        [-8.4, 'Down 8.4 points from 45% on Oct 23'],
        [3, 'Up 3 points from 45% on Oct 23'],
        [0.01, 'As on Oct 23: 45%']
    ])('says %p points in words', (points, sentence) => {
        expect(change(points).sentence).toBe(sentence);
    });

    it('says what a factor is about once', () => {
        const texts = [
            { label: 'Contacts', points: -3, text: 'Contacts: 3, before 1' },
            { label: 'Stage', points: 2, text: 'from Demo to Trial' }
        ];
        const words = change(1, texts).causes.map(({ text }) => text);
        expect(words).toEqual(['Contacts: 3, before 1', 'Stage: from Demo to Trial']);
    });

    it('says which factor moved it by how much, and leaves out what is next to nothing', () => {
        const factors = [
            { label: 'Stage', points: 11, text: 'From Demo since 2026-11-02' },
            { label: 'Season', points: 0.01, text: 'Autumn' },
            { points: 4 }
        ];
        expect(change(11, factors).causes).toEqual([
            { dimension: '', points: 11, text: 'Stage: From Demo since Nov 2, 2026', note: '', recordIds: [] }
        ]);
    });

    it.each([[undefined], ['x'], [[null, {}, { days: 7 }, { days: 7, before: 0.5 }]]])(
        'shows nothing from %p',
        (raw) => {
            expect(changesOf({ change: raw })).toEqual([]);
        }
    );
});

describe('missingOf', () => {
    const names = (values, missing) => missingOf(values, { missing }).map(({ name }) => name);

    it('knows where the sidecar’s words belong', () => {
        expect(missingOf({}, { missing: ['Amount', 'Champion'] })).toEqual([
            { field: 'Amount', name: 'Amount', kind: 'number' },
            { field: '', name: 'Champion', kind: undefined }
        ]);
    });

    it('leaves out what was filled in since', () => {
        expect(names({ amount: 5, type: null }, ['Amount', 'Segment'])).toEqual(['Type']);
    });

    it('asks for a next step once where a risk tag says that there is none', () => {
        expect(names({ riskTags: 'Stalled;No next step' }, ['Next step'])).toEqual(['Next step']);
        expect(names({ riskTags: 'No next step', nextStep: 'Call' }, undefined)).toEqual([]);
    });
});
