import SidecarReasonList from 'c/sidecarReasonList';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(reasons) {
    const element = mount('c-sidecar-reason-list', SidecarReasonList, { reasons });
    await settle();
    return element;
}

function links(element) {
    return findAll(element, 'c-sidecar-record-link').map(({ label, objectApiName }) => [label, objectApiName]);
}

it('says the direction in words as well as with sign, icon and colour', async () => {
    const element = await show([
        { points: -12, text: 'Cases', recordIds: [] },
        { points: 1, text: 'Usage', recordIds: [] }
    ]);
    expect(findAll(element, 'li').map((item) => item.textContent.replace(/\s+/g, ''))).toEqual([
        '-12lowersthescoreby12pointsCases',
        '+1liftsthescoreby1pointUsage'
    ]);
    expect(findAll(element, 'lightning-icon').map((icon) => icon.iconName)).toEqual([
        'utility:arrowdown',
        'utility:arrowup'
    ]);
    await expect(element).toBeAccessible();
});

it('names links by the kind of record, and numbers them when there are several', async () => {
    const reasons = [
        { points: 1, text: 'a', recordIds: ['5005e000001AbCdAAK'] },
        { points: 1, text: 'b', recordIds: ['02i5e000001AbCdAAK', '02i5e000001AbCeAAK'] },
        { points: 1, text: 'c', recordIds: ['a0X5e000001AbCdAAK'] },
        { points: 1, text: 'd', recordIds: ['a0X5e000001AbCdAAK'], dimension: 'deployment' }
    ];
    expect(links(await show(reasons))).toEqual([
        ['Case', 'Case'],
        ['Asset 1', 'Asset'],
        ['Asset 2', 'Asset'],
        ['Record', undefined],
        ['Deployment', undefined]
    ]);
});

it('links the first five records and counts the others', async () => {
    const recordIds = Array.from({ length: 7 }, (_, index) => `5005e00000100${index}AAK0`);
    const element = await show([{ points: -3, text: 'Many', recordIds }]);
    expect(links(element)).toHaveLength(5);
    expect(textOf(element)).toContain('and 2 more');
});

it('shows the five heaviest, all on request', async () => {
    const reasons = Array.from({ length: 11 }, (_, index) => ({
        points: -index,
        text: `Reason ${index}`,
        recordIds: []
    }));
    const element = await show(reasons);
    expect(findAll(element, 'li')).toHaveLength(5);
    const toggle = find(element, 'lightning-button');
    expect(toggle.label).toBe('Show all 11 reasons');
    toggle.click();
    await settle();
    expect(findAll(element, 'li')).toHaveLength(11);
    expect(toggle.label).toBe('Show fewer');
});
