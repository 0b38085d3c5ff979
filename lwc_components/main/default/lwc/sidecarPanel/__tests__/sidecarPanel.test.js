import SidecarPanel from 'c/sidecarPanel';
import { NOW, find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const FRESH = '2026-11-22T12:00:00.000Z';
const OLD = '2026-11-20T12:00:00.000Z';

async function show(properties) {
    const element = mount('c-sidecar-panel', SidecarPanel, { heading: 'The quarter', ...properties });
    await settle();
    return element;
}

/** The place for the content of the panel that uses this one. */
const contentOf = (element) => element.shadowRoot.querySelector('slot:not([name])');

beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(unmountAll);

describe('sidecarPanel', () => {
    it('waits for an answer', async () => {
        const element = await show({});
        expect(find(element, '[role="status"]').textContent).toContain('Loading');
        expect(contentOf(element)).toBeNull();
        await expect(element).toBeAccessible();
    });

    it('shows errors in place of everything else and passes a retry on', async () => {
        const element = await show({ errors: [{ message: 'No such row' }], view: { isFresh: true, scoredAt: FRESH } });
        const retried = jest.fn();
        element.addEventListener('retry', retried);
        expect(textOf(element)).toContain('No such row');
        expect(contentOf(element)).toBeNull();
        find(element, 'lightning-button').click();
        expect(retried).toHaveBeenCalledTimes(1);
        await expect(element).toBeAccessible();
    });

    it('names the permission set where the user may not see anything', async () => {
        const element = await show({ view: { isHidden: true } });
        expect(textOf(element)).toContain('permission set Sidecar User');
        expect(contentOf(element)).toBeNull();
    });

    it('gives its place to the content, and to why there is none', async () => {
        const empty = { heading: 'Not scored yet', message: 'Wait for the next run.', iconName: 'utility:clock' };
        const element = await show({ view: { empty } });
        expect(textOf(element)).toMatch(/Not scored yet ?Wait for the next run\./);
        expect(contentOf(element)).not.toBeNull();
        await expect(element).toBeAccessible();
    });

    it.each([
        ['above the content when it is old', { isStale: true, isFresh: false, scoredAt: OLD }, 2, 0],
        ['below the content when it is fresh', { isStale: false, isFresh: true, scoredAt: FRESH }, 0, 2]
    ])('says when it was scored, %s', async (_, view, before, after) => {
        const element = await show({ view: { ...view, detailNotice: 'Only the numbers.' } });
        const scored = find(element, 'c-sidecar-scored-at');
        const notice = findAll(element, 'c-sidecar-notice').find((each) => each.message === 'Only the numbers.');
        const order = scored.compareDocumentPosition(notice);
        expect(order & Node.DOCUMENT_POSITION_FOLLOWING ? before : after).toBe(2);
        await expect(element).toBeAccessible();
    });
});
