import SidecarRangeBar from 'c/sidecarRangeBar';
import { legendOf } from '../legend';
import { placeOn, stretch } from '../scale';
import { find, mount, settle, unmountAll } from 'test/support';

const FIGURES = { plan: 200, booked: 50, open: 90, worst: 80, commit: 100, best: 120, gap: 150 };

afterEach(unmountAll);

describe('places on the bar', () => {
    it('keep proportion and leave some air beyond the highest figure', () => {
        const place = placeOn(FIGURES);
        const [low, high] = [place(100), place(200)].map(parseFloat);
        expect(high).toBeCloseTo(2 * low);
        expect(high).toBeGreaterThan(90);
        expect(high).toBeLessThan(100);
    });

    it('stay on the bar when there is nothing, or less than nothing', () => {
        expect(placeOn({ booked: null })(0)).toBe('0%');
        expect(placeOn({ booked: -5, plan: 10 })(-5)).toBe('0%');
    });

    it('give no stretch where an end is missing, and none of negative width', () => {
        const place = placeOn(FIGURES);
        expect(stretch(null, 5, place)).toBeNull();
        expect(stretch(10, 5, place).width).toBe('0%');
    });
});

describe('the legend', () => {
    const notes = (changes) => legendOf({ ...FIGURES, ...changes }, 'USD').map(({ note }) => note ?? '');

    it('compares with the plan', () => {
        expect(notes({})).toEqual(['25% of plan', '50% of plan', '', '$150 still to book', '0.6 times the gap']);
    });

    it('makes no comparison with a plan that is not there or zero', () => {
        expect(notes({ plan: null, gap: null })).toEqual(['', '', '', '', '']);
        expect(notes({ plan: 0, gap: -50 })).toEqual(['', '', '', 'reached', '']);
    });
});

it('draws a mark only for what is known', async () => {
    const figures = { ...FIGURES, plan: null, commit: null };
    const element = mount('c-sidecar-range-bar', SidecarRangeBar, { figures, currency: 'USD' });
    await settle();
    expect(find(element, 'svg.bar .bar__range')).not.toBeNull();
    expect(find(element, 'svg.bar .bar__plan')).toBeNull();
    expect(find(element, 'svg.bar .bar__commit')).toBeNull();
    await expect(element).toBeAccessible();
});
