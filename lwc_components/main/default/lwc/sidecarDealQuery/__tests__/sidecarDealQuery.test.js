import { dealsOf, filterOf } from 'c/sidecarDealQuery';

const ASKED = { scope: 'Rep', repId: '005A', quarterEnd: '2026-12-31', pillar: 'NGFW' };

describe('the deals asked for', () => {
    it('are a rep’s own, open, of the quarter and of the pillar', () => {
        expect(filterOf(ASKED)).toEqual({
            and: [
                { IsClosed: { eq: false } },
                { OwnerId: { eq: '005A' } },
                { CloseDate: { lte: { value: '2026-12-31' } } },
                {
                    Id: {
                        inq: {
                            ApiName: 'OpportunityId',
                            OpportunityLineItem: { Product2: { Family: { eq: 'NGFW' } } }
                        }
                    }
                }
            ]
        });
    });

    it('are those of a manager and of who reports to the manager for a team', () => {
        const [, owned] = filterOf({ ...ASKED, scope: 'Team' }).and;
        expect(owned).toEqual({ or: [{ OwnerId: { eq: '005A' } }, { Owner: { ManagerId: { eq: '005A' } } }] });
    });

    it('are anybody’s, of any date and pillar, when nothing is said', () => {
        expect(filterOf({ scope: 'Org' }).and).toEqual([{ IsClosed: { eq: false } }]);
    });

    it('are without a pillar when the pillar has no name', () => {
        expect(filterOf({ scope: 'Org', pillar: '' }).and[1].Id.ninq.ApiName).toBe('OpportunityId');
    });
});

describe('the answer', () => {
    const node = {
        Id: '1',
        Name: { value: 'Deal' },
        StageName: { value: '3', displayValue: 'POV' },
        CloseDate: { value: '2026-12-18' },
        Amount: { value: 5 },
        Sidecar_Win_Probability__c: { value: 61 },
        Sidecar_Score_Detail__c: { value: '{"v":1,"currency":"EUR","benchmark":{"kind":"Upsell"}}' }
    };
    const answer = (...nodes) => ({
        uiapi: { query: { Opportunity: { totalCount: 7, edges: nodes.map((each) => ({ node: each })) } } }
    });

    it('has the deals and how many there are', () => {
        expect(dealsOf(answer(node))).toEqual({
            deals: [
                {
                    id: '1',
                    name: 'Deal',
                    stage: 'POV',
                    closeDate: '2026-12-18',
                    amount: 5,
                    probability: 61,
                    segment: 'Upsell',
                    currency: 'EUR'
                }
            ],
            count: 7
        });
    });

    it.each(['{"v":1,"benc', '{"v":2}', null, undefined])('makes do without its explanation: %s', (json) => {
        const [deal] = dealsOf(answer({ Id: '1', Sidecar_Score_Detail__c: { value: json } })).deals;
        expect(deal).toMatchObject({ id: '1', name: '', segment: '', currency: '', amount: null });
    });

    it('may be empty', () => {
        expect(dealsOf(undefined)).toEqual({ deals: [], count: 0 });
    });
});
