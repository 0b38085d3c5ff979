import { graphql } from 'lightning/graphql';
import SidecarAccountDeals from 'c/sidecarAccountDeals';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const ACCOUNT = '001bK000700000oQAA';
const value = (held, displayValue) => ({ value: held, displayValue });
const HOSTILE = '<img src=x onerror=alert(1)> ‏عربي 🚀';

function node(number, changes = {}) {
    return {
        Id: `006bK0007000${String(number).padStart(4, '0')}QAY`,
        Name: value(`Northwind - Deal ${number}`),
        StageName: value('5 Tech Decision Pending', 'Tech Decision'),
        CloseDate: value('2026-12-08'),
        Amount: value(1240000),
        ForecastCategoryName: value('Commit', 'Commit'),
        Sidecar_Forecast_ARR__c: value(223000),
        Sidecar_Win_Probability__c: value(18.4),
        Sidecar_Risk_Tags__c: value('Stalled;Low win rate'),
        Sidecar_Suggested_Action__c: value('Settle it until 2026-12-08'),
        Sidecar_Score_Detail__c: value('{"v":1,"currency":null}'),
        OpportunityLineItems: {
            edges: ['NGFW', 'Cortex', 'NGFW'].map((family) => ({ node: { Product2: { Family: value(family) } } }))
        },
        ...changes
    };
}

function answer(nodes, { count = nodes.length, cursor = null, scoredAt = '2026-11-22T14:00:00.000Z' } = {}) {
    const account = { Id: ACCOUNT, Name: value('Northwind'), Sidecar_Scored_At__c: value(scoredAt) };
    return {
        uiapi: {
            query: {
                Account: { edges: [{ node: account }] },
                Opportunity: {
                    totalCount: count,
                    pageInfo: { hasNextPage: Boolean(cursor), endCursor: cursor },
                    edges: nodes.map((found) => ({ node: found }))
                }
            }
        }
    };
}

async function show(data) {
    const element = mount('c-sidecar-account-deals', SidecarAccountDeals, { recordId: ACCOUNT });
    graphql.emit(data);
    await settle();
    return element;
}

const cells = (element, nth = 0) =>
    [...findAll(element, 'tbody tr')[nth].children].map((cell) => cell.textContent.trim());
const links = (element) => findAll(element, 'c-sidecar-record-link').map(({ label }) => label);

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

it('asks once, for the first page, the highest forecast first', async () => {
    const element = mount('c-sidecar-account-deals', SidecarAccountDeals, { recordId: ACCOUNT });
    await settle();
    expect(find(element, '[role="status"]')).not.toBeNull();
    expect(graphql.getLastConfig().variables).toEqual({
        recordId: ACCOUNT,
        first: 10,
        after: null,
        orderBy: { Sidecar_Forecast_ARR__c: { order: 'DESC', nulls: 'LAST' } }
    });
});

it('shows what a seller asks about a deal', async () => {
    const element = await show(answer([node(1)]));
    expect(find(element, 'lightning-card').title).toBe('Open Deals (1)');
    expect(links(element)).toEqual(['Deal 1']);
    expect(cells(element).slice(0, 6)).toEqual([
        'NGFW, Cortex',
        'Tech Decision',
        'Dec 8',
        'Value$1.24M',
        'Win18%',
        'Forecast$223KCommit'
    ]);
    const text = textOf(element);
    for (const part of ['Stalled', 'Low win rate', 'Settle it until Dec 8, 2026']) {
        expect(text).toContain(part);
    }
    expect(find(element, 'td.number').title).toBe('$1,240,000');
    await expect(element).toBeAccessible();
});

it('shows what is not known as such and never as zero', async () => {
    const nothing = Object.fromEntries(Object.keys(node(1)).map((name) => [name, null]));
    const element = await show(answer([{ ...nothing, Id: node(1).Id }, { Id: node(2).Id }]));
    for (const nth of [0, 1]) {
        expect(cells(element, nth).slice(1, 6)).toEqual([
            '',
            'no close date',
            'Value–',
            'Winnot scored yet',
            'Forecast–'
        ]);
    }
    expect(links(element)).toEqual(['Deal without a visible name', 'Deal without a visible name']);
    expect(textOf(element)).not.toMatch(/0%|\$0/);
});

it('says when the close date has passed', async () => {
    const element = await show(answer([node(1, { CloseDate: value('2026-11-20') })]));
    expect(find(element, '.overdue').textContent).toBe('close date Nov 20 has passed');
});

it('writes money in the currency of the deal, known to the browser or not', async () => {
    const detail = (currency) => value(JSON.stringify({ v: 1, currency }));
    const element = await show(
        answer([
            node(1, { Sidecar_Score_Detail__c: detail('EUR') }),
            node(2, { Sidecar_Score_Detail__c: detail('XXX') }),
            node(3, { Sidecar_Score_Detail__c: value('{"v":1,"curr') })
        ])
    );
    expect([0, 1, 2].map((nth) => cells(element, nth)[3])).toEqual([
        'Value€1.24M',
        'ValueXXX\u00a01.24M',
        'Value$1.24M'
    ]);
});

it('shows markup, other scripts and emoji as text', async () => {
    const element = await show(
        answer([node(1, { Name: value(HOSTILE), Sidecar_Suggested_Action__c: value(HOSTILE) })])
    );
    expect(links(element)).toEqual([HOSTILE]);
    expect(find(element, 'img')).toBeNull();
});

it('stays usable with 2,000 deals: pages, and their number', async () => {
    const page = (from, size) => Array.from({ length: size }, (_, index) => node(from + index));
    const element = await show(answer(page(0, 10), { count: 2000, cursor: 'ten' }));
    expect(find(element, 'lightning-card').title).toBe('Open Deals (2,000)');
    expect(textOf(element)).toContain('10 of 2,000 shown');
    find(element, 'lightning-button').click();
    await settle();
    expect(graphql.getLastConfig().variables).toMatchObject({ first: 50, after: 'ten' });
    expect(findAll(element, 'tbody tr')).toHaveLength(10);
    graphql.emit(answer(page(10, 50), { count: 2000, cursor: 'sixty' }));
    await settle();
    expect(links(element)).toEqual(Array.from({ length: 60 }, (_, index) => `Deal ${index}`));
    graphql.emit(answer(page(10, 50), { count: 60 }));
    await settle();
    expect(findAll(element, 'tbody tr')).toHaveLength(60);
    expect(find(element, 'lightning-button')).toBeNull();
});

it('sorts all deals, not only those that are shown', async () => {
    const element = await show(answer([node(1)], { count: 2000, cursor: 'one' }));
    const heads = findAll(element, 'th[scope="col"]');
    expect(heads.map((head) => head.getAttribute('aria-sort'))).toEqual([...Array(5).fill('none'), 'descending', null]);
    heads[2].querySelector('button').click();
    await settle();
    expect(graphql.getLastConfig().variables).toMatchObject({
        first: 10,
        after: null,
        orderBy: { CloseDate: { order: 'ASC', nulls: 'LAST' } }
    });
    graphql.emit(answer([node(7)], { count: 2000, cursor: 'one' }));
    await settle();
    expect(links(element)).toEqual(['Deal 7']);
    expect(findAll(element, 'th[scope="col"]')[2].getAttribute('aria-sort')).toBe('ascending');
});

it('warns of old numbers', async () => {
    const element = await show(answer([node(1)], { scoredAt: '2026-11-20T15:00:00.000Z' }));
    expect(textOf(element)).toContain('Scored 48 hr. ago');
});

it('says so when there is no open deal, and when deals may not be seen', async () => {
    const none = await show(answer([]));
    expect(textOf(none)).toContain('No open deal');
    await expect(none).toBeAccessible();
    unmountAll();
    const hidden = await show({ uiapi: { query: { Account: { edges: [] } } } });
    expect(textOf(hidden)).toContain('permission set Sidecar User');
});

it.each([
    "Variable '$orderBy' has invalid value: unknown field 'Sidecar_Forecast_ARR__c'",
    "Validation error (FieldUndefined): Field 'Sidecar_Win_Probability__c' in type 'Opportunity' is undefined"
])('takes a refused question about fields of ours for a missing permission: %s', async (message) => {
    const element = mount('c-sidecar-account-deals', SidecarAccountDeals, { recordId: ACCOUNT });
    graphql.emitErrors([{ message }]);
    await settle();
    expect(textOf(element)).toContain('permission set Sidecar User');
    expect(find(element, '[role="alert"]')).toBeNull();
    await expect(element).toBeAccessible();
});

it('shows an error in the panel and asks again', async () => {
    const element = mount('c-sidecar-account-deals', SidecarAccountDeals, { recordId: ACCOUNT });
    graphql.emitErrors([{ message: 'Server busy' }], undefined, async () => graphql.emit(answer([node(1)])));
    await settle();
    expect(textOf(element)).toContain('Server busy');
    await expect(element).toBeAccessible();
    find(element, 'lightning-button').click();
    await settle();
    expect(links(element)).toEqual(['Deal 1']);
});
