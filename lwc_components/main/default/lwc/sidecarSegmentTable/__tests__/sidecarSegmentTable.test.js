import SidecarSegmentTable from 'c/sidecarSegmentTable';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

const RENEW = { segment: 'Renew', plan: 640000, booked: 0, commit: 12500, best: 60000, gap: 640000 };
const TOTAL = { plan: 1100000, booked: 179000, commit: 231000, best: 345000, gap: 921000 };

afterEach(unmountAll);

async function show(segments, currency = 'USD') {
    const element = mount('c-sidecar-segment-table', SidecarSegmentTable, { segments, total: TOTAL, currency });
    await settle();
    return element;
}

const texts = (row) => [...row.children].map((cell) => cell.textContent);

it('sets the figures of each segment above those of the account', async () => {
    const element = await show([RENEW]);
    const [renew, whole] = findAll(element, 'tbody tr').map(texts);
    expect(renew).toEqual(['Renew', '$640K', '$0', '$13K', '$60K', '$640K']);
    expect(whole).toEqual(['Account', '$1.1M', '$179K', '$231K', '$345K', '$921K']);
    expect(find(element, 'tbody td').title).toBe('$640,000');
    await expect(element).toBeAccessible();
});

it('shows a segment without a plan as such, not as zero', async () => {
    const [renew] = findAll(await show([{ ...RENEW, plan: null, gap: null }]), 'tbody tr').map(texts);
    expect([renew[1], renew[5]]).toEqual(['–', '–']);
});

it('names a currency that has no symbol', async () => {
    expect(texts(findAll(await show([RENEW], 'XTS'), 'tbody tr')[0])[1]).toMatch(/XTS/);
});
