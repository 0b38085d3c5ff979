import SidecarConfidence from 'c/sidecarConfidence';
import { findAll, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(properties) {
    const element = mount('c-sidecar-confidence', SidecarConfidence, properties);
    await settle();
    return element;
}

it.each([
    ['High', 3],
    ['Medium', 2],
    ['Low', 1]
])('says %s in words and as %i bars', async (level, bars) => {
    const element = await show({ level, reason: '12 won deals' });
    expect(findAll(element, 'p').map((part) => part.textContent)).toEqual([`${level} confidence`, '12 won deals']);
    expect(findAll(element, '.bar_on')).toHaveLength(bars);
    await expect(element).toBeAccessible();
});

it.each([undefined, null, '', 'Certain'])('shows nothing for %s', async (level) => {
    expect(textOf(await show({ level, reason: '12 won deals' }))).toBe('');
});
