import {
    DETAIL,
    freshness,
    numberOf,
    objectOf,
    objectsOf,
    proseOf,
    readDetail,
    textOf,
    textsOf
} from 'c/sidecarDetail';
import { NOW } from 'test/support';

describe('readDetail', () => {
    it('reads what the present version wrote', () => {
        expect(readDetail('{"v":1,"missing":[]}')).toEqual({ state: DETAIL.OK, value: { v: 1, missing: [] } });
    });

    it('tells a field that is empty from one that is not visible', () => {
        expect(readDetail(null).state).toBe(DETAIL.EMPTY);
        expect(readDetail(undefined).state).toBe(DETAIL.HIDDEN);
    });

    it.each([['{"v":1,"dimens'], ['{"v":2}'], ['{}'], ['null'], ['[]'], ['"text"'], ['7']])(
        'calls what it does not know broken and gives nothing of it: %s',
        (json) => {
            expect(readDetail(json)).toEqual({ state: DETAIL.BROKEN, value: {} });
        }
    );
});

describe('values inside', () => {
    it('are taken only in their own type', () => {
        expect([5, 0, '5', null, NaN].map(numberOf)).toEqual([5, 0, null, null, null]);
        expect(['a', 5, null, {}].map(textOf)).toEqual(['a', '', '', '']);
        expect(['since 2026-02-13', 5, null].map(proseOf)).toEqual(['since Feb 13, 2026', '', '']);
        expect([{ a: 1 }, [], null, 'x'].map(objectOf)).toEqual([{ a: 1 }, {}, {}, {}]);
        expect(objectsOf([{ a: 1 }, null, 'x'])).toEqual([{ a: 1 }]);
        expect(textsOf(['a', '', 5, null])).toEqual(['a']);
        expect([objectsOf({}), textsOf('abc')]).toEqual([[], []]);
    });
});

describe('freshness', () => {
    it('is neither stale nor fresh when nothing was scored', () => {
        expect(freshness(null, NOW)).toEqual({ scoredAt: null, isStale: false, isFresh: false });
    });
});
