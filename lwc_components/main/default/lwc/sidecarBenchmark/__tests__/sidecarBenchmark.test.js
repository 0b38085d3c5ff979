import SidecarBenchmark from 'c/sidecarBenchmark';
import { findAll, mount, settle, textOf, unmountAll } from 'test/support';

const BENCHMARK = { kind: 'Upsell', won: 84, closed: 210, medianArr: 120000, medianCycle: 96, age: 100 };

afterEach(unmountAll);

async function show(changes) {
    const element = mount('c-sidecar-benchmark', SidecarBenchmark, { benchmark: { ...BENCHMARK, ...changes } });
    await settle();
    return element;
}

it('compares the deal with closed deals of its kind', async () => {
    const element = await show({});
    expect(findAll(element, '.figure__value').map((value) => value.textContent)).toEqual(['40%', '$120K', '96 days']);
    expect(textOf(element)).toContain('84 of 210 closed Upsell deals');
    expect(textOf(element)).toContain('This deal is 100 days old');
    await expect(element).toBeAccessible();
});

it('speaks of all closed deals where the kind is not known', async () => {
    expect(textOf(await show({ kind: '' }))).toContain('84 of 210 closed deals');
});

it('leaves out what is not known', async () => {
    const element = await show({ medianArr: null, medianCycle: null });
    expect(findAll(element, '.figure__value')).toHaveLength(1);
});
