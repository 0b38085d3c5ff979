import SidecarDealList from 'c/sidecarDealList';
import { NOW, find, mount, settle, textOf, unmountAll } from 'test/support';

const DEAL = {
    id: '0065e000008Ab01AAK',
    name: 'Northwind - SASE',
    stage: 'POV',
    closeDate: '2026-12-18',
    amount: 310000,
    probability: 61,
    currency: 'USD'
};

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

async function show(change) {
    const element = mount('c-sidecar-deal-list', SidecarDealList, { deals: [{ ...DEAL, ...change }] });
    await settle();
    return element;
}

it('shows name, stage, date, amount and probability', async () => {
    const element = await show({});
    expect(find(element, 'c-sidecar-record-link').label).toBe('Northwind - SASE');
    expect(find(element, 'li').textContent).toBe('POV · closes Dec 18$310K61% to win');
    await expect(element).toBeAccessible();
});

it.each([
    [{ closeDate: '2026-11-21' }, 'Nov 21'],
    [{ closeDate: '' }, 'no close date'],
    [{ probability: null }, 'not scored yet'],
    [{ amount: null }, '–'],
    [{ stage: '' }, 'closes Dec 18'],
    [{ amount: 5000, currency: 'XYZ' }, 'XYZ']
])('says what is the matter with a deal: %j', async (change, words) => {
    expect(textOf(await show(change))).toContain(words);
});

it('shows markup as text and names what has no visible name', async () => {
    const element = await show({ name: '<img src=x>', stage: '<b>‏שלב</b> 🚀' });
    expect(find(element, 'img, b')).toBeNull();
    expect(find(element, 'c-sidecar-record-link').label).toBe('<img src=x>');
    expect(find(await show({ name: '' }), 'c-sidecar-record-link').label).not.toBe('');
});
