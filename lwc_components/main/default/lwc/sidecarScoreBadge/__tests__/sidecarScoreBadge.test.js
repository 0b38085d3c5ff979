import SidecarScoreBadge from 'c/sidecarScoreBadge';
import { find, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(properties) {
    const element = mount('c-sidecar-score-badge', SidecarScoreBadge, { name: 'Health', ...properties });
    await settle();
    return element;
}

it.each([
    ['Green', 'Healthy', 'utility:success'],
    ['Yellow', 'Needs attention', 'utility:warning'],
    ['Red', 'At risk', 'utility:error'],
    ['Unknown', 'Not enough data', 'utility:question'],
    ['Mauve', 'Not enough data', 'utility:question'],
    [null, 'Not enough data', 'utility:question']
])('says the band %s with a word and an icon', async (band, word, icon) => {
    const element = await show({ score: 50, band });
    expect(textOf(element)).toContain(word);
    expect(find(element, 'lightning-icon').iconName).toBe(icon);
    await expect(element).toBeAccessible();
});

it.each([
    [0, '0 100'],
    [72, '72 100'],
    [140, '100 100']
])('fills the ring as far as the score reaches: %p', async (score, arc) => {
    const element = await show({ score, band: 'Green' });
    expect(find(element, '.badge__arc').getAttribute('stroke-dasharray')).toBe(arc);
});

it('draws no arc and no number for a score that is not known', async () => {
    const element = await show({ score: null, band: 'Unknown' });
    expect(find(element, '.badge__arc')).toBeNull();
    expect(find(element, '.badge__number').textContent).toBe('?');
    expect(find(element, 'svg').getAttribute('aria-label')).toBe('Health: Not enough data');
});
