import SidecarProof from 'c/sidecarProof';
import { proofView } from '../proofView';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const BINS = [
    { predicted: 0.1, observed: 0.08, n: 60 },
    { predicted: 0.5, observed: 0.55, n: 40 },
    { predicted: 0.9, observed: 0.86, n: 22 }
];
const PROOF = {
    kind: 'Net New',
    since: '2026-02-15',
    n: 122,
    won: 36,
    brier: 0.174,
    stage_rate_brier: 0.183,
    ece: 0.084,
    reliability: BINS
};

afterEach(unmountAll);

async function show(proof) {
    const element = mount('c-sidecar-proof', SidecarProof, { proof, subject: 'Win probability' });
    await settle();
    return element;
}

async function open(proof) {
    const element = await show(proof);
    find(element, '.ask').click();
    await settle();
    return element;
}

it('waits to be asked', async () => {
    const element = await show(PROOF);
    expect(find(element, '[role="dialog"]')).toBeNull();
    expect(find(element, '.ask').getAttribute('aria-expanded')).toBe('false');
    await expect(element).toBeAccessible();
});

it('says what was judged, since when, against what and how far off', async () => {
    const element = await open(PROOF);
    expect(findAll(element, '.popover__line').map((line) => line.textContent)).toEqual([
        'Compared with what became of 122 Net New deals (36 won) that the model had not seen.',
        'Learned until Feb 15, 2026, judged on what came after.',
        "Brier score 0.174 against 0.183 from the stage's win rate: 5% closer to what happened. Lower is better.",
        'On average the probability was 8.4 points away from the share that was won.'
    ]);
    await expect(element).toBeAccessible();
});

it('draws predicted against won, in words and as a table too', async () => {
    const element = await open(PROOF);
    expect(find(element, 'svg[role="img"]').getAttribute('aria-label')).toContain('50% predicted, 55% won (40 deals)');
    expect(findAll(element, 'circle')).toHaveLength(3);
    find(element, '.head__toggle').click();
    await settle();
    const rows = findAll(element, 'tbody tr').map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows).toEqual([
        ['10%', '8%', '60'],
        ['50%', '55%', '40'],
        ['90%', '86%', '22']
    ]);
    await expect(element).toBeAccessible();
});

it('takes the keyboard when it opens and gives it back on Escape', async () => {
    const element = await open(PROOF);
    expect(element.shadowRoot.activeElement).toBe(find(element, '.popover__close'));
    const escape = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true });
    find(element, '.popover__close').dispatchEvent(escape);
    await settle();
    expect(find(element, '[role="dialog"]')).toBeNull();
    expect(element.shadowRoot.activeElement).toBe(find(element, '.ask'));
});

it('stays open for other keys and closes on its button', async () => {
    const element = await open(PROOF);
    const letter = new KeyboardEvent('keydown', { key: 'a', bubbles: true });
    find(element, '.popover__close').dispatchEvent(letter);
    await settle();
    expect(find(element, '[role="dialog"]')).not.toBeNull();
    find(element, '.popover__close').click();
    await settle();
    expect(find(element, '[role="dialog"]')).toBeNull();
});

it.each([undefined, null, {}, { n: 0 }, { n: '122' }, 'cut'])('says that nothing is proved with %j', async (proof) => {
    expect(textOf(await open(proof))).toContain('Not proved yet');
});

const RENEWALS = {
    basis: 'Fitted on 412 past renewals (14 % lost) with their health 90 days before',
    renewals: 148,
    lost: 21,
    since: '2025-11-22',
    auc: 0.78,
    brier: 0.098,
    usual_brier: 0.122,
    bands: [
        { band: 'Red', n: 30, predicted: 0.36, observed: 0.4 },
        { band: 'Green', n: 118, predicted: 0.07, observed: 0.076 },
        { band: 'Violet', n: 3, predicted: 0.1, observed: 0.1 },
        { band: 'Yellow', n: 3, predicted: null, observed: 0.1 }
    ]
};

it('says of a churn risk what it rests on and what became of renewals it had not seen, by band', async () => {
    const element = await open(RENEWALS);
    expect(findAll(element, '.popover__line').map((line) => line.textContent)).toEqual([
        'Fitted on 412 past renewals (14% lost) with their health 90 days before.',
        'Compared with what became of 148 renewals (21 lost) that had taught it nothing.',
        "Learned from renewals decided before Nov 22, 2025, judged on those decided since, by the customer's health well before each.",
        'Of one lost and one kept renewal, the lost one had the higher risk in 78% of cases. A coin toss: 50%.',
        'Brier score 0.098 against 0.122 with one risk for everybody: 20% closer to what happened. Lower is better.',
        'At risk: 36% risk given, 40% lost (30 renewals)',
        'Healthy: 7% risk given, 8% lost (118 renewals)'
    ]);
    await expect(element).toBeAccessible();
});

it.each([undefined, null, 0])(
    'says what a churn risk rests on and that it is not proved with %j renewals',
    (renewals) => {
        const { lines } = proofView({ basis: 'From the health score', renewals });
        expect(lines[0]).toBe('From the health score.');
        expect(lines[1]).toContain('Not proved yet: fewer than 30 renewals');
        expect(lines).toHaveLength(2);
    }
);

it('claims nothing of a churn risk that was no better than one risk for everybody', () => {
    const { lines } = proofView({ renewals: 40, lost: 0, since: '2025-11-22', brier: 0.05, usual_brier: 0.05 });
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('no closer to what happened');
});

describe('what it says', () => {
    it('claims nothing against a stage rate that was as good', () => {
        const { lines } = proofView({ ...PROOF, brier: 0.19 });
        expect(lines[2]).toContain('no closer to what happened');
    });

    it('leaves out what is not given', () => {
        const { lines, chart } = proofView({ n: 80, won: 20, brier: 0.2 });
        expect(lines).toEqual([
            'Compared with what became of 80 deals (20 won) that the model had not seen.',
            'Brier score 0.2. Lower is better; a coin toss has 0.25.'
        ]);
        expect(chart).toBeNull();
    });

    it('tells how past quarters ended against their projections', () => {
        const proof = { quarters: 10, since: '2024-04-01', held: 0.81, error: 120400, stage_weighted_error: 310000 };
        expect(proofView(proof, 'EUR').lines).toEqual([
            'Tried on 10 past quarters since Apr 1, 2024, each with what was known then.',
            '81% of the outcomes lay between worst and best.',
            'Commit was typically €120K off; amounts times stage percentages were €310K off.'
        ]);
    });

    it('keeps every dot inside the picture and drops groups that say nothing', () => {
        const reliability = [
            ...BINS,
            { predicted: 1.7, observed: -2, n: 5 },
            { predicted: 0.2, observed: null, n: 5 },
            null
        ];
        const { dots } = proofView({ ...PROOF, reliability }).chart;
        expect(dots).toHaveLength(4);
        expect(dots[3]).toMatchObject({ x: 100, y: 100 });
    });
});
