import SidecarStencil from 'c/sidecarStencil';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

it('tells screen readers that something loads, and hides its grey lines from them', async () => {
    const element = mount('c-sidecar-stencil', SidecarStencil, { lines: 9 });
    await settle();
    expect(find(element, '[role="status"]')).not.toBeNull();
    expect(textOf(element)).toBe('Loading');
    expect(findAll(element, '.stencil > .stencil__bar[aria-hidden="true"]')).toHaveLength(9);
    await expect(element).toBeAccessible();
});
