import { graphql } from 'lightning/graphql';
import SidecarLikelyDeals from 'c/sidecarLikelyDeals';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const HOSTILE = '<img src=x onerror=alert(1)> ‏عربي 🚀';
const value = (held) => ({ value: held });

function node(number, changes = {}) {
    return {
        Id: `006bK0007000${String(number).padStart(4, '0')}QAY`,
        Name: value(`Deal ${number}`),
        StageName: value('6 Tech Win'),
        CloseDate: value('2026-12-08'),
        Amount: value(1240000),
        Sidecar_Win_Probability__c: value(88),
        Sidecar_Score_Detail__c: value('{"v":1,"currency":"EUR"}'),
        ...changes
    };
}

const answer = (nodes, count = nodes.length) => ({
    uiapi: { query: { Opportunity: { totalCount: count, edges: nodes.map((found) => ({ node: found })) } } }
});

async function show(data) {
    const element = mount('c-sidecar-likely-deals', SidecarLikelyDeals);
    graphql.emit(data);
    await settle();
    return element;
}

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

it('asks once for the five that weigh most of what is likely', async () => {
    const element = mount('c-sidecar-likely-deals', SidecarLikelyDeals);
    await settle();
    expect(find(element, '[role="status"]').textContent).toContain('Loading');
    expect(graphql.getLastConfig().variables).toEqual({
        where: { and: [{ IsClosed: { eq: false } }, { Sidecar_Quarter_Probability__c: { gte: 50 } }] },
        first: 5
    });
});

it('shows them in the order of the answer, how many there are, and the way to all', async () => {
    const element = await show(answer([node(2), node(1, { Name: value(HOSTILE) })], 49));
    expect(find(element, 'lightning-card').title).toBe('Likely This Quarter (49)');
    expect(findAll(element, 'c-sidecar-record-link').map(({ label }) => label)).toEqual(['Deal 2', HOSTILE]);
    expect(find(element, 'img')).toBeNull();
    expect(find(element, 'li').textContent).toBe('6 Tech Win · closes Dec 8€1.24M88% to win');
    expect(find(element, 'c-sidecar-list-link').listName).toBe('Sidecar_Likely_This_Quarter');
    await expect(element).toBeAccessible();
});

it('says when there is none, and what makes one show up', async () => {
    const element = await show(answer([]));
    expect(find(element, 'lightning-card').title).toBe('Likely This Quarter');
    expect(textOf(element)).toContain('No likely deal yet');
    await expect(element).toBeAccessible();
});

it('says when the user may not see the scores', async () => {
    const element = mount('c-sidecar-likely-deals', SidecarLikelyDeals);
    graphql.emitErrors([{ message: "Field 'Sidecar_Quarter_Probability__c' is undefined" }]);
    await settle();
    expect(textOf(element)).toContain('Sidecar User');
    await expect(element).toBeAccessible();
});

it('shows an error once and can ask again', async () => {
    const element = mount('c-sidecar-likely-deals', SidecarLikelyDeals);
    graphql.emitErrors([{ message: 'The server is busy' }]);
    await settle();
    expect(textOf(element)).toContain('The server is busy');
    await expect(element).toBeAccessible();
    graphql.emit(answer([node(1)]));
    await settle();
    expect(findAll(element, 'li')).toHaveLength(1);
});
