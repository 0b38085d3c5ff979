import SidecarDealTable from 'c/sidecarDealTable';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const DEAL = {
    id: '006bK00070000FEQAY',
    name: 'Northwind - SASE',
    fullName: 'Northwind - SASE Renewal',
    pillars: ['Prisma SASE', 'DLP'],
    stage: '1 Tech Discovery',
    closeDate: '2026-12-28',
    amount: 730000.4,
    category: 'Commit',
    forecast: 312000,
    probability: 78,
    riskTags: ['Stalled'],
    action: 'Call Ana',
    currency: 'USD'
};
const BARE = {
    ...DEAL,
    id: '006bK00070000FEQAZ',
    name: '',
    pillars: [],
    closeDate: null,
    amount: null,
    category: '',
    forecast: null,
    probability: null,
    riskTags: [],
    action: ''
};

beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(NOW));

afterEach(unmountAll);

async function show(deals, sortedBy = 'closeDate') {
    const element = mount('c-sidecar-deal-table', SidecarDealTable, { deals, sortedBy });
    await settle();
    return element;
}

it('shows a deal with its pillars, stage, value, chance, forecast, risks and next action', async () => {
    const element = await show([DEAL]);
    for (const part of [
        'Prisma SASE, DLP',
        '1 Tech Discovery',
        'Dec 28',
        '$730K',
        '78%',
        '$312K',
        'Commit',
        'Call Ana'
    ]) {
        expect(textOf(element)).toContain(part);
    }
    expect(find(element, 'c-sidecar-record-link').label).toBe('Northwind - SASE');
    await expect(element).toBeAccessible();
});

it('says what is not known instead of zero, and that a close date has passed', async () => {
    const element = await show([BARE, { ...DEAL, closeDate: '2026-11-01' }]);
    const [bare, late] = findAll(element, 'tbody tr');
    expect(find(element, 'c-sidecar-record-link').label).toBe('Deal without a visible name');
    expect(bare.textContent).toContain('no close date');
    expect(bare.textContent).toContain('not scored yet');
    expect(late.textContent).toContain('close date Nov 1 has passed');
});

it('tells how it is sorted and asks for another order', async () => {
    const element = await show([DEAL]);
    const sorts = [];
    element.addEventListener('sort', (event) => sorts.push(event.detail.column));
    expect(findAll(element, 'th[aria-sort="ascending"]').map((head) => head.textContent.trim())).toEqual(['Closes']);
    find(element, '[data-column="amount"]').click();
    find(element, '[data-column="closeDate"]').click();
    expect(sorts).toEqual(['amount']);
});
