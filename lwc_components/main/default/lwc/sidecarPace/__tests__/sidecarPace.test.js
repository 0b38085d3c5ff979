import SidecarPace from 'c/sidecarPace';
import { find, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(pace) {
    const element = mount('c-sidecar-pace', SidecarPace, { pace });
    await settle();
    return element;
}

it.each([
    ['good', 'utility:success'],
    ['late', 'utility:warning'],
    ['bad', 'utility:error']
])('says with a word and an icon what is %s', async (tone, icon) => {
    const element = await show({ word: 'Slower than most', tone });
    expect(textOf(element)).toBe('Slower than most');
    expect(find(element, 'lightning-icon').iconName).toBe(icon);
    await expect(element).toBeAccessible();
});

it.each(['plain', 'unknown'])('has no icon for what is %s', async (tone) => {
    const element = await show({ word: 'Like won deals', tone });
    expect(textOf(element)).toBe('Like won deals');
    expect(find(element, 'lightning-icon')).toBeNull();
    await expect(element).toBeAccessible();
});
