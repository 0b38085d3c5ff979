import { navigate } from 'lightning/navigation';
import SidecarRecordLink from 'c/sidecarRecordLink';
import { find, mount, settle, unmountAll } from 'test/support';

const CASE = '5005e000001AbCdAAK';

afterEach(unmountAll);

async function show() {
    const properties = { recordId: CASE, objectApiName: 'Case', label: 'Case 1' };
    const element = mount('c-sidecar-record-link', SidecarRecordLink, properties);
    await settle();
    return { element, anchor: find(element, 'a') };
}

function click(anchor, options) {
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, composed: true, ...options });
    anchor.dispatchEvent(event);
    return event;
}

it('is a real link, so that it works with the keyboard and in a new tab', async () => {
    const { element, anchor } = await show();
    expect(anchor.getAttribute('href')).toBe(`/lightning/r/${CASE}/view`);
    expect(anchor.textContent).toBe('Case 1');
    await expect(element).toBeAccessible();
});

it('goes to the record without loading the page anew', async () => {
    const { anchor } = await show();
    expect(click(anchor).defaultPrevented).toBe(true);
    expect(navigate).toHaveBeenCalledWith({
        type: 'standard__recordPage',
        attributes: { recordId: CASE, objectApiName: 'Case', actionName: 'view' }
    });
});

it.each([['ctrlKey'], ['metaKey'], ['shiftKey']])('leaves a click with %s to the browser', async (key) => {
    const { element, anchor } = await show();
    // jsdom has no tabs: what the component leaves to the browser is stopped further out
    const left = [];
    element.addEventListener('click', (event) => {
        left.push(!event.defaultPrevented);
        event.preventDefault();
    });
    click(anchor, { [key]: true });
    expect(left).toEqual([true]);
    expect(navigate).not.toHaveBeenCalled();
});
