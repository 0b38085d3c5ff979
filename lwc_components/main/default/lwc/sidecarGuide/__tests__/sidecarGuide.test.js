import { graphql } from 'lightning/graphql';
import SidecarGuide from 'c/sidecarGuide';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const deal = (Id, kind) => ({
    node: {
        Id,
        Name: { value: `Deal ${Id}` },
        Sidecar_Score_Detail__c: { value: JSON.stringify({ v: 1, benchmark: { kind } }) }
    }
});
const ANSWER = {
    uiapi: {
        query: {
            Opportunity: { edges: [deal('1', 'Renew'), deal('2', 'Renew'), deal('3', 'Renew'), deal('4', 'Upsell')] }
        }
    }
};

beforeEach(() => window.localStorage.clear());

afterEach(() => {
    jest.restoreAllMocks();
    unmountAll();
});

async function visit(userId = '005A') {
    const element = mount('c-sidecar-guide', SidecarGuide, { userId });
    await settle();
    return element;
}

const isOpen = (element) => find(element, 'section') !== null;

it('opens on the first visit and stays away once it was read', async () => {
    const element = await visit();
    expect(isOpen(element)).toBe(true);
    find(element, 'lightning-button').click();
    await settle();
    expect(isOpen(element)).toBe(false);
    expect(isOpen(await visit())).toBe(false);
    expect(isOpen(await visit('005B'))).toBe(true);
});

it('asks for the reader’s own deals when it is open, and not before', async () => {
    window.localStorage.setItem('sidecar-guide-seen:005A', '1');
    const element = await visit();
    expect(graphql.getLastConfig()?.variables).toBeUndefined();
    element.open();
    await settle();
    expect(graphql.getLastConfig().variables.where.and[1]).toEqual({ OwnerId: { eq: '005A' } });
    expect(isOpen(element)).toBe(true);
});

it('explains each segment with the reader’s own deals', async () => {
    const element = await visit();
    expect(findAll(element, '[role="status"]')).toHaveLength(3);
    graphql.emit(ANSWER);
    await settle();
    const [renew, upsell, netNew] = findAll(element, '.card').map((card) => card.textContent);
    expect(renew).toContain('For example, of your 3 open deals of this kind:');
    expect(findAll(element, 'c-sidecar-record-link').map(({ label }) => label)).toEqual(['Deal 1', 'Deal 2', 'Deal 4']);
    expect(upsell).toContain('Your open deal of this kind:');
    expect(netNew).toContain('None of your open deals is of this kind.');
    await expect(element).toBeAccessible();
});

it('closes on Escape and on no other key', async () => {
    const element = await visit();
    const press = (key) => find(element, 'h3').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    press('a');
    await settle();
    expect(isOpen(element)).toBe(true);
    press('Escape');
    await settle();
    expect(isOpen(element)).toBe(false);
});

it('shows itself each time where the browser remembers nothing', async () => {
    jest.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
        throw new Error('denied');
    });
    jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
        throw new Error('denied');
    });
    const element = await visit();
    find(element, 'lightning-button').click();
    await settle();
    expect(isOpen(element)).toBe(false);
    expect(isOpen(await visit())).toBe(true);
});

describe('after an error', () => {
    it.each([
        ['the deals', () => Promise.resolve(graphql.emit(ANSWER)), 'For example'],
        ['the old reason', () => Promise.resolve(), 'Out of order'],
        ['a new reason', () => Promise.reject(new Error('Still broken')), 'Still broken']
    ])('explains without examples and shows %s when asked again', async (_, refresh, words) => {
        const element = await visit();
        graphql.emitErrors([{ message: 'Out of order' }], undefined, refresh);
        await settle();
        expect(textOf(element)).toContain('A contract that ends and goes on.');
        find(element, 'c-sidecar-error-panel').shadowRoot.querySelector('c-sidecar-notice lightning-button').click();
        await settle();
        expect(textOf(element)).toContain(words);
    });
});
