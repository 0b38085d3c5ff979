import SidecarPlanCallout from 'c/sidecarPlanCallout';
import { worthOf } from '../callout';
import { find, mount, settle, textOf, unmountAll } from 'test/support';

const action = (kind, impact, recordId) => ({ kind, impact, recordId });
const ACTIONS = [
    action('Stalled', 40000, '1'),
    action('Pull-in', 150000, '2'),
    action('Customer health', 900000, '3'),
    action('Pull-in', 90000, '4'),
    action('Single-threaded', 70000, '2'),
    action('No next step', 0, '5')
];
const VIEW = {
    total: { plan: 1000000, booked: 670000, open: 900000, worst: 700000, commit: 900000, best: 1200000, gap: 330000 },
    chance: 42.4,
    actions: ACTIONS,
    confidence: 'Medium',
    confidenceReason: 'little history',
    proof: {},
    currency: 'USD'
};

afterEach(unmountAll);

async function show(changes) {
    const element = mount('c-sidecar-plan-callout', SidecarPlanCallout, { view: { ...VIEW, ...changes } });
    await settle();
    return element;
}

it('says in the first line how far it is to plan, then what would bring it there and how likely that is', async () => {
    const element = await show();
    expect(find(element, '.callout__headline').textContent).toBe('67% of plan booked, $330K to go');
    expect(find(element, '.callout__worth').textContent).toBe('2 pull-ins and 1 action could bring $280K.');
    expect(find(element, '.callout__chance').textContent).toContain('42%');
    expect(textOf(element)).toContain('Medium confidence');
    await expect(element).toBeAccessible();
});

it.each([
    [0.2, '1%'],
    [100, '99%']
])('claims no certainty: %d', async (chance, shown) => {
    expect(find(await show({ chance }), '.callout__chance dd').textContent).toBe(shown);
});

it('asks for a plan where there is none', async () => {
    const element = await show({ total: { ...VIEW.total, plan: null, gap: null }, chance: null });
    expect(find(element, '.callout__headline').textContent).toContain('No plan for this quarter');
    expect(find(element, '.callout__chance')).toBeNull();
    expect(find(element, '.callout__worth').textContent).toContain('your admin or sales operations');
});

describe('what the actions are worth', () => {
    it('takes as few as close the gap, the dearest first', () => {
        expect(worthOf(ACTIONS, 150000, 'USD')).toBe('1 pull-in could bring $150K: enough to close the gap.');
        expect(worthOf(ACTIONS, 200000, 'USD')).toBe('2 pull-ins could bring $240K: enough to close the gap.');
    });

    it('counts a record once, and never more than anybody can do', () => {
        const many = Array.from({ length: 20 }, (_, index) => action('Stalled', 1000, `${index % 12}`));
        expect(worthOf(many, 1000000, 'USD')).toBe('8 actions could bring $8,000.');
    });

    it.each([
        [[], 5],
        [ACTIONS, 0],
        [ACTIONS, -10],
        [ACTIONS, null],
        [[action('Customer health', 5, '1')], 5]
    ])('says nothing of %j for a gap of %d', (actions, gap) => {
        expect(worthOf(actions, gap)).toBe('');
    });
});
