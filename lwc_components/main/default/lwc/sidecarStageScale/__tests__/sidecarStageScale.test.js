import SidecarStageScale from 'c/sidecarStageScale';
import { find, mount, settle, textOf, unmountAll } from 'test/support';

const STAGE = { name: 'Discovery', days: 10, typical: 18, slow: 44, sample: 120 };

afterEach(unmountAll);

async function show(changes) {
    const element = mount('c-sidecar-stage-scale', SidecarStageScale, { stage: { ...STAGE, ...changes } });
    await settle();
    return element;
}

it.each([
    [0, 'On pace', 'utility:success'],
    [18, 'On pace', 'utility:success'],
    [19, 'Slower than most', 'utility:warning'],
    [44, 'Slower than most', 'utility:warning'],
    [45, 'Much slower than won deals', 'utility:error']
])('judges %p days in words and with an icon', async (days, word, icon) => {
    const element = await show({ days });
    expect(textOf(element)).toContain(word);
    expect(find(element, 'lightning-icon').iconName).toBe(icon);
    await expect(element).toBeAccessible();
});

it('makes no claim about very slow deals without knowing them', async () => {
    const element = await show({ days: 400, slow: null });
    expect(textOf(element)).toContain('Slower than most');
    expect(find(element, '.scale__bad')).toBeNull();
});

it('counts one day as one', async () => {
    expect(textOf(await show({ days: 1 }))).toContain('1 day in Discovery');
});

it('draws no scale without days or without won deals to compare with', async () => {
    const noDays = await show({ days: null });
    expect(find(noDays, 'svg')).toBeNull();
    expect(textOf(noDays)).toContain('not known when the deal entered');
    const noHistory = await show({ typical: null, slow: null });
    expect(find(noHistory, 'svg')).toBeNull();
    expect(textOf(noHistory)).toContain('10 days in Discovery');
    expect(textOf(noHistory)).toContain('Too few won deals');
});
