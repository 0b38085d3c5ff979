import { graphql } from 'lightning/graphql';
import SidecarQuarterSnapshot from 'c/sidecarQuarterSnapshot';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';
import quarter from './data/quarter.json';
import quarterEmpty from './data/quarterEmpty.json';

const ACCOUNT = '0015e000004QzXyAAK';

function nodeOf(data) {
    return data.uiapi.query.Account.edges[0].node;
}

const copyOf = (value) => JSON.parse(JSON.stringify(value));

/** A copy of the answer with some values of the account changed; undefined leaves a field out, as `@optional` does. */
function withValues(changes) {
    const data = copyOf(quarter);
    for (const [name, value] of Object.entries(changes)) {
        if (value === undefined) {
            delete nodeOf(data)[name];
        } else {
            nodeOf(data)[name] = { value };
        }
    }
    return data;
}

async function show(data) {
    const element = mount('c-sidecar-quarter-snapshot', SidecarQuarterSnapshot, { recordId: ACCOUNT });
    graphql.emit(data);
    await settle();
    return element;
}

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

it('shows a placeholder until the answer is there, and asks once, by the account’s id', async () => {
    const element = mount('c-sidecar-quarter-snapshot', SidecarQuarterSnapshot, { recordId: ACCOUNT });
    await settle();
    expect(find(element, '[role="status"]')).not.toBeNull();
    expect(graphql.getLastConfig().variables).toEqual({ recordId: ACCOUNT });
    await expect(element).toBeAccessible();
});

it('holds the request back until the page has given an id', async () => {
    mount('c-sidecar-quarter-snapshot', SidecarQuarterSnapshot);
    await settle();
    expect(graphql.getLastConfig()?.variables).toBeUndefined();
});

describe('with a projection', () => {
    it('says in the first line how far it is to plan', async () => {
        const element = await show(quarter);
        expect(find(element, '.headline').textContent).toBe('61% of plan booked, $430K to go');
        expect(find(element, 'lightning-card').title).toBe('FY2026 Q4 Snapshot');
    });

    it('warns when commit is below plan', async () => {
        const text = textOf(await show(quarter));
        expect(text).toContain('At commit the quarter ends $90K below the plan of $1.1M.');
    });

    it('shows the alert of the sidecar when commit reaches the plan', async () => {
        const detail = JSON.stringify({ v: 1, alert: 'Down $200K in a week' });
        const values = { Sidecar_Projection_Detail__c: detail, Sidecar_Quarter_Commit__c: 1100000 };
        const text = textOf(await show(withValues(values)));
        expect(text).toContain('Down $200K in a week');
        expect(text).not.toContain('At commit the quarter ends');
    });

    it('tells the bar in words', async () => {
        const bar = find(await show(quarter), 'svg[role="img"]');
        expect(bar.getAttribute('aria-label')).toBe(
            'Booked $670,000. The quarter will end between $860,000 at worst and $1,210,000 at best, commit $1,010,000. Plan: $1,100,000.'
        );
    });

    it('lists the segments and the account, which is no sum, and says so', async () => {
        const element = await show(quarter);
        const rows = findAll(element, 'tbody tr').map((row) => [...row.children].map((cell) => cell.textContent));
        expect(rows).toEqual([
            ['Renew', '$600K', '$420K', '$580K', '$630K', '$180K'],
            ['Upsell', '$500K', '$250K', '$410K', '$560K', '$250K'],
            ['Net New', '–', '$0', '$30K', '$120K', '–'],
            ['Account', '$1.1M', '$670K', '$1.01M', '$1.21M', '$430K']
        ]);
        expect(textOf(element)).toContain("don't add up to the commit of the account");
    });

    it('draws the quarter so far where its weeks are told', async () => {
        expect(find(await show(quarter), 'c-sidecar-curve')).toBeNull();
        unmountAll();
        const weeks = ['2026-10-04', '2026-10-11'].map((date) => ({
            date,
            booked: 1,
            worst: 2,
            commit: 3,
            best: 4,
            plan: null
        }));
        const detail = JSON.stringify({ v: 1, quarter: { end: '2026-12-31' }, weeks });
        const element = await show(withValues({ Sidecar_Projection_Detail__c: detail }));
        expect(find(element, 'c-sidecar-curve').quarterEnd).toBe('2026-12-31');
    });

    it('says how sure it is and why', async () => {
        const text = textOf(await show(quarter));
        expect(text).toContain('Medium confidence');
        expect(text).toContain('62 closed deals like these');
    });

    it('is accessible', async () => {
        await expect(await show(quarter)).toBeAccessible();
    });
});

describe('without a plan', () => {
    it('says so in place of shares and gaps', async () => {
        const element = await show(withValues({ Sidecar_Quarter_Plan__c: null, Sidecar_Quarter_Gap__c: null }));
        const text = textOf(element);
        expect(text).toMatch(/No plan for this account this quarter.*your admin or sales operations/i);
        expect(text).not.toContain('of plan');
        expect(find(element, '.bar__plan')).not.toBeNull();
        expect(find(element, 'svg.bar .bar__plan')).toBeNull();
        await expect(element).toBeAccessible();
    });
});

describe('with plan reached', () => {
    it('says so', async () => {
        const data = withValues({ Sidecar_Quarter_Booked__c: 1320000, Sidecar_Quarter_Gap__c: -220000 });
        expect(find(await show(data), '.headline').textContent).toBe('Plan reached: 120% booked');
    });
});

describe('without numbers', () => {
    it('says that the quarter is not projected yet', async () => {
        const element = await show(quarterEmpty);
        expect(textOf(element)).toContain('Not projected yet');
        await expect(element).toBeAccessible();
    });

    it('names the permission set when no field is visible', async () => {
        const hidden = { uiapi: { query: { Account: { edges: [{ node: { Id: ACCOUNT } }] } } } };
        const element = await show(hidden);
        expect(textOf(element)).toContain('permission set Sidecar User');
        await expect(element).toBeAccessible();
    });

    it('treats an account that is not there as one that is not visible', async () => {
        expect(textOf(await show({ uiapi: { query: { Account: { edges: [] } } } }))).toContain('Sidecar User');
    });
});

describe('with an explanation that cannot be used', () => {
    it.each([['{"v":1,"seg'], ['{"v":2}']])('keeps the numbers and says so: %s', async (json) => {
        const text = textOf(await show(withValues({ Sidecar_Projection_Detail__c: json })));
        expect(text).toContain('61% of plan booked');
        expect(text).toContain("can't be read by this version");
    });
});

it('warns of old numbers', async () => {
    const text = textOf(await show(withValues({ Sidecar_Scored_At__c: '2026-11-20T15:00:00.000Z' })));
    expect(text).toContain('Scored 48 hr. ago. What happened since');
});

describe('after an error', () => {
    const failure = [{ message: 'Field is undefined', paths: [], locations: [] }];

    async function fail(refresh) {
        const element = mount('c-sidecar-quarter-snapshot', SidecarQuarterSnapshot, { recordId: ACCOUNT });
        graphql.emitErrors(failure, undefined, refresh);
        await settle();
        return element;
    }

    it('shows the message', async () => {
        const element = await fail(() => Promise.resolve());
        expect(textOf(element)).toContain('Field is undefined');
        await expect(element).toBeAccessible();
    });

    it('asks again on request and shows what then comes', async () => {
        const element = await fail(() => {
            graphql.emit(quarter);
            return Promise.resolve();
        });
        find(element, 'lightning-button').click();
        await settle();
        expect(textOf(element)).toContain('61% of plan booked');
    });

    it('shows the new reason when asking again fails', async () => {
        const element = await fail(() => Promise.reject(new Error('Still broken')));
        find(element, 'lightning-button').click();
        await settle();
        expect(textOf(element)).toContain('Still broken');
    });

    it('keeps the reason when asking again brings no answer', async () => {
        const element = await fail(() => Promise.resolve());
        find(element, 'lightning-button').click();
        await settle();
        expect(textOf(element)).toContain('Field is undefined');
    });
});
