import SidecarHealthMeasure from 'c/sidecarHealthMeasure';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const MEASURE = {
    key: 'utilisation',
    label: 'Licence utilisation',
    value: 33,
    unit: '%',
    score: 41,
    weight: 0.4,
    target: 80,
    coverage: 0.87,
    text: '33% of the licences in use',
    products: [
        { name: 'Prisma Cloud', value: 13, target: 80, score: 16, share: 0.6 },
        { name: '<b>SASE</b>', value: 63.2, target: null, score: null, share: 0.4 }
    ],
    recordIds: ['500bK00070000HpQAI', '02ibK000700004pQAA', '006bK00070000FEQAY', '001bK000700000oQAA', 'a01x', 'a01y']
};

async function show(changes = {}) {
    const measure = { ...MEASURE, ...changes };
    const element = mount('c-sidecar-health-measure', SidecarHealthMeasure, { measure, dimension: 'adoption' });
    await settle();
    return element;
}

afterEach(unmountAll);

it('shows value, score and weight at once, the rest when it is opened', async () => {
    const element = await show();
    expect(textOf(element)).toContain('33%');
    expect(textOf(element)).toContain('41 of 100, weight 40%');
    expect(find(element, 'table')).toBeNull();
    const toggle = find(element, 'button');
    toggle.click();
    await settle();
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(textOf(element)).toContain('Target: 80% · Counts 87%: part of its data is old');
    expect(findAll(element, 'tbody tr').map((row) => row.textContent)).toEqual([
        'Prisma Cloud13%80%16',
        '<b>SASE</b>63.2%––'
    ]);
    const links = findAll(element, 'c-sidecar-record-link').map(({ label }) => label);
    expect(links).toEqual(['Case 1', 'Asset 2', 'Opportunity 3', 'Usage 4', 'Usage 5']);
    await expect(element).toBeAccessible();
    toggle.click();
    await settle();
    expect(find(element, 'table')).toBeNull();
});

it('can’t be opened where there is nothing more to see', async () => {
    const element = await show({ target: null, coverage: null, products: [], recordIds: [] });
    expect(find(element, 'button')).toBeNull();
    expect(textOf(element)).toContain('Licence utilisation');
});

it.each([
    [1, 'cases', '1 case'],
    [3, 'cases', '3 cases'],
    [4.55, 'days', '4.6 days'],
    ['late', '', 'late'],
    [null, '%', '–'],
    [Number.NaN, '%', '–']
])('writes %p in %s', async (value, unit, text) => {
    expect(find(await show({ value, unit }), '.value').textContent).toBe(text);
});

it('keeps not scored apart from zero', async () => {
    expect(textOf(await show({ score: null, weight: null }))).toContain('not scored');
    unmountAll();
    expect(textOf(await show({ score: 0, weight: null }))).toContain('0 of 100');
});
