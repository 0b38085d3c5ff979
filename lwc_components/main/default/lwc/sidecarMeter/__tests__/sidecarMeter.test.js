import SidecarMeter from 'c/sidecarMeter';
import { find, mount, settle, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(score) {
    const element = mount('c-sidecar-meter', SidecarMeter, { score });
    await settle();
    return element;
}

it.each([
    [0, '0%'],
    [62.5, '62.5%'],
    [100, '100%'],
    [140, '100%'],
    [-3, '0%']
])('fills for a score of %f to %s', async (score, width) => {
    const element = await show(score);
    expect(find(element, '.meter__fill').style.width).toBe(width);
    await expect(element).toBeAccessible();
});

it.each([null, undefined, NaN])('is no empty bar, but an unknown one for %s', async (score) => {
    const element = await show(score);
    expect(find(element, '.meter__fill')).toBeNull();
    expect(find(element, '.meter_unknown')).not.toBeNull();
});
