import SidecarPillarTable from 'c/sidecarPillarTable';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

const pillar = (name, changes) => ({
    name,
    plan: 500000,
    open: 1213010,
    best: 1261675,
    commit: 757086,
    worst: 507381,
    gap: 300000,
    win_rate: 0.376,
    actions: 15,
    ...changes
});
const PILLARS = [
    pillar('Unknown', { plan: null, gap: null, win_rate: null, actions: null }),
    pillar('DLP', { gap: -5 }),
    pillar('Cortex/XSIAM'),
    pillar('NGFW', { gap: 720000 })
];

afterEach(unmountAll);

async function show() {
    const properties = { pillars: PILLARS, currency: 'USD', scope: 'Rep', repId: '005A', quarterEnd: '2026-12-31' };
    const element = mount('c-sidecar-pillar-table', SidecarPillarTable, properties);
    await settle();
    return element;
}

const cells = (row) => [...row.children].map((cell) => cell.lastChild.textContent);

it('lists pillars, the widest gap first and what has no pillar last', async () => {
    const element = await show();
    const rows = findAll(element, '.pillar').map(cells);
    expect(rows[0]).toEqual(['NGFW', '$1.21M', '$1.26M', '$757K', '$507K', '$720K', '38%', '15']);
    expect(rows[1][0]).toBe('Cortex/XSIAM');
    expect(rows[2][5]).toBe('reached');
    expect(rows[3]).toEqual(['No pillar yet', '$1.21M', '$1.26M', '$757K', '$507K', 'no plan', '–', '–']);
    await expect(element).toBeAccessible();
});

it('opens to the deals of one pillar at a time, and closes again', async () => {
    const element = await show();
    const toggles = findAll(element, '.toggle');
    toggles[0].click();
    await settle();
    expect(find(element, 'c-sidecar-deals-of').asked).toEqual({
        scope: 'Rep',
        repId: '005A',
        quarterEnd: '2026-12-31',
        pillar: 'NGFW'
    });
    expect(toggles[0].getAttribute('aria-expanded')).toBe('true');
    await expect(element).toBeAccessible();
    toggles[3].click();
    await settle();
    expect(findAll(element, 'c-sidecar-deals-of').map(({ asked }) => asked.pillar)).toEqual(['']);
    toggles[3].click();
    await settle();
    expect(find(element, 'c-sidecar-deals-of')).toBeNull();
});
