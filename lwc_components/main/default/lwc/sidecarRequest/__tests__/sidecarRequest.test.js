import { createRecord, getRecord, notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import SidecarRequest from 'c/sidecarRequest';
import { NOW, find, mount, settle, textOf, unmountAll } from 'test/support';

const ACCOUNT = '001bK000700000oQAA';
const REQUEST = 'a05bK000700000oQAA';
const LOOK = 3000;

const record = (values) => ({
    id: REQUEST,
    apiName: 'Sidecar_Request__c',
    fields: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [`Sidecar_${name}__c`, { value, displayValue: null }])
    )
});

let refreshed;

beforeEach(() => {
    jest.useFakeTimers({ now: NOW, doNotFake: ['performance'] });
    createRecord.mockResolvedValue({ id: REQUEST });
    refreshed = jest.fn();
    document.body.addEventListener('lightning__refresh', refreshed);
});

afterEach(() => {
    unmountAll();
    document.body.removeEventListener('lightning__refresh', refreshed);
    jest.useRealTimers();
});

async function show(properties = { kind: 'Recalculate account', recordId: ACCOUNT }) {
    const element = mount('c-sidecar-request', SidecarRequest, properties);
    await settle();
    return element;
}

const button = (element) => find(element, 'button');
const said = (element) => find(element, '[role="status"]').textContent.replace(/\s/g, ' ');

async function ask(properties) {
    const element = await show(properties);
    button(element).click();
    await settle();
    return element;
}

async function becomes(values) {
    getRecord.emit(record(values));
    await settle();
}

async function wait(milliseconds) {
    jest.advanceTimersByTime(milliseconds);
    await settle();
}

it('asks for nothing by itself', async () => {
    const element = await show();
    expect(said(element)).toBe('');
    expect(button(element).textContent.trim()).toBe('Recalculate');
    expect(button(element).title).toBe('Recalculate this account');
    await wait(10 * LOOK);
    expect(createRecord).not.toHaveBeenCalled();
    expect(notifyRecordUpdateAvailable).not.toHaveBeenCalled();
});

it('makes a request of its kind about its record', async () => {
    const element = await ask();
    expect(createRecord).toHaveBeenCalledTimes(1);
    expect(createRecord).toHaveBeenCalledWith({
        apiName: 'Sidecar_Request__c',
        fields: { Sidecar_Kind__c: 'Recalculate account', Sidecar_Record_Id__c: ACCOUNT }
    });
    expect(getRecord.getLastConfig().recordId).toBe(REQUEST);
    expect(said(element)).toBe('Queued at 7:00 AM');
    expect(button(element).disabled).toBe(true);
});

it('asks about the user where no record is given', async () => {
    await ask({ kind: 'Recalculate all of mine' });
    expect(createRecord.mock.calls[0][0].fields).toEqual({
        Sidecar_Kind__c: 'Recalculate all of mine',
        Sidecar_Record_Id__c: null
    });
});

it('tells how it goes, and refreshes the page once when it is done', async () => {
    const element = await ask();
    await becomes({ Status: 'Working', Response: null, Finished_At: null });
    expect(said(element)).toBe('In work, asked at 7:00 AM');
    expect(refreshed).not.toHaveBeenCalled();
    const done = {
        Status: 'Done',
        Response: 'Recalculated: 3 values are new.',
        Finished_At: '2026-11-22T15:02:10.000Z'
    };
    await becomes(done);
    await becomes(done);
    expect(said(element)).toBe('Done at 7:02 AM. Recalculated: 3 values are new.');
    expect(refreshed).toHaveBeenCalledTimes(1);
    expect(button(element).disabled).toBe(false);
});

it.each([
    ['Refused', 'Refused at 7:01 AM. You cannot see this account.'],
    ['Failed', 'Failed at 7:01 AM. You cannot see this account.']
])('says why it was %s, and can be asked again', async (status, text) => {
    const element = await ask();
    const finished = '2026-11-22T15:01:00.000Z';
    await becomes({ Status: status, Response: 'You cannot see this account.', Finished_At: finished });
    expect(said(element)).toBe(text);
    expect(refreshed).not.toHaveBeenCalled();
    button(element).click();
    await settle();
    expect(createRecord).toHaveBeenCalledTimes(2);
    expect(said(element)).toBe('Queued at 7:00 AM');
});

it('looks again every few seconds until there is an answer', async () => {
    await ask();
    await wait(LOOK);
    await wait(LOOK);
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(2);
    expect(notifyRecordUpdateAvailable).toHaveBeenLastCalledWith([{ recordId: REQUEST }]);
    await becomes({ Status: 'Done', Response: '', Finished_At: null });
    await wait(LOOK);
    await wait(LOOK);
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(3);
});

it('stops looking after a while and says who can help', async () => {
    const element = await ask();
    for (let look = 0; look < 105; look++) {
        // each look begins when the one before has ended
        // eslint-disable-next-line no-await-in-loop
        await wait(LOOK);
    }
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledTimes(100);
    expect(said(element)).toContain('still waiting. The sidecar may not be running: ask your admin.');
    expect(button(element).disabled).toBe(false);
});

it('stops looking when the page is left', async () => {
    await ask();
    unmountAll();
    await wait(LOOK);
    expect(notifyRecordUpdateAvailable).not.toHaveBeenCalled();
});

it('says why a request could not be made, as text', async () => {
    createRecord.mockRejectedValue({ body: { message: '<b>No access</b> to Sidecar Request' } });
    const element = await ask();
    expect(said(element)).toBe('Not asked: <b>No access</b> to Sidecar Request');
    expect(button(element).disabled).toBe(false);
});

it('says when the answer cannot be read', async () => {
    const element = await ask();
    getRecord.error({ message: 'gone' });
    await settle();
    expect(textOf(element)).toContain('Not asked: gone');
});

it.each([[{}], [{ Status: 'Working' }], [{ Status: 'Done', Response: 'Done.', Finished_At: '2026-11-22T15:02:10Z' }]])(
    'is accessible: %j',
    async (values) => {
        jest.useRealTimers();
        const element = await ask();
        await becomes(values);
        await expect(element).toBeAccessible();
    }
);
