import { actionOf } from 'c/sidecarActionRows';

const value = (held) => ({ value: held });
const DEAL = {
    Id: 'a00Lo0000000001AAA',
    Sidecar_Subject__c: value('Meet until 2026-12-08'),
    Sidecar_Reason__c: value('15 % likely'),
    Sidecar_Priority__c: value('High'),
    Sidecar_Kind__c: value('Stalled'),
    Sidecar_Impact__c: value(1200.5),
    CurrencyIsoCode: value('CHF'),
    Sidecar_Due_Date__c: value('2026-11-24'),
    Sidecar_Opportunity__c: value('006bK00070000FEQAY'),
    Sidecar_Opportunity__r: { Name: value('Expansion') },
    Sidecar_Account__c: value('001bK000700000oQAA'),
    Sidecar_Account__r: { Name: value('Northwind') },
    Sidecar_Assignee__r: { Name: value('Ana Silva') }
};

it('names the deal, in the user’s way of writing days and percentages', () => {
    expect(actionOf(DEAL)).toEqual({
        id: 'a00Lo0000000001AAA',
        title: 'Meet until Dec 8, 2026',
        why: '15% likely',
        priority: 'High',
        kind: 'Stalled',
        impact: 1200.5,
        currency: 'CHF',
        dueDate: '2026-11-24',
        recordId: '006bK00070000FEQAY',
        recordApiName: 'Opportunity',
        recordName: 'Expansion',
        assignee: 'Ana Silva'
    });
});

it('names the account where there is no deal', () => {
    const { recordId, recordApiName, recordName } = actionOf({ ...DEAL, Sidecar_Opportunity__c: value(null) });
    expect([recordId, recordApiName, recordName]).toEqual(['001bK000700000oQAA', 'Account', 'Northwind']);
});

it('has empty texts for what is hidden or empty', () => {
    expect(actionOf({ Id: 'a00', Sidecar_Account__r: null, Sidecar_Impact__c: value(null) })).toEqual({
        id: 'a00',
        title: '',
        why: '',
        priority: '',
        kind: '',
        impact: null,
        currency: '',
        dueDate: '',
        recordId: null,
        recordApiName: 'Account',
        recordName: '',
        assignee: ''
    });
});
