import SidecarHealthDimension from 'c/sidecarHealthDimension';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const MEASURE = {
    key: 'open_cases',
    label: 'Open cases',
    value: 3,
    unit: '',
    score: 40,
    weight: 1,
    target: 0,
    coverage: 1,
    text: '3 open cases',
    products: [],
    recordIds: []
};
const TECHNICAL = {
    key: 'technical',
    label: 'Technical',
    score: 77,
    coverage: 0.9,
    measures: [MEASURE],
    missing: ['escalations'],
    isIncomplete: false
};

afterEach(unmountAll);

async function show(changes = {}) {
    const element = mount('c-sidecar-health-dimension', SidecarHealthDimension, {
        dimension: { ...TECHNICAL, ...changes }
    });
    await settle();
    return element;
}

it('opens to its measures, its coverage and what is missing', async () => {
    const element = await show();
    expect(find(element, '.toggle__score').textContent).toBe('77');
    expect(textOf(element)).not.toContain('Missing');
    const toggle = find(element, 'button');
    expect(toggle.getAttribute('aria-expanded')).toBe('false');
    toggle.click();
    await settle();
    expect(toggle.getAttribute('aria-expanded')).toBe('true');
    expect(findAll(element, 'c-sidecar-health-measure')).toHaveLength(1);
    expect(textOf(element)).toContain('90% of the inputs for this score are there.');
    expect(textOf(element)).toContain('Missing: escalations');
    await expect(element).toBeAccessible();
});

it('says at once what an unknown or badly founded score lacks', async () => {
    const unknown = await show({ score: null });
    expect(textOf(unknown)).toContain('Not known');
    expect(textOf(unknown)).toContain('Missing: escalations');
    expect(find(unknown, '.meter_unknown')).not.toBeNull();
    expect(textOf(await show({ isIncomplete: true }))).toContain('Missing: escalations');
});

it('says that there is no measure rather than showing an empty list', async () => {
    const element = await show({ measures: [], missing: [], coverage: null });
    find(element, 'button').click();
    await settle();
    expect(textOf(element)).toContain('No measures to show.');
    expect(find(element, 'ul')).toBeNull();
});
