import { graphql } from 'lightning/graphql';
import SidecarDealsOf from 'c/sidecarDealsOf';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const ANSWER = {
    uiapi: {
        query: {
            Opportunity: { totalCount: 3, edges: ['1', '2'].map((Id) => ({ node: { Id, Name: { value: Id } } })) }
        }
    }
};
const failure = [{ message: 'Out of order' }];

afterEach(unmountAll);

async function show() {
    const element = mount('c-sidecar-deals-of', SidecarDealsOf, { asked: { scope: 'Rep', repId: '005A' } });
    await settle();
    return element;
}

it('asks when it is shown, and holds the place until the answer is there', async () => {
    const element = await show();
    expect(find(element, '[role="status"]')).not.toBeNull();
    expect(graphql.getLastConfig().variables.where.and[1]).toEqual({ OwnerId: { eq: '005A' } });
    await expect(element).toBeAccessible();
});

it('asks nothing while it does not know whose', async () => {
    mount('c-sidecar-deals-of', SidecarDealsOf);
    await settle();
    expect(graphql.getLastConfig()?.variables).toBeUndefined();
});

it('lists the deals and says how many more there are', async () => {
    const element = await show();
    graphql.emit(ANSWER);
    await settle();
    expect(findAll(element, 'li')).toHaveLength(2);
    expect(textOf(element)).toContain('and 1 more');
    await expect(element).toBeAccessible();
});

it('says when there are none', async () => {
    const element = await show();
    graphql.emit({ uiapi: { query: { Opportunity: { totalCount: 0, edges: [] } } } });
    await settle();
    expect(textOf(element)).toContain('No open deal of this pillar');
});

describe('after an error', () => {
    async function fail(refresh) {
        const element = await show();
        graphql.emitErrors(failure, undefined, refresh);
        await settle();
        return element;
    }

    it('asks again on request', async () => {
        const element = await fail(() => {
            graphql.emit(ANSWER);
            return Promise.resolve();
        });
        expect(textOf(element)).toContain('Out of order');
        await expect(element).toBeAccessible();
        find(element, 'lightning-button').click();
        await settle();
        expect(findAll(element, 'li')).toHaveLength(2);
    });

    it.each([
        [() => Promise.resolve(), 'Out of order'],
        [() => Promise.reject(new Error('Still broken')), 'Still broken']
    ])('keeps a reason when that brings nothing', async (refresh, words) => {
        const element = await fail(refresh);
        find(element, 'lightning-button').click();
        await settle();
        expect(textOf(element)).toContain(words);
    });
});
