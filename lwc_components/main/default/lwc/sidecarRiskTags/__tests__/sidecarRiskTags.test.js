import SidecarRiskTags from 'c/sidecarRiskTags';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(tags) {
    const element = mount('c-sidecar-risk-tags', SidecarRiskTags, { tags });
    await settle();
    return element;
}

it('lists the risks under a name for screen readers, as text', async () => {
    const element = await show(['Stalled', '<img src=x>']);
    expect(find(element, 'ul').getAttribute('aria-label')).toBe('Risks');
    expect(findAll(element, 'li').map((tag) => tag.textContent)).toEqual(['Stalled', '<img src=x>']);
    await expect(element).toBeAccessible();
});

it('is no empty list without a risk', async () => {
    expect(find(await show([]), 'ul')).toBeNull();
});
