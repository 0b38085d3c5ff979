import SidecarErrorPanel from 'c/sidecarErrorPanel';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

it('lists each message once and announces itself', async () => {
    const errors = [{ body: [{ message: 'First' }] }, { message: 'Second' }, 'First'];
    const element = mount('c-sidecar-error-panel', SidecarErrorPanel, { errors });
    await settle();
    expect(findAll(element, 'li').map((item) => item.textContent)).toEqual(['First', 'Second']);
    expect(find(element, '[role="alert"]')).not.toBeNull();
    await expect(element).toBeAccessible();
});

it('has something to say when the error says nothing', async () => {
    const element = mount('c-sidecar-error-panel', SidecarErrorPanel, { errors: {} });
    await settle();
    expect(textOf(element)).toContain('The reason is not known.');
});

it('tells its owner that somebody wants to try again', async () => {
    const element = mount('c-sidecar-error-panel', SidecarErrorPanel, { errors: 'Failed' });
    const retry = jest.fn();
    element.addEventListener('retry', retry);
    await settle();
    find(element, 'lightning-button').click();
    expect(retry).toHaveBeenCalledTimes(1);
});
