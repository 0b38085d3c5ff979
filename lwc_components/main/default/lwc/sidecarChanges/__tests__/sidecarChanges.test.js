import SidecarChanges from 'c/sidecarChanges';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const moved = (text, points) => ({ dimension: '', points, text, note: '', recordIds: [] });
const CHANGES = [
    { days: 7, sentence: 'About as 7 days ago', causes: [] },
    { days: 30, sentence: 'Down 8 in 30 days', causes: [moved('2 cases opened', -5), moved('Everything else', -3)] },
    { days: 90, sentence: 'Down 9 in 90 days', causes: [moved('escalations rose', -9)] }
];

async function show(changes) {
    const element = mount('c-sidecar-changes', SidecarChanges, { changes });
    await settle();
    return element;
}

afterEach(unmountAll);

it('begins with the month: a sentence and the causes in points', async () => {
    const element = await show(CHANGES);
    expect(find(element, '.sentence').textContent).toBe('Down 8 in 30 days');
    expect(findAll(element, 'li').map((item) => item.textContent)).toEqual([
        expect.stringContaining('2 cases opened'),
        expect.stringContaining('Everything else')
    ]);
    await expect(element).toBeAccessible();
});

it('shows another period on request', async () => {
    const element = await show(CHANGES);
    const group = find(element, 'lightning-radio-group');
    expect(group.options.map(({ label }) => label)).toEqual(['7 days', '30 days', '90 days']);
    group.dispatchEvent(new CustomEvent('change', { detail: { value: '7' } }));
    await settle();
    expect(textOf(element)).toContain('About as 7 days ago');
    expect(findAll(element, 'li')).toEqual([]);
    expect(group.value).toBe('7');
});

it('shows what there is when a month is not', async () => {
    expect(textOf(await show([CHANGES[2]]))).toContain('Down 9 in 90 days');
    unmountAll();
    expect(textOf(await show([]))).toBe('');
});
