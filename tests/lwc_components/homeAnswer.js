/** Answers to the home page's request, as the platform gives them. */
export const USER = '005000000000000000'; // the user of every component test
export const COLLEAGUE = '005000000000000002';

const DETAIL = {
    v: 1,
    confidence_reason: '62 closed deals like these',
    since: '2026-11-15',
    change: { expected: -290000, won: 20000, lost: -250000, rescored: -60000 },
    pillars: [
        {
            pillar: 'NGFW',
            plan: 500000,
            open: 900000,
            worst: 1,
            commit: 2,
            best: 3,
            gap: 200000,
            win_rate: 0.5,
            actions: 4
        }
    ],
    segments: [{ segment: 'Renew', plan: 600000, booked: 420000, worst: 500000, commit: 580000, best: 700000 }],
    proof: { quarters: 10, since: '2024-04-01', held: 0.8, error: 1, stage_weighted_error: 2 }
};
const CURVE = {
    v: 1,
    weeks: [
        { week: 0, date: '2026-09-30', booked: 0, worst: 1, commit: 2, best: 3, plan: 1000000 },
        { week: 1, date: '2026-10-07', booked: 1, worst: 1, commit: 2, best: 3, plan: 1000000 }
    ]
};
const VALUES = {
    Scope: 'Rep',
    Rep: USER,
    Quarter_Start: '2026-10-01',
    Quarter_Label: 'Q4 FY 2026',
    Plan: 1000000,
    Booked: 670000,
    Open_Pipeline: 900000,
    Worst: 700000,
    Commit: 900000,
    Best: 1200000,
    Expected: 910000,
    Gap: 330000,
    Plan_Probability: 42,
    Confidence: 'High',
    Curve: JSON.stringify(CURVE),
    Detail: JSON.stringify(DETAIL),
    Scored_At: '2026-11-22T14:00:00.000Z'
};

function nodeOf(Id, values) {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return { Id, ...Object.fromEntries(given.map(([name, value]) => [`Sidecar_${name}__c`, { value }])) };
}

/** A row of the projection; undefined leaves a field out, as `@optional` does. */
export const row = (changes = {}, Id = 'a03A') => ({ node: nodeOf(Id, { ...VALUES, ...changes }) });

/** A row of which only whose it is may be asked. */
export function choice(Id, Scope, Rep, name, Quarter_Start = '2026-10-01') {
    const owner = name ? { Name: { value: name } } : null;
    return { node: { ...nodeOf(Id, { Scope, Rep, Quarter_Start }), Sidecar_Rep__r: owner } };
}

export const action = (Id, Subject, Impact = 150000) => ({
    node: {
        ...nodeOf(Id, { Subject, Impact, Priority: 'High', Kind: 'Pull-in', Due_Date: '2026-12-01', Opportunity: Id }),
        Sidecar_Opportunity__r: { Name: { value: `Deal ${Id}` } },
        Sidecar_Assignee__r: { Name: { value: 'Ana Silva' } }
    }
});

export const CHOICES = [
    choice('a03C', 'Rep', COLLEAGUE, 'Zoe Grimton'),
    choice('a03D', 'Org', null),
    choice('a03B', 'Team', USER, 'Ana Silva'),
    choice('a03A', 'Rep', USER, 'Ana Silva'),
    choice('a03E', 'Team', COLLEAGUE, 'Zoe Grimton'),
    choice('a03Z', 'Rep', USER, 'Ana Silva', '2026-07-01')
];

export function answer({
    rows = [row()],
    choices = CHOICES,
    actions = [action('1', 'Call'), action('2', 'Visit')]
} = {}) {
    return {
        uiapi: {
            query: {
                rows: { edges: rows },
                choices: { edges: choices },
                actions: { totalCount: actions.length, edges: actions }
            }
        }
    };
}
