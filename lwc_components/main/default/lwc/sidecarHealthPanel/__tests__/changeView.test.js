import { changesOf, trendOf } from '../changeView';
import { NOW } from 'test/support';

const week = (day, health, technical = null) => ({ day, health, technical, deployment: null, adoption: null });

describe('trendOf', () => {
    it('has the total and the dimensions that were known', () => {
        const trend = [week('2026-11-15', 60, 80), week('2026-11-22', 58, 75)];
        expect(trendOf({ trend }, NOW)).toEqual([
            {
                name: 'Customer health',
                points: [
                    { day: '2026-11-15', value: 60 },
                    { day: '2026-11-22', value: 58 }
                ]
            },
            expect.objectContaining({ name: 'Technical' })
        ]);
    });

    it.each([
        ['nothing', undefined],
        ['one week', [week('2026-11-22', 60)]],
        ['something else', ['soon', null, { day: 'soon', health: 3 }, { day: '2026-11-22', health: 'high' }]]
    ])('shows nothing from %s', (_, trend) => {
        expect(trendOf({ trend }, NOW)).toEqual([]);
    });
});

describe('changesOf', () => {
    const measure = (changes) => ({ points: -2, value: -2, target: 0, weight: 0, coverage: 0, mix: 0, ...changes });
    const shown = (raw) =>
        changesOf({ changes: [{ days: 30, sentence: 'Down 8', measures: [measure(raw)] }] })[0].causes[0];

    it('says which measure moved it by how much, in the user’s way of writing', () => {
        expect(shown({ text: 'utilisation fell from 75 % to 70 %' })).toEqual({
            dimension: '',
            points: -2,
            text: 'Utilisation fell from 75% to 70%',
            note: '',
            recordIds: []
        });
    });

    it.each([
        ['coverage', 'Mostly because its data became known or grew old'],
        ['target', 'Mostly because its target changed'],
        ['weight', 'Mostly because it counts more or less than before'],
        ['mix', 'Mostly because the mix of products changed']
    ])('says when it was its %s rather than its value', (part, note) => {
        expect(shown({ text: 'x', value: -0.3, [part]: -1.7 }).note).toBe(note);
        expect(shown({ text: 'x', value: -1.7, [part]: -0.3 }).note).toBe('');
    });

    it('says the measures once', () => {
        const [{ sentence }] = changesOf({ changes: [{ days: 30, sentence: 'Down 8 in 30 days: cases (-5)' }] });
        expect(sentence).toBe('Down 8 in 30 days');
    });

    it('sums up the rest and leaves out what is next to nothing', () => {
        expect(shown({ text: '' }).text).toBe('Everything else');
        const measures = [measure({ text: 'x', points: 0.02 }), { text: 'y' }];
        expect(changesOf({ changes: [{ days: 7, sentence: 'As before', measures }] })[0].causes).toEqual([]);
    });

    it.each([[undefined], ['x'], [[null, {}, { days: 7 }, { sentence: 'x' }]]])('shows nothing from %p', (changes) => {
        expect(changesOf({ changes })).toEqual([]);
    });
});
