import SidecarStagePath from 'c/sidecarStagePath';
import { stagePathView } from '../stagePathView';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

const WON = { lower: 10, typical: 18, upper: 30, sample: 40 };
const STAGES = [
    { name: 'Discovery', days: 4, ...WON },
    { name: 'Planning', days: 30, ...WON },
    { name: '<img src=x onerror=alert(1)> عقد 🚀', days: 61, ...WON },
    { name: 'Pilot', days: 1, lower: null, typical: null, upper: null, sample: 0 }
];

afterEach(unmountAll);

async function show(stages = STAGES) {
    const element = mount('c-sidecar-stage-path', SidecarStagePath, { stages });
    await settle();
    return element;
}

const textsIn = (element, selector) => findAll(element, selector).map((found) => found.textContent.trim());

it('tells of each stage its days and how won deals compare, in words', async () => {
    const element = await show();
    expect(textsIn(element, '.stage__name')).toEqual(STAGES.map(({ name }) => name));
    expect(textsIn(element, '.stage__days')).toEqual(['4 days', '30 days', '61 days', '1 day']);
    expect(textsIn(element, '.pace')).toEqual([
        'Quicker than most',
        'Like won deals',
        'Slower than most',
        'Too few won deals'
    ]);
    expect(find(element, 'img')).toBeNull();
    await expect(element).toBeAccessible();
});

it('gives the same as a table', async () => {
    const element = await show();
    find(element, '.head__toggle').click();
    await settle();
    const rows = findAll(element, 'tbody tr').map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows[0]).toEqual(['Discovery', '4 days', '10 to 30 days', 'Quicker than most']);
    expect(rows[3]).toEqual(['Pilot', '1 day', '–', 'Too few won deals']);
    await expect(element).toBeAccessible();
});

it('draws no band where too few deals were won', async () => {
    const element = await show();
    expect(findAll(element, '.scale__won')).toHaveLength(3);
    expect(findAll(element, '.scale__here')).toHaveLength(4);
});

it('has all stages on one scale that holds the longest', () => {
    const places = stagePathView(STAGES).lines.map(({ places: { days } }) => parseFloat(days));
    expect(places[2] / places[0]).toBeCloseTo(61 / 4);
    expect(Math.max(...places)).toBeLessThan(100);
});

it('takes a deal that left a stage on the same day', () => {
    const [line] = stagePathView([{ name: 'Discovery', days: 0, lower: 0, typical: 0, upper: 0, sample: 9 }]).lines;
    expect(line.pace.word).toBe('Like won deals');
    expect(line.places.days).toBe('0%');
});
