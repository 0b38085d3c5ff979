import SidecarScoredAt from 'c/sidecarScoredAt';
import { NOW, find, mount, settle, textOf, unmountAll } from 'test/support';

const HOUR_MS = 3_600_000;

beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(NOW));

afterEach(unmountAll);

async function show(hours) {
    const moment = hours === null ? null : new Date(NOW - hours * HOUR_MS).toISOString();
    const element = mount('c-sidecar-scored-at', SidecarScoredAt, { moment });
    await settle();
    return element;
}

it('says when the scores were made, exactly in its title', async () => {
    const element = await show(2);
    expect(textOf(element)).toBe('Scored 2 hr. ago');
    expect(find(element, 'p').title).toContain('2026');
    await expect(element).toBeAccessible();
});

it('does not count the minutes of the first one', async () => {
    expect(textOf(await show(0.01))).toBe('Scored just now');
});

it('warns of old scores and says whom to ask', async () => {
    const element = await show(72);
    expect(find(element, 'c-sidecar-notice').variant).toBe('warning');
    expect(textOf(element)).toMatch(/^Scored 3 days ago\..*administrator/);
    await expect(element).toBeAccessible();
});

it('says nothing of scores that were never made', async () => {
    expect(textOf(await show(null))).toBe('');
});
