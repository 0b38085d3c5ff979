import { updateRecord } from 'lightning/uiRecordApi';
import SidecarActionList from 'c/sidecarActionList';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

function action(number, changes = {}) {
    return {
        id: `a00Lo00000000${number}AAA`,
        title: `Call customer ${number}`,
        why: 'Silent for 20 days',
        priority: 'High',
        kind: 'Stalled',
        impact: 136202.52,
        dueDate: '2026-11-24',
        recordId: '006bK00070000FEQAY',
        recordApiName: 'Opportunity',
        recordName: 'Northwind - SASE',
        assignee: 'Ana Silva',
        ...changes
    };
}

const THREE = [1, 2, 3].map((number) => action(number));

async function show(properties = {}) {
    const element = mount('c-sidecar-action-list', SidecarActionList, { actions: THREE, ...properties });
    await settle();
    return element;
}

/** The nth button with this text. */
const button = (element, label, nth = 0) =>
    findAll(element, 'lightning-button').filter((candidate) => candidate.label === label)[nth];

async function click(element, label, nth) {
    button(element, label, nth).click();
    await settle();
}

const titles = (element) => findAll(element, 'c-sidecar-action-item').map((item) => textOf(item));

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    updateRecord.mockResolvedValue({});
});

afterEach(unmountAll);

it('shows what to do, why, for how much, until when, for which record and by whom', async () => {
    const element = await show();
    const text = titles(element)[0];
    for (const part of ['High', 'Call customer 1', '$136K', 'Silent for 20 days', 'Due Nov 24', 'Ana Silva']) {
        expect(text).toContain(part);
    }
    expect(find(element, 'c-sidecar-record-link').label).toBe('Northwind - SASE');
    expect(find(element, '.action__worth').title).toBe('$136,203');
    await expect(element).toBeAccessible();
});

it('shows what is overdue as such, and nothing in place of what is not known', async () => {
    const bare = { why: '', impact: null, recordId: null, recordName: '', assignee: '', priority: '' };
    const element = await show({ actions: [action(1, { ...bare, dueDate: '2026-11-20' })] });
    expect(find(element, '.due_over').textContent).toBe('Overdue since Nov 20');
    expect(titles(element)[0]).toBe('Call customer 1Overdue since Nov 20');
});

it('shows markup as text', async () => {
    const element = await show({ actions: [action(1, { title: '<img src=x onerror=alert(1)> ‏שלום 🚀' })] });
    expect(find(element, 'img')).toBeNull();
    expect(textOf(element)).toContain('<img src=x onerror=alert(1)> ‏שלום 🚀');
});

it('shows the first ones, and all on request', async () => {
    const many = Array.from({ length: 200 }, (_, index) => action(index + 100));
    const element = await show({ actions: many, shown: 3 });
    expect(findAll(element, 'c-sidecar-action-item')).toHaveLength(3);
    await click(element, 'Show all 200');
    expect(findAll(element, 'c-sidecar-action-item')).toHaveLength(200);
    await click(element, 'Show fewer');
    expect(findAll(element, 'c-sidecar-action-item')).toHaveLength(3);
});

it('completes in place, tells the page, and takes it back', async () => {
    const element = await show();
    const handled = jest.fn();
    element.addEventListener('handled', ({ detail }) => handled(detail));
    await click(element, 'Complete', 1);
    expect(updateRecord).toHaveBeenCalledWith({
        fields: {
            Id: THREE[1].id,
            Sidecar_Status__c: 'Completed',
            Sidecar_Snoozed_Until__c: null,
            Sidecar_Status_Reason__c: null
        }
    });
    expect(handled).toHaveBeenCalledWith({ id: THREE[1].id, status: 'Completed' });
    expect(titles(element)[1]).toBe('Completed: Call customer 2');
    await expect(element).toBeAccessible();
    await click(element, 'Undo');
    expect(updateRecord.mock.calls[1][0].fields.Sidecar_Status__c).toBe('Open');
    expect(titles(element)[1]).toContain('Silent for 20 days');
});

it('keeps what was dealt with in its place when the page has asked again', async () => {
    const element = await show();
    await click(element, 'Complete', 1);
    element.actions = [THREE[0], THREE[2]];
    await settle();
    expect(titles(element)[1]).toBe('Completed: Call customer 2');
    expect(titles(element)).toHaveLength(3);
});

it('keeps its place, and so the keyboard, when the page asks again before the write is known of', async () => {
    const element = await show();
    const before = findAll(element, 'c-sidecar-action-item')[1];
    updateRecord.mockImplementationOnce(async () => {
        element.actions = [THREE[0], THREE[2]];
        await settle();
    });
    await click(element, 'Complete', 1);
    await settle();
    expect(findAll(element, 'c-sidecar-action-item')[1]).toBe(before);
    expect(textOf(before)).toBe('Completed: Call customer 2');
});

it('forgets what was dealt with when it shows somebody else’s', async () => {
    const element = await show({ scope: 'mine' });
    await click(element, 'Complete', 0);
    element.scope = 'team';
    element.actions = [THREE[2]];
    await settle();
    expect(titles(element)).toHaveLength(1);
});

it.each([
    [0, '2026-11-23'],
    [1, '2026-11-29'],
    [2, '2026-12-22']
])('snoozes until the day that is chosen: %s', async (index, day) => {
    const element = await show();
    const menu = find(element, 'lightning-button-menu');
    const { value } = findAll(element, 'lightning-menu-item')[index];
    menu.dispatchEvent(new CustomEvent('select', { detail: { value } }));
    await settle();
    const { fields } = updateRecord.mock.calls[0][0];
    expect([fields.Sidecar_Status__c, fields.Sidecar_Snoozed_Until__c]).toEqual(['Snoozed', day]);
    expect(titles(element)[0]).toBe('Snoozed: Call customer 1');
});

it('asks why before it dismisses', async () => {
    const element = await show();
    await click(element, 'Dismiss');
    expect(updateRecord).not.toHaveBeenCalled();
    await expect(element).toBeAccessible();
    const choose = (tag, value) => find(element, tag).dispatchEvent(new CustomEvent('change', { detail: { value } }));
    choose('lightning-radio-group', 'The data behind it is wrong');
    choose('lightning-input', '  they moved to May  '.padEnd(400, '!'));
    await settle();
    await click(element, 'Dismiss');
    const { fields } = updateRecord.mock.calls[0][0];
    expect(fields.Sidecar_Status__c).toBe('Dismissed');
    expect(fields.Sidecar_Status_Reason__c).toMatch(/^The data behind it is wrong: they moved to May {2}!+$/);
    expect(fields.Sidecar_Status_Reason__c).toHaveLength(255);
    expect(titles(element)[0]).toBe('Dismissed: Call customer 1');
});

it.each([
    ['the button', (element) => button(element, 'Cancel').click()],
    [
        'Escape',
        (element) =>
            find(element, 'lightning-radio-group').dispatchEvent(
                new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })
            )
    ]
])('dismisses nothing when that is cancelled by %s', async (_, cancel) => {
    const element = await show();
    await click(element, 'Dismiss');
    cancel(element);
    await settle();
    expect(find(element, 'lightning-radio-group')).toBeNull();
    expect(updateRecord).not.toHaveBeenCalled();
});

it('says why it could not be saved and leaves the action as it was', async () => {
    updateRecord.mockRejectedValueOnce({ body: { message: 'You may not change this record' } });
    const element = await show();
    await click(element, 'Complete');
    expect(textOf(element)).toContain('This could not be saved. You may not change this record');
    expect(button(element, 'Complete').disabled).toBe(false);
    await expect(element).toBeAccessible();
    await click(element, 'Complete');
    expect(textOf(element)).not.toContain('could not be saved');
    expect(titles(element)[0]).toBe('Completed: Call customer 1');
});

it('takes no second click while it is being saved', async () => {
    let finish;
    updateRecord.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    const element = await show();
    await click(element, 'Complete');
    expect(button(element, 'Complete').disabled).toBe(true);
    expect(button(element, 'Complete', 1).disabled).toBe(false);
    finish();
    await settle();
    expect(titles(element)[0]).toBe('Completed: Call customer 1');
});
