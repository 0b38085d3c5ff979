import SidecarOpenDeals from 'c/sidecarOpenDeals';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const DEAL = {
    id: '0065e000008Ab01AAK',
    name: 'SASE',
    stage: 'POV',
    closeDate: '2026-12-18',
    amount: 310000,
    forecast: 189000,
    probability: 61
};

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

async function show(...changes) {
    const deals = changes.map((change, index) => ({ ...DEAL, id: `${index}`, ...change }));
    const properties = { deals, currency: 'USD', quarterEnd: '2026-12-31' };
    const element = mount('c-sidecar-open-deals', SidecarOpenDeals, properties);
    await settle();
    return element;
}

it('shows stage, date, amount, probability and forecast', async () => {
    const element = await show({});
    expect(find(element, 'li').textContent).toBe('POV · closes Dec 18$310K61% to win$189K forecast');
    await expect(element).toBeAccessible();
});

it.each([
    [{ closeDate: '2026-11-21' }, 'close date Nov 21 has passed'],
    [{ closeDate: '2026-11-22' }, 'closes Nov 22'],
    [{ closeDate: null }, 'no close date'],
    [{ probability: null, forecast: null }, 'not scored yet'],
    [{ amount: null }, '–']
])('says what is the matter with a deal: %j', async (change, words) => {
    expect(textOf(await show(change))).toContain(words);
});

it('names a deal whose name is not visible', async () => {
    expect(find(await show({ name: undefined }), 'c-sidecar-record-link').label).toBe('Deal without a visible name');
});

it('counts deals of later quarters without listing them', async () => {
    const element = await show({ closeDate: '2027-01-01' }, { closeDate: '2027-02-01' }, {});
    expect(findAll(element, 'li')).toHaveLength(1);
    expect(textOf(element)).toContain('2 more open deals close after this quarter.');
});

it('has no button for what fits', async () => {
    expect(find(await show({}, {}, {}, {}, {}), 'lightning-button')).toBeNull();
    expect(find(await show({}, {}, {}, {}, {}, {}), 'lightning-button')).not.toBeNull();
});
