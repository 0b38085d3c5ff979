import SidecarNotice from 'c/sidecarNotice';
import { find, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

it.each([
    ['info', 'utility:info'],
    ['warning', 'utility:warning'],
    ['error', 'utility:error']
])('shows a message as %s by icon, not by colour alone', async (variant, icon) => {
    const element = mount('c-sidecar-notice', SidecarNotice, { variant, message: 'Something' });
    await settle();
    expect(textOf(element)).toBe('Something');
    expect(find(element, 'lightning-icon').iconName).toBe(icon);
    expect(find(element, `.notice_${variant}`)).not.toBeNull();
    await expect(element).toBeAccessible();
});

it('takes an unknown kind for information', async () => {
    const element = mount('c-sidecar-notice', SidecarNotice, { variant: 'loud', message: 'Something' });
    await settle();
    expect(find(element, '.notice_info')).not.toBeNull();
});
