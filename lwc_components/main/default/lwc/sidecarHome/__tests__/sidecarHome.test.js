import { graphql } from 'lightning/graphql';
import SidecarHome from 'c/sidecarHome';
import { COLLEAGUE, USER, action, answer, row } from 'test/homeAnswer';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

jest.mock('@salesforce/user/Id', () => ({ __esModule: true, default: '005000000000000000' }), { virtual: true });

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
    window.localStorage.setItem(`sidecar-guide-seen:${USER}`, '1');
});

afterEach(unmountAll);

async function open() {
    const element = mount('c-sidecar-home', SidecarHome);
    await settle();
    return element;
}

async function show(data = answer()) {
    const element = await open();
    graphql.emit(data);
    await settle();
    return element;
}

/** The page's own request: the guide has one too. */
const asked = () => graphql.getLastConfig().variables;

it('holds its place until the answer is there, and asks for one’s own and everybody’s numbers in one request', async () => {
    const element = await open();
    expect(find(element, '[role="status"]')).not.toBeNull();
    const mine = { or: [{ Sidecar_Rep__c: { eq: USER } }, { Sidecar_Scope__c: { eq: 'Org' } }] };
    expect(asked().rows.and).toContainEqual(mine);
    expect(asked().actions.and).toContainEqual({ Sidecar_Assignee__c: { eq: USER } });
    await expect(element).toBeAccessible();
});

describe('with numbers', () => {
    it('shows gap, segments, curve, change, pillars and what to do', async () => {
        const element = await show();
        expect(find(element, 'lightning-card').title).toBe('My quarter: Q4 FY 2026');
        const text = textOf(element);
        for (const words of [
            '67% of plan booked, $330K to go',
            '2 pull-ins could bring $300K.',
            '42%',
            'High confidence',
            '$20K short at commit',
            'Down $290K since Nov 15',
            'Week by week',
            'NGFW',
            'Visit'
        ]) {
            expect(text).toContain(words);
        }
        await expect(element).toBeAccessible();
    });

    it('says whose actions they are only when they are not one’s own', async () => {
        expect(textOf(await show())).not.toContain('Ana Silva');
    });

    it('says how many of the actions it has', async () => {
        const data = answer();
        data.uiapi.query.actions.totalCount = 80;
        expect(textOf(await show(data))).toContain('The first 2 of 80');
    });

    it('says when nothing asks for attention', async () => {
        const element = await show(answer({ actions: [] }));
        expect(textOf(element)).toContain('Nothing asks for you today.');
        await expect(element).toBeAccessible();
    });

    it('opens the guide on request', async () => {
        const element = await show();
        findAll(element, 'lightning-button')
            .find(({ label }) => label === 'What do these mean?')
            .click();
        await settle();
        expect(textOf(element)).toContain('Every deal belongs to one of three segments');
    });

    it('shows the nearest row of the latest quarter', async () => {
        const rows = [
            row({ Scope: 'Org', Rep: null, Booked: 1 }, 'a03D'),
            row({ Scope: 'Team', Booked: 500000 }, 'a03B'),
            row({ Quarter_Start: '2026-07-01', Booked: 2 }, 'a03Z')
        ];
        expect(textOf(await show(answer({ rows })))).toContain('50% of plan booked');
    });
});

describe('whose numbers', () => {
    const options = (element) => find(element, 'lightning-combobox').options;

    async function choose(element, value) {
        find(element, 'lightning-combobox').dispatchEvent(new CustomEvent('change', { detail: { value } }));
        await settle();
    }

    it('are those that come back, one’s own first', async () => {
        expect(options(await show()).map(({ label }) => label)).toEqual([
            'My numbers',
            'My team',
            'Team of Zoe Grimton',
            'Everybody',
            'Zoe Grimton'
        ]);
    });

    it('cannot be chosen where there are only one’s own', async () => {
        const choices = answer().uiapi.query.choices.edges.filter(({ node }) => node.Id === 'a03A');
        expect(find(await show(answer({ choices })), 'lightning-combobox')).toBeNull();
    });

    it.each([
        ['a03C', { Sidecar_Assignee__c: { eq: COLLEAGUE } }],
        [
            'a03B',
            {
                or: [{ Sidecar_Assignee__c: { eq: USER } }, { Sidecar_Assignee__r: { ManagerId: { eq: USER } } }]
            }
        ]
    ])('are asked for when they are chosen: %s', async (id, assigned) => {
        const element = await show();
        await choose(element, id);
        expect(asked().rows).toEqual({ Id: { eq: id } });
        expect(asked().actions.and[1]).toEqual(assigned);
        graphql.emit(answer({ rows: [row({ Rep: COLLEAGUE, Booked: 100000 }, id)] }));
        await settle();
        expect(textOf(element)).toContain('10% of plan booked');
        expect(textOf(element)).toContain('What to do next');
        expect(textOf(element)).toContain('Ana Silva');
    });

    it('may be everybody’s, with everybody’s actions', async () => {
        const element = await show();
        await choose(element, 'a03D');
        expect(asked().actions).toEqual({ Sidecar_Is_Open__c: { eq: true } });
        graphql.emit(answer({ rows: [row({ Scope: 'Org', Rep: null }, 'a03D')], actions: [] }));
        await settle();
        expect(textOf(element)).toContain('Nothing asks for attention here today.');
    });
});

describe('without numbers', () => {
    it.each([
        [[], 'has not projected a quarter that you may see'],
        [
            [
                row(
                    Object.fromEntries(
                        ['Plan', 'Booked', 'Open_Pipeline', 'Worst', 'Commit', 'Best', 'Gap'].map((n) => [n, null])
                    )
                )
            ],
            'no numbers yet'
        ]
    ])('says what is missing and who can mend it', async (rows, words) => {
        const element = await show(answer({ rows }));
        expect(textOf(element)).toContain('Nothing projected yet');
        expect(textOf(element)).toContain(words);
        expect(textOf(element)).toContain('admin');
        await expect(element).toBeAccessible();
    });

    it('asks for a plan where there is none', async () => {
        const element = await show(answer({ rows: [row({ Plan: null, Gap: null, Plan_Probability: null })] }));
        expect(textOf(element)).toMatch(/No plan for this quarter.*your admin or sales operations/);
        expect(textOf(element)).not.toContain('of plan booked');
        await expect(element).toBeAccessible();
    });
});

describe('without permission', () => {
    it('names the permission set when no field is visible', async () => {
        const hidden = { node: { Id: 'a03A' } };
        const element = await show(answer({ rows: [hidden], choices: [], actions: [] }));
        expect(textOf(element)).toContain('permission set Sidecar User');
        await expect(element).toBeAccessible();
    });

    it('names it too when the objects are not visible at all', async () => {
        const element = await open();
        graphql.emitErrors([{ message: "Validation error: Unknown type 'Sidecar_Projection__c_Filter'." }]);
        await settle();
        expect(textOf(element)).toContain('permission set Sidecar User');
        expect(find(element, '[role="alert"]')).toBeNull();
    });

    it('leaves out what is not visible', async () => {
        const element = await show(answer({ rows: [row({ Curve: undefined, Detail: undefined, Best: undefined })] }));
        expect(textOf(element)).toContain('67% of plan booked');
        expect(find(element, 'c-sidecar-curve, c-sidecar-pillar-table')).toBeNull();
        await expect(element).toBeAccessible();
    });
});

describe('with an explanation that cannot be used', () => {
    it.each([['{"v":1,"pill'], ['{"v":2}'], ['[]']])('keeps the numbers and says so: %s', async (json) => {
        const text = textOf(await show(answer({ rows: [row({ Detail: json, Curve: json })] })));
        expect(text).toContain('67% of plan booked');
        expect(text).toContain("can't be read by this version");
    });

    it('shows nothing for parts that are not what they should be', async () => {
        const detail = JSON.stringify({
            v: 1,
            pillars: 'x',
            segments: [null, 5],
            change: { expected: 'y' },
            proof: []
        });
        const element = await show(answer({ rows: [row({ Detail: detail })] }));
        expect(find(element, 'c-sidecar-pillar-table, c-sidecar-waterfall, c-sidecar-thermometers')).toBeNull();
        expect(textOf(element)).toContain('67% of plan booked');
    });

    it('shows markup and right-to-left text as text', async () => {
        const name = '<img src=x onerror=alert(1)> ‏שלום 🚀';
        const detail = JSON.stringify({ v: 1, confidence_reason: name, pillars: [{ pillar: name, open: 5 }] });
        const element = await show(
            answer({ rows: [row({ Detail: detail, Quarter_Label: name })], actions: [action('1', name)] })
        );
        expect(find(element, 'img')).toBeNull();
        expect(textOf(element).split(name)).toHaveLength(4);
    });
});

it('warns of old numbers', async () => {
    const text = textOf(await show(answer({ rows: [row({ Scored_At: '2026-11-21T13:00:00.000Z' })] })));
    expect(text).toContain('Scored 26 hr. ago. What happened since');
});

describe('after an error', () => {
    async function fail(refresh) {
        const element = await open();
        graphql.emitErrors([{ message: 'Too busy' }], undefined, refresh);
        await settle();
        return element;
    }

    it('shows it once', async () => {
        const element = await fail(() => Promise.resolve());
        expect(findAll(element, '[role="alert"]')).toHaveLength(1);
        expect(textOf(element)).toContain('Too busy');
        await expect(element).toBeAccessible();
    });

    it.each([
        ['what then comes', () => Promise.resolve(graphql.emit(answer())), '67% of plan booked'],
        ['the new reason', () => Promise.reject(new Error('Still busy')), 'Still busy'],
        ['the old reason when nothing comes', () => Promise.resolve(), 'Too busy']
    ])('asks again on request and shows %s', async (_, refresh, words) => {
        const element = await fail(refresh);
        find(element, 'c-sidecar-error-panel').shadowRoot.querySelector('lightning-button').click();
        await settle();
        expect(textOf(element)).toContain(words);
    });
});
