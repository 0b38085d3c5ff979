import { getObjectInfo, getPicklistValuesByRecordType } from 'lightning/uiObjectInfoApi';
import { updateRecord } from 'lightning/uiRecordApi';
import SidecarMissingData from 'c/sidecarMissingData';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const DEAL = '006bK00070000FEQAY';
const AMOUNT = { field: 'Amount', name: 'Amount', kind: 'number' };
const NEXT_STEP = { field: 'NextStep', name: 'Next step', kind: 'text' };
const TYPE = { field: 'Type', name: 'Type', kind: 'picklist' };
const ACCOUNT = { field: 'AccountId', name: 'Account' };

const info = (...updateable) => ({
    defaultRecordTypeId: '012000000000000AAA',
    fields: Object.fromEntries(
        ['Amount', 'NextStep', 'Type'].map((name) => [name, { updateable: updateable.includes(name) }])
    )
});

const button = (element, label) => findAll(element, 'lightning-button').find((found) => found.label === label);

async function show(...missing) {
    const element = mount('c-sidecar-missing-data', SidecarMissingData, { recordId: DEAL, missing });
    await settle();
    return element;
}

async function open(missing, updateable = ['Amount', 'NextStep', 'Type']) {
    const element = await show(...missing);
    button(element, 'Fill in here').click();
    await settle();
    getObjectInfo.emit(info(...updateable));
    await settle();
    return element;
}

function enter(element, label, value) {
    const inputs = findAll(element, '.input');
    for (const input of inputs) {
        input.reportValidity = () => true;
    }
    const chosen = inputs.find((found) => found.label === label);
    chosen.dispatchEvent(new CustomEvent('change', { detail: { value } }));
    return settle();
}

beforeEach(() => {
    updateRecord.mockResolvedValue({});
});

afterEach(unmountAll);

it('names what is missing and asks for nothing until it is opened', async () => {
    const element = await show(AMOUNT, NEXT_STEP);
    expect(textOf(element)).toContain('For a better score, fill in: Amount, Next step.');
    expect(getObjectInfo.getLastConfig()?.objectApiName).toBeUndefined();
    expect(button(element, 'Edit this deal')).toBeUndefined();
    await expect(element).toBeAccessible();
});

it('leads to the whole form for what has no input here', async () => {
    const element = await show(AMOUNT, ACCOUNT);
    const edit = jest.fn();
    element.addEventListener('edit', edit);
    button(element, 'Edit this deal').click();
    expect(edit).toHaveBeenCalled();
});

it('writes what was filled in, and only that, and says so', async () => {
    const element = await open([AMOUNT, NEXT_STEP]);
    const toast = jest.fn();
    element.addEventListener('lightning__showtoast', ({ detail }) => toast(detail));
    expect(button(element, 'Save').disabled).toBe(true);
    await enter(element, 'Amount', '125000.5');
    await expect(element).toBeAccessible();
    button(element, 'Save').click();
    await settle();
    expect(updateRecord).toHaveBeenCalledWith({ fields: { Id: DEAL, Amount: 125000.5 } });
    expect(toast).toHaveBeenCalledWith(expect.objectContaining({ title: 'Saved', variant: 'success' }));
    expect(find(element, '.input')).toBeNull();
});

it('says that it was saved although nothing is missing by then', async () => {
    const element = await open([AMOUNT]);
    const toast = jest.fn();
    document.body.addEventListener('lightning__showtoast', toast, { once: true });
    updateRecord.mockImplementationOnce(async () => {
        element.missing = [];
        await settle();
    });
    await enter(element, 'Amount', '5');
    button(element, 'Save').click();
    await settle();
    await settle();
    expect(textOf(element)).toBe('');
    expect(toast).toHaveBeenCalled();
});

it('offers the picklist’s own values', async () => {
    const element = await open([TYPE]);
    expect(getPicklistValuesByRecordType.getLastConfig()).toMatchObject({
        objectApiName: 'Opportunity',
        recordTypeId: '012000000000000AAA'
    });
    const values = [{ label: 'Verlängerung', value: 'Renewal' }];
    getPicklistValuesByRecordType.emit({ picklistFieldValues: { Type: { values } } });
    await settle();
    expect(find(element, 'lightning-combobox').options).toEqual(values);
    await enter(element, 'Type', 'Renewal');
    button(element, 'Save').click();
    await settle();
    expect(updateRecord).toHaveBeenCalledWith({ fields: { Id: DEAL, Type: 'Renewal' } });
});

it('has no input for what the user may not change, and says whom to ask', async () => {
    const element = await open([AMOUNT, NEXT_STEP], ['NextStep']);
    expect(findAll(element, '.input').map(({ label }) => label)).toEqual(['Next step']);
    expect(textOf(element)).toContain("You may not change: Amount. Ask the deal's owner");
    await expect(element).toBeAccessible();
});

it('writes nothing that is not valid', async () => {
    const element = await open([AMOUNT]);
    await enter(element, 'Amount', 'much');
    find(element, '.input').reportValidity = () => false;
    button(element, 'Save').click();
    await settle();
    expect(updateRecord).not.toHaveBeenCalled();
});

it('keeps what was entered when it can’t be saved', async () => {
    updateRecord.mockRejectedValueOnce({ body: { output: { errors: [{ message: 'Amount is locked by a rule' }] } } });
    const element = await open([AMOUNT]);
    await enter(element, 'Amount', '5');
    button(element, 'Save').click();
    await settle();
    expect(find(element, '[role="alert"]').textContent).toBe('This could not be saved. Amount is locked by a rule');
    expect(find(element, '.input').value).toBe('5');
    expect(button(element, 'Save').disabled).toBe(false);
    await expect(element).toBeAccessible();
});

it('says so when the org does not tell what may be changed', async () => {
    const element = await show(AMOUNT);
    button(element, 'Fill in here').click();
    await settle();
    expect(find(element, 'c-sidecar-stencil')).not.toBeNull();
    getObjectInfo.error({ message: 'Server busy' });
    await settle();
    expect(find(element, '[role="alert"]').textContent).toContain('Server busy');
});

it.each([
    ['Cancel', (element) => button(element, 'Cancel').click()],
    ['Escape', (element) => find(element, '.form').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))]
])('forgets what was entered on %s', async (_, leave) => {
    const element = await open([AMOUNT]);
    await enter(element, 'Amount', '5');
    leave(element);
    await settle();
    expect(updateRecord).not.toHaveBeenCalled();
    button(element, 'Fill in here').click();
    await settle();
    expect(find(element, '.input').value).toBe('');
});
