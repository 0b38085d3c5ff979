import SidecarWorthList from 'c/sidecarWorthList';
import { find, mount, settle, unmountAll } from 'test/support';

const ROW = {
    id: '001bK000700000oQAA',
    objectApiName: 'Account',
    name: 'Northwind',
    facts: 'renews Dec 25',
    worth: '$2.9M',
    worthTitle: '$2,860,000',
    note: 'health 41'
};

afterEach(unmountAll);

it('shows each record with a link and what it is worth', async () => {
    const element = mount('c-sidecar-worth-list', SidecarWorthList, { rows: [ROW] });
    await settle();
    expect(find(element, 'c-sidecar-record-link')).toMatchObject({ recordId: ROW.id, objectApiName: 'Account' });
    expect(find(element, 'li').textContent).toBe('renews Dec 25$2.9Mhealth 41');
    expect(find(element, '.item__amount').title).toBe('$2,860,000');
    await expect(element).toBeAccessible();
});

it('shows nothing from nothing', async () => {
    const element = mount('c-sidecar-worth-list', SidecarWorthList);
    await settle();
    expect(find(element, 'li')).toBeNull();
});
