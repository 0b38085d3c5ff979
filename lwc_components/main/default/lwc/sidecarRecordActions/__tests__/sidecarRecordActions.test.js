import { graphql } from 'lightning/graphql';
import { updateRecord } from 'lightning/uiRecordApi';
import SidecarRecordActions from 'c/sidecarRecordActions';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const DEAL = '006bK00070000FEQAY';
const ACCOUNT = '001bK000700000oQAA';
const value = (held) => ({ value: held });

function node(number, changes = {}) {
    return {
        Id: `a00Lo00000000${number}AAA`,
        Sidecar_Subject__c: value(`Call customer ${number}`),
        Sidecar_Reason__c: value('Silent for 20 days'),
        Sidecar_Priority__c: value('Critical'),
        Sidecar_Kind__c: value('Stalled'),
        Sidecar_Impact__c: value(1200),
        Sidecar_Due_Date__c: value('2026-11-24'),
        Sidecar_Opportunity__c: value(DEAL),
        Sidecar_Opportunity__r: { Name: value('Expansion') },
        Sidecar_Account__c: value(ACCOUNT),
        Sidecar_Account__r: { Name: value('Northwind') },
        Sidecar_Assignee__r: { Name: value('Ana Silva') },
        ...changes
    };
}

const answer = (...nodes) => ({
    uiapi: { query: { Sidecar_Action__c: { edges: nodes.map((found) => ({ node: found })) } } }
});

async function show(data, recordId = ACCOUNT) {
    const element = mount('c-sidecar-record-actions', SidecarRecordActions, { recordId });
    graphql.emit(data);
    await settle();
    return element;
}

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    updateRecord.mockResolvedValue({});
});

afterEach(unmountAll);

it('shows a placeholder until the answer is there, and asks once, by the record’s id', async () => {
    const element = mount('c-sidecar-record-actions', SidecarRecordActions, { recordId: ACCOUNT });
    await settle();
    expect(find(element, '[role="status"]')).not.toBeNull();
    expect(graphql.getLastConfig().variables).toEqual({ recordId: ACCOUNT });
});

it('lists what to do with links to the deals', async () => {
    const element = await show(answer(node(1), node(2)));
    expect(findAll(element, 'c-sidecar-action-item')).toHaveLength(2);
    expect(find(element, 'c-sidecar-record-link').label).toBe('Expansion');
    await expect(element).toBeAccessible();
});

it('has no link to the page it stands on', async () => {
    expect(find(await show(answer(node(1)), DEAL), 'c-sidecar-record-link')).toBeNull();
});

it('keeps the last action in sight, so that it can be taken back', async () => {
    const element = await show(answer(node(1)));
    findAll(element, 'lightning-button')[0].click();
    await settle();
    graphql.emit(answer());
    await settle();
    expect(textOf(element)).toContain('Completed: Call customer 1');
    expect(findAll(element, 'lightning-button').map(({ label }) => label)).toEqual(['Undo']);
});

it('says what it would show when there is nothing to do', async () => {
    const element = await show(answer());
    expect(textOf(element)).toContain('No open action');
    await expect(element).toBeAccessible();
});

it.each([
    ['the object', { uiapi: { query: {} } }, 'permission set Sidecar User'],
    ['the subjects', answer({ Id: 'a00Lo000000001AAA' }), 'No open action']
])('leaves no empty rows where %s may not be seen', async (_, data, text) => {
    const element = await show(data);
    expect(textOf(element)).toContain(text);
    expect(find(element, 'c-sidecar-action-item')).toBeNull();
    await expect(element).toBeAccessible();
});

it('shows an error in the panel and asks again', async () => {
    const element = mount('c-sidecar-record-actions', SidecarRecordActions, { recordId: ACCOUNT });
    graphql.emitErrors([{ message: 'Server busy' }], undefined, async () => graphql.emit(answer(node(1))));
    await settle();
    expect(textOf(element)).toContain('Server busy');
    await expect(element).toBeAccessible();
    find(element, 'lightning-button').click();
    await settle();
    expect(textOf(element)).toContain('Call customer 1');
});
