import { graphql } from 'lightning/graphql';
import SidecarAtRisk from 'c/sidecarAtRisk';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const HOSTILE = '<img src=x onerror=alert(1)> ‏عربي 🚀';
const value = (held) => ({ value: held });
const NORTHWIND = {
    Id: '001bK000700000oQAA',
    Name: value('Northwind'),
    Sidecar_Health__c: value(41),
    Sidecar_Churn_Risk__c: value(38.2),
    Sidecar_Next_Renewal__c: value('2026-12-25'),
    Sidecar_Current_ARR__c: value(2860000),
    CurrencyIsoCode: value('CHF')
};

const answer = (nodes, count = nodes.length) => ({
    uiapi: { query: { Account: { totalCount: count, edges: nodes.map((found) => ({ node: found })) } } }
});

async function show(data) {
    const element = mount('c-sidecar-at-risk', SidecarAtRisk);
    graphql.emit(data);
    await settle();
    return element;
}

const plain = (element) => element.textContent.replace(/\s/g, ' ');

afterEach(unmountAll);

it('asks once for five', async () => {
    const element = mount('c-sidecar-at-risk', SidecarAtRisk);
    await settle();
    expect(find(element, '[role="status"]').textContent).toContain('Loading');
    expect(graphql.getLastConfig().variables).toEqual({ first: 5 });
});

it('shows who may be lost, what is at stake, and the way to all', async () => {
    const element = await show(
        answer([NORTHWIND, { ...NORTHWIND, Id: '001bK000700000pQAA', Name: value(HOSTILE) }], 9)
    );
    expect(find(element, 'lightning-card').title).toBe('At Risk Customers (9)');
    expect(findAll(element, 'c-sidecar-record-link').map(({ label }) => label)).toEqual(['Northwind', HOSTILE]);
    expect(find(element, 'img')).toBeNull();
    expect(plain(find(element, 'li'))).toBe('38% churn risk · renews Dec 25, 2026CHF 2.86Mhealth 41');
    expect(find(element, 'c-sidecar-list-link').listName).toBe('Sidecar_At_Risk_Customers');
    await expect(element).toBeAccessible();
});

it('shows what is not known as such and never as zero', async () => {
    const element = await show(answer([{ Id: NORTHWIND.Id }]));
    expect(find(element, 'c-sidecar-record-link').label).toBe('Customer without a visible name');
    expect(find(element, 'li').textContent).toBe('–');
    await expect(element).toBeAccessible();
});

it('says when nobody is at risk', async () => {
    const element = await show(answer([]));
    expect(textOf(element)).toContain('No customer at risk');
    await expect(element).toBeAccessible();
});

it('tells a user without the scores so, and anybody about an error', async () => {
    const element = mount('c-sidecar-at-risk', SidecarAtRisk);
    graphql.emitErrors([{ message: "Field 'Sidecar_Health_Band__c' is undefined" }]);
    await settle();
    expect(textOf(element)).toContain('Sidecar User');
    graphql.emitErrors([{ message: 'The server is busy' }]);
    await settle();
    expect(textOf(element)).toContain('The server is busy');
    await expect(element).toBeAccessible();
});
