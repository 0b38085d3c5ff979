import { getRecord } from 'lightning/uiRecordApi';
import { navigate } from 'lightning/navigation';
import SidecarDealScore from 'c/sidecarDealScore';
import { NOW, find, findAll, mount, onlyFields, settle, textOf, unmountAll, withFields } from 'test/support';
import deal from './data/deal.json';
import dealEmpty from './data/dealEmpty.json';
import dealThin from './data/dealThin.json';

async function show(record) {
    const element = mount('c-sidecar-deal-score', SidecarDealScore, { recordId: deal.id });
    getRecord.emit(record);
    await settle();
    return element;
}

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

it('shows a placeholder until the answer is there', async () => {
    const element = mount('c-sidecar-deal-score', SidecarDealScore, { recordId: deal.id });
    await settle();
    expect(find(element, '[role="status"]')).not.toBeNull();
    await expect(element).toBeAccessible();
});

describe('an open deal with a score', () => {
    it('shows its past where it is known, and how good the score is', async () => {
        const element = await show(deal);
        expect(find(element, 'c-sidecar-trend')).toBeNull();
        expect(find(element, 'c-sidecar-changes')).toBeNull();
        expect(find(element, 'c-sidecar-proof').subject).toBe('Win probability');
        unmountAll();
        const detail = JSON.stringify({
            v: 1,
            history: ['2026-11-15', '2026-11-22'].map((date) => ({ date, probability: 0.4 })),
            change: [{ days: 7, since: '2026-11-15', before: 0.4, points: 0, factors: [] }]
        });
        const past = await show(withFields(deal, { Sidecar_Score_Detail__c: detail }));
        expect(textOf(past)).toContain('Win probability so far');
        expect(textOf(past)).toContain('As on Nov 15: 40%');
        await expect(past).toBeAccessible();
    });

    it('shows the probability with its range and what it rests on', async () => {
        const text = textOf(await show(deal));
        expect(text).toContain('40%');
        expect(text).toContain('Likely between 31% and 49%');
        expect(text).toContain('Base rate: 31% of 1,204 closed deals were won');
        expect(text).toContain('High confidence');
        expect(text).toContain('120 closed deals went through this stage');
    });

    it('shows this quarter, the expected close and the forecast', async () => {
        const text = textOf(await show(deal));
        expect(text).toContain('22%');
        expect(text).toContain('Jan 14, 2027');
        expect(text).toContain('Dec 20 to Feb 26, 2027, later than the close date Dec 18');
        expect(text).toContain('$122K');
    });

    it('shows the factors from the base rate to the result', async () => {
        const points = findAll(await show(deal), '.factor__points').map((cell) => cell.firstChild.textContent);
        expect(points).toEqual(['31%', '+12.3', '-8.1', '+5.2', '-2', '+1.1', '39.5%']);
    });

    it('counts the days in stage itself and judges them in words', async () => {
        const text = textOf(await show(deal));
        expect(text).toContain('41 days in 3 POV Planning');
        expect(text).toContain('Slower than most');
        expect(text).toContain('Won deals typically took 18 days. Nine of ten moved on within 44 days.');
    });

    it('lists the risks, the action and the benchmark', async () => {
        const element = await show(deal);
        expect(findAll(element, '.tag').map((tag) => tag.textContent)).toEqual([
            'Stalled',
            'No next step',
            'Pushed 3 times'
        ]);
        expect(find(element, 'c-sidecar-action-callout').text).toBe('Agree on a mutual plan for the proof of value');
        expect(textOf(element)).toContain('84 of 210 closed Upsell deals');
        expect(textOf(element)).toContain('This deal is 100 days old');
    });

    it('asks for what is missing and opens the editor', async () => {
        const element = await show(deal);
        expect(textOf(element)).toContain('For a better score, fill in: Next step, Primary contact role.');
        findAll(element, 'lightning-button')
            .find((button) => button.label === 'Edit this deal')
            .click();
        expect(navigate).toHaveBeenCalledWith({
            type: 'standard__recordPage',
            attributes: { recordId: deal.id, objectApiName: 'Opportunity', actionName: 'edit' }
        });
    });

    it('is accessible', async () => {
        await expect(await show(deal)).toBeAccessible();
    });
});

describe('an open deal with little to go by', () => {
    it('shows the number, its wide range and why it is unsure', async () => {
        const element = await show(dealThin);
        const text = textOf(element);
        expect(text).toContain('28%');
        expect(text).toContain('Likely between 5% and 60%');
        expect(text).toContain('Low confidence');
        expect(text).toContain('It is not known when the deal entered this stage');
        expect(text).toContain('Too few won deals went through this stage');
        expect(find(element, 'c-sidecar-benchmark')).toBeNull();
        await expect(element).toBeAccessible();
    });

    it('stands without its explanation', async () => {
        const text = textOf(await show(withFields(deal, { Sidecar_Score_Detail__c: 'no json' })));
        expect(text).toContain('40%');
        expect(text).toContain('41 days in 3 POV Planning');
        expect(text).toContain("can't be read by this version");
    });
});

describe('a deal without a score', () => {
    it('says so, and what to fill in', async () => {
        const element = await show(withFields(dealEmpty, { StageName: null }));
        expect(textOf(element)).toContain('Not scored yet');
        expect(textOf(element)).toContain('For a better score, fill in: Stage.');
        await expect(element).toBeAccessible();
    });

    it.each([
        [true, 'It was won on Dec 18, 2026.'],
        [false, 'It closed without a win on Dec 18, 2026.']
    ])('because it is closed says that closed deals are not scored (won: %p)', async (isWon, message) => {
        const element = await show(withFields(deal, { IsClosed: true, IsWon: isWon }));
        expect(textOf(element)).toContain(message);
        expect(textOf(element)).not.toContain('40%');
        await expect(element).toBeAccessible();
    });

    it('because the user may not see it names the permission set', async () => {
        const element = await show(
            onlyFields(deal, ['Name', 'StageName', 'IsClosed', 'IsWon', 'CloseDate', 'CreatedDate'])
        );
        expect(textOf(element)).toContain('permission set Sidecar User');
        await expect(element).toBeAccessible();
    });
});

it('warns of an old score', async () => {
    const text = textOf(await show(withFields(deal, { Sidecar_Scored_At__c: '2026-11-21T13:00:00.000Z' })));
    expect(text).toContain('Scored 26 hr. ago. What happened since');
});

describe('after an error', () => {
    it('shows the message, and asks again on request', async () => {
        const element = mount('c-sidecar-deal-score', SidecarDealScore, { recordId: deal.id });
        getRecord.error([{ errorCode: 'INSUFFICIENT_ACCESS', message: 'You may not see this deal' }], 403);
        await settle();
        expect(textOf(element)).toContain('You may not see this deal');
        await expect(element).toBeAccessible();
        find(element, 'lightning-button').click();
        await settle();
        getRecord.emit(deal);
        await settle();
        expect(textOf(element)).toContain('Win probability');
    });
});
