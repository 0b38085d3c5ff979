import SidecarActionCallout from 'c/sidecarActionCallout';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

afterEach(unmountAll);

async function show(properties) {
    const element = mount('c-sidecar-action-callout', SidecarActionCallout, properties);
    await settle();
    return element;
}

const texts = (element) => findAll(element, 'h3, p').map((part) => part.textContent);

it('says what to do, why now, and who should do it', async () => {
    const element = await show({ heading: 'Next', text: 'Call <b>Ana</b>', why: 'Silent for 20 days', owner: 'AE' });
    expect(texts(element)).toEqual(['Next', 'Call <b>Ana</b>', 'Silent for 20 days']);
    expect(find(element, 'lightning-badge').label).toBe('AE');
    await expect(element).toBeAccessible();
});

it('leaves out reason and owner where none is known', async () => {
    const element = await show({ heading: 'Next', text: 'Call Ana' });
    expect(texts(element)).toEqual(['Next', 'Call Ana']);
    expect(find(element, 'lightning-badge')).toBeNull();
});
