import SidecarActionItem from 'c/sidecarActionItem';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const ACTION = {
    id: 'a00Lo000000001AAA',
    title: 'Call <b>Ana</b>',
    why: 'Silent for 20 days',
    priority: 'High',
    impact: 136202.52,
    dueDate: '2026-11-24',
    recordId: '006bK00070000FEQAY',
    recordApiName: 'Opportunity',
    recordName: 'Northwind - SASE',
    assignee: 'Ana Silva'
};

let decisions;

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    decisions = [];
});

afterEach(unmountAll);

async function show(changes = {}, properties = {}) {
    const element = mount('c-sidecar-action-item', SidecarActionItem, {
        action: { ...ACTION, currency: 'USD', ...changes },
        ...properties
    });
    element.addEventListener('decide', (event) => decisions.push(event.detail));
    await settle();
    return element;
}

async function press(element, label) {
    findAll(element, 'lightning-button')
        .find((button) => button.label === label)
        .click();
    await settle();
}

it('asks for a completion', async () => {
    const element = await show();
    expect(textOf(element)).toContain('Call <b>Ana</b>');
    await press(element, 'Complete');
    expect(decisions).toEqual([{ id: ACTION.id, status: 'Completed' }]);
    await expect(element).toBeAccessible();
});

it('asks why before it dismisses, and Escape leaves everything as it was', async () => {
    const element = await show();
    await press(element, 'Dismiss');
    expect(find(element, 'lightning-radio-group')).not.toBeNull();
    await expect(element).toBeAccessible();
    find(element, '.why').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await settle();
    expect(find(element, 'lightning-radio-group')).toBeNull();
    await press(element, 'Dismiss');
    await press(element, 'Dismiss');
    expect(decisions).toEqual([{ id: ACTION.id, status: 'Dismissed', reason: 'Already dealt with' }]);
});

it('shows what was decided and takes it back', async () => {
    const element = await show({ status: 'Completed' });
    expect(textOf(element)).toContain('Completed:');
    await press(element, 'Undo');
    expect(decisions).toEqual([{ id: ACTION.id, status: 'Open' }]);
});

it('says why nothing was saved, and offers nothing while it saves', async () => {
    const element = await show({}, { failure: 'The record is locked.', isBusy: true });
    expect(find(element, '[role="alert"]').message).toBe('This could not be saved. The record is locked.');
    expect(findAll(element, 'lightning-button').every((button) => button.disabled)).toBe(true);
});
