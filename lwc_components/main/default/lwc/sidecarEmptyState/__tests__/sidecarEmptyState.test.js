import SidecarEmptyState from 'c/sidecarEmptyState';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

afterEach(unmountAll);

it('says what is missing and who can mend it', async () => {
    const message = 'Ask your Salesforce administrator to run the sidecar.';
    const element = mount('c-sidecar-empty-state', SidecarEmptyState, { heading: 'Not scored yet', message });
    await settle();
    expect(findAll(element, 'h3, p').map((part) => part.textContent)).toEqual(['Not scored yet', message]);
    expect(find(element, 'lightning-icon').iconName).toBe('utility:info');
    await expect(element).toBeAccessible();
});
