import SidecarRecordLinks from 'c/sidecarRecordLinks';
import { findAll, mount, settle, textOf, unmountAll } from 'test/support';

const CASES = Array.from({ length: 1207 }, (_, index) => `500bK${String(index).padStart(10, '0')}QAI`);

afterEach(unmountAll);

async function show(recordIds, dimension = 'technical') {
    const element = mount('c-sidecar-record-links', SidecarRecordLinks, { recordIds, dimension });
    await settle();
    return element;
}

const labels = (element) => findAll(element, 'c-sidecar-record-link').map(({ label }) => label);

it('names a single record by its kind alone', async () => {
    expect(labels(await show(CASES.slice(0, 1)))).toEqual(['Case']);
});

it('numbers several records and says how many are left out', async () => {
    const element = await show(CASES);
    expect(labels(element)).toEqual(['Case 1', 'Case 2', 'Case 3', 'Case 4', 'Case 5']);
    expect(textOf(element)).toContain('and 1,202 more');
    await expect(element).toBeAccessible();
});

it('shows nothing where there is no record', async () => {
    expect(textOf(await show([]))).toBe('');
});
