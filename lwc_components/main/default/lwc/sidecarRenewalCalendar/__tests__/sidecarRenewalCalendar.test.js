import { getRecord } from 'lightning/uiRecordApi';
import SidecarRenewalCalendar from 'c/sidecarRenewalCalendar';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const ACCOUNT = '001bK000700000oQAA';
const renewal = (day, product, arr, changes = {}) => ({
    day,
    product,
    arr,
    quantity: 140,
    source: 'asset',
    true_up_date: null,
    true_up_arr: null,
    record_ids: ['02ibK000700004pQAA'],
    ...changes
});
const RENEWALS = [
    renewal('2027-06-06', 'NGFW', 80000),
    renewal('2026-12-28', 'Cortex XSOAR', 154991),
    renewal('2026-12-28', 'Prisma Cloud', 1167000, { true_up_date: '2027-01-31', true_up_arr: 25000 })
];

function record(detail, scoredAt = '2026-11-22T14:00:00.000Z') {
    const fields = { Name: { value: 'Northwind' }, Sidecar_Scored_At__c: { value: scoredAt } };
    if (detail !== undefined) {
        fields.Sidecar_Health_Detail__c = { value: typeof detail === 'object' ? JSON.stringify(detail) : detail };
    }
    return { apiName: 'Account', id: ACCOUNT, fields };
}

async function show(data) {
    const element = mount('c-sidecar-renewal-calendar', SidecarRenewalCalendar, { recordId: ACCOUNT });
    getRecord.emit(data);
    await settle();
    return element;
}

const toggles = (element) => findAll(element, '.toggle');

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

it('shows a placeholder until the answer is there', async () => {
    const element = mount('c-sidecar-renewal-calendar', SidecarRenewalCalendar, { recordId: ACCOUNT });
    await settle();
    expect(find(element, '[role="status"]')).not.toBeNull();
});

it('lists the days in order, with their worth and what is soon', async () => {
    const element = await show(record({ v: 1, renewals: RENEWALS }));
    expect(toggles(element).map((toggle) => toggle.textContent)).toEqual([
        'Dec 28, 2026in 36 days2 products$1.32M',
        'Jun 6, 2027in 196 days1 product$80K'
    ]);
    expect(findAll(element, '.countdown_soon')).toHaveLength(1);
    expect(find(element, '.toggle__worth').title).toBe('$1,321,991');
    await expect(element).toBeAccessible();
});

it('opens a day to its products, the largest first, with their assets and true-ups', async () => {
    const element = await show(record({ v: 1, currency: 'EUR', renewals: RENEWALS }));
    toggles(element)[0].click();
    await settle();
    expect(toggles(element)[0].getAttribute('aria-expanded')).toBe('true');
    const products = findAll(element, '.product').map((product) => product.textContent);
    expect(products).toEqual([
        expect.stringMatching(/^Prisma Cloud\s*× 140\s*True-up on Jan 31, 2027: €25K€1.17M$/),
        expect.stringMatching(/^Cortex XSOAR\s*× 140\s*€155K$/)
    ]);
    expect(find(element, 'c-sidecar-record-link').recordId).toBe('02ibK000700004pQAA');
    await expect(element).toBeAccessible();
    toggles(element)[0].click();
    await settle();
    expect(find(element, '.product')).toBeNull();
});

it('shows four days, all on request, and how many are left out', async () => {
    const renewals = Array.from({ length: 9 }, (_, index) => renewal(`2027-0${index + 1}-15`, 'NGFW', 1000));
    const element = await show(record({ v: 1, renewals, renewals_left_out: 3 }));
    expect(toggles(element)).toHaveLength(4);
    expect(textOf(element)).toContain('3 later renewals are not listed here.');
    find(element, 'lightning-button').click();
    await settle();
    expect(toggles(element)).toHaveLength(9);
});

it('shows what is not known as such', async () => {
    const bare = [{ day: '2026-11-22' }, { day: '2026-11-21', arr: 'much', product: 7 }, { day: 'soon' }, null, 5];
    const element = await show(record({ v: 1, renewals: bare }));
    expect(toggles(element).map((toggle) => toggle.textContent)).toEqual([
        'Nov 21, 20261 day ago1 product–',
        'Nov 22, 2026today1 product–'
    ]);
});

it('warns of old numbers', async () => {
    const element = await show(record({ v: 1, renewals: RENEWALS }, '2026-11-20T15:00:00.000Z'));
    expect(textOf(element)).toContain('Scored 48 hr. ago');
});

it.each([
    ['nothing comes up', { v: 1, renewals: [] }, 'No renewal ahead'],
    ['nothing was scored', null, 'Not scored yet'],
    ['the explanation is cut', '{"v":1,"renew', "can't be read by this version"],
    ['the explanation is newer', { v: 2, renewals: RENEWALS }, "can't be read by this version"],
    ['the field is hidden', undefined, 'permission set Sidecar User']
])('says so when %s', async (_, detail, text) => {
    const element = await show(record(detail));
    expect(textOf(element)).toContain(text);
    expect(toggles(element)).toEqual([]);
    await expect(element).toBeAccessible();
});

it('shows an error in the panel and asks again', async () => {
    const element = mount('c-sidecar-renewal-calendar', SidecarRenewalCalendar, { recordId: ACCOUNT });
    getRecord.error({ message: 'Server busy' });
    await settle();
    expect(textOf(element)).toContain('Server busy');
    await expect(element).toBeAccessible();
    find(element, 'lightning-button').click();
    await settle();
    getRecord.emit(record({ v: 1, renewals: RENEWALS }));
    await settle();
    expect(toggles(element)).toHaveLength(2);
});
