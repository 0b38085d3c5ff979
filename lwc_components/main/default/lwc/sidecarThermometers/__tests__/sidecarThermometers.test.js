import SidecarThermometers from 'c/sidecarThermometers';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const SEGMENTS = [
    { name: 'Renew', plan: 600000, booked: 420000, worst: 500000, commit: 620000, best: 700000 },
    { name: 'Upsell', plan: 500000, booked: 250000, worst: 300000, commit: 410000, best: 520000 },
    { name: 'Net New', plan: null, booked: 0, worst: 0, commit: 30000, best: 180000 },
    { name: 'Unknown', plan: null, booked: 0, worst: 0, commit: 0, best: 0 }
];

afterEach(unmountAll);

async function show(segments) {
    const element = mount('c-sidecar-thermometers', SidecarThermometers, { segments, currency: 'USD' });
    await settle();
    return element;
}

it('shows each segment with its outlook, and none about which there is nothing to say', async () => {
    const element = await show(SEGMENTS);
    const rows = findAll(element, '.segment').map((row) => row.textContent);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toContain('Commit reaches plan');
    expect(rows[0]).toContain('$420K booked, 70% of the $600K plan');
    expect(rows[1]).toContain('$90K short at commit');
    expect(rows[2]).toContain('No plan');
    expect(rows[2]).toContain('Commit $30K, from $0 to $180K');
    expect(textOf(element)).toContain("don't add up");
    await expect(element).toBeAccessible();
});

it('draws all on one scale', async () => {
    const bars = findAll(await show(SEGMENTS), '.bar__range');
    const widths = bars.map((bar) => parseFloat(bar.getAttribute('width')));
    expect(widths[0] / widths[2]).toBeCloseTo(200 / 180, 2);
    expect(find(document.body.firstChild, '.legend')).toBeNull();
});

it('gives the same as a table', async () => {
    const element = await show(SEGMENTS);
    find(element, '.head__toggle').click();
    await settle();
    const cells = [...findAll(element, 'tbody tr')[2].children].map((cell) => cell.textContent);
    expect(cells).toEqual(['Net New', '–', '$0', '$0', '$30,000', '$180,000']);
});
