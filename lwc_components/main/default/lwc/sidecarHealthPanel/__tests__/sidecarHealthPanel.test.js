import { getRecord } from 'lightning/uiRecordApi';
import SidecarHealthPanel from 'c/sidecarHealthPanel';
import { NOW, find, findAll, mount, onlyFields, settle, textOf, unmountAll, withFields } from 'test/support';
import account from './data/account.json';
import accountEmpty from './data/accountEmpty.json';
import accountPartial from './data/accountPartial.json';

const NAME = 'Sidecar_Health__c';

async function show(record) {
    const element = mount('c-sidecar-health-panel', SidecarHealthPanel, { recordId: account.id });
    getRecord.emit(record);
    await settle();
    return element;
}

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

describe('while the answer is on its way', () => {
    it('shows a placeholder that says so', async () => {
        const element = mount('c-sidecar-health-panel', SidecarHealthPanel, { recordId: account.id });
        await settle();
        expect(find(element, '[role="status"]').textContent).toContain('Loading');
        await expect(element).toBeAccessible();
    });

    it('asks for one record, with the package’s fields as optional ones', async () => {
        mount('c-sidecar-health-panel', SidecarHealthPanel, { recordId: account.id });
        await settle();
        const { recordId, fields, optionalFields } = getRecord.getLastConfig();
        expect(recordId).toBe(account.id);
        expect(fields.map((field) => field.fieldApiName)).toEqual(['Name']);
        expect(optionalFields.map((field) => field.fieldApiName)).toContain('Sidecar_Health_Detail__c');
    });
});

describe('with a score', () => {
    it('says the score with its band as a word, not by colour alone', async () => {
        const element = await show(account);
        expect(find(element, 'svg[role="img"]').getAttribute('aria-label')).toBe(
            'Customer health: 63 of 100, Needs attention'
        );
        expect(textOf(element)).toContain('Needs attention');
        expect(textOf(element)).toContain('Down 9 points in 30 days');
        expect(textOf(element)).toContain('Based on 85% of the inputs');
        expect(textOf(element)).toContain('Scored 3 hr. ago');
    });

    it('shows the next action and whose it is', async () => {
        const callout = find(await show(account), 'c-sidecar-action-callout');
        expect(callout.text).toBe('Review the critical case with Support and agree on a fix date');
        expect(callout.owner).toBe('Customer success');
    });

    it('shows renewal, ARR and churn risk', async () => {
        const text = textOf(await show(account));
        expect(text).toContain('Jan 31, 2027');
        expect(text).toContain('in 70 days');
        expect(text).toContain('$1.24M');
        expect(text).toContain('18%');
    });

    it('is accessible, closed and open', async () => {
        const element = await show(account);
        await expect(element).toBeAccessible();
        findAll(element, 'button.toggle').forEach((button) => button.click());
        await settle();
        await expect(element).toBeAccessible();
    });

    it('opens a dimension to its measures and closes it again', async () => {
        const element = await show(account);
        const [technical] = findAll(element, 'button.toggle');
        expect(technical.getAttribute('aria-expanded')).toBe('false');
        technical.click();
        await settle();
        expect(technical.getAttribute('aria-expanded')).toBe('true');
        expect(textOf(element)).toContain('3 open cases, 1 critical for 12 days');
        expect(textOf(element)).toContain('40 of 100, weight 50%');
        const values = findAll(element, '.value').map((value) => value.textContent);
        expect(values).toEqual(['3 cases', '1 case', '4.5 days']);
        technical.click();
        await settle();
        expect(textOf(element)).not.toContain('3 open cases, 1 critical for 12 days');
    });

    it('takes new values when the record changes under it', async () => {
        const element = await show(account);
        getRecord.emit(withFields(account, { [NAME]: 88, Sidecar_Health_Band__c: 'Green' }));
        await settle();
        expect(find(element, 'svg[role="img"]').getAttribute('aria-label')).toBe('Customer health: 88 of 100, Healthy');
    });
});

describe('with part of the inputs', () => {
    it('shows an unknown score as unknown and never as zero', async () => {
        const element = await show(accountPartial);
        expect(find(element, 'svg[role="img"]').getAttribute('aria-label')).toBe('Customer health: Not enough data');
        const scores = findAll(element, '.toggle__score').map((score) => score.textContent);
        expect(scores).toEqual(['90', 'Not known', 'Not known']);
    });

    it('says at once what is missing', async () => {
        const element = await show(accountPartial);
        const text = textOf(element);
        expect(text).toContain('Only 33% of the inputs are there');
        expect(text).toContain('Missing: Usage (Sidecar Usage records); Assets with a quantity');
        await expect(element).toBeAccessible();
    });

    it('warns of a score that is more than a day old', async () => {
        expect(textOf(await show(accountPartial))).toContain(
            'Scored 26 hr. ago. What happened since is not in these numbers'
        );
    });
});

describe('without a score', () => {
    it('says that it is not scored yet and who can help', async () => {
        const element = await show(accountEmpty);
        expect(textOf(element)).toContain('Not scored yet');
        expect(textOf(element)).toContain('Sidecar Runs');
        expect(find(element, 'c-sidecar-score-badge')).toBeNull();
        await expect(element).toBeAccessible();
    });

    it('names the permission set when the user may not see the fields', async () => {
        const element = await show(onlyFields(account, ['Name']));
        expect(textOf(element)).toContain('permission set Sidecar User');
        await expect(element).toBeAccessible();
    });
});

describe('with an explanation that cannot be used', () => {
    it.each([['{"v":1,"dim'], ['{"v":9}'], ['[]']])('keeps the numbers and says so: %s', async (json) => {
        const element = await show(withFields(account, { Sidecar_Health_Detail__c: json }));
        expect(textOf(element)).toContain("can't be read by this version");
        expect(findAll(element, '.toggle__score').map((score) => score.textContent)).toEqual(['48', '81', '62']);
    });

    it('says so when the user may not see it', async () => {
        const visible = Object.keys(account.fields).filter((name) => name !== 'Sidecar_Health_Detail__c');
        expect(textOf(await show(onlyFields(account, visible)))).toContain('not their explanation');
    });

    it('shows text of it as text', async () => {
        const action = { text: '<img src=x onerror=alert(1)>', owner: 'CSM' };
        const detail = JSON.stringify({
            v: 1,
            action,
            dimensions: 'none',
            reasons: [null, { text: '<b>no</b>', points: 'x' }]
        });
        const element = await show(withFields(account, { Sidecar_Health_Detail__c: detail }));
        expect(textOf(element)).toContain('<img src=x onerror=alert(1)>');
        expect(textOf(element)).toContain('<b>no</b>');
        expect(find(element, 'img')).toBeNull();
    });
});

describe('after an error', () => {
    it.each([
        ['read', [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]],
        ['write', { message: 'Outer', output: { errors: [{ message: 'The requested resource does not exist' }] } }]
    ])('shows the message of a %s error', async (_, body) => {
        const element = mount('c-sidecar-health-panel', SidecarHealthPanel, { recordId: account.id });
        getRecord.error(body, 404);
        await settle();
        expect(textOf(element)).toContain('The requested resource does not exist');
        await expect(element).toBeAccessible();
    });

    it('asks again on request and shows what then comes', async () => {
        const element = mount('c-sidecar-health-panel', SidecarHealthPanel, { recordId: account.id });
        getRecord.error();
        await settle();
        find(element, 'lightning-button').click();
        await settle();
        expect(find(element, '[role="status"]')).not.toBeNull();
        expect(getRecord.getLastConfig().recordId).toBe(account.id);
        getRecord.emit(account);
        await settle();
        expect(textOf(element)).toContain('Needs attention');
    });
});
