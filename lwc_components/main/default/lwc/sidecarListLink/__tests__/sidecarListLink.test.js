import SidecarListLink from 'c/sidecarListLink';
import { find, mount, settle, unmountAll } from 'test/support';
import { navigate } from 'lightning/navigation';

afterEach(unmountAll);

it('opens the list view', async () => {
    const properties = { objectApiName: 'Account', listName: 'Sidecar_At_Risk_Customers', label: 'View all' };
    const element = mount('c-sidecar-list-link', SidecarListLink, properties);
    await settle();
    const link = find(element, 'a');
    expect(link.textContent).toBe('View all');
    link.click();
    expect(navigate).toHaveBeenCalledWith({
        type: 'standard__objectPage',
        attributes: { objectApiName: 'Account', actionName: 'list' },
        state: { filterName: 'Sidecar_At_Risk_Customers' }
    });
    await expect(element).toBeAccessible();
});
