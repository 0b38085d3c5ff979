import SidecarWinProbability from 'c/sidecarWinProbability';
import { find, mount, settle, textOf, unmountAll } from 'test/support';

const CHANCES = { probability: 68, low: 63, high: 73, base: 51, sample: 1152 };

afterEach(unmountAll);

async function show(changes = {}) {
    const element = mount('c-sidecar-win-probability', SidecarWinProbability, {
        chances: { ...CHANCES, ...changes },
        confidence: 'High',
        confidenceReason: '972 closed deals went through this stage'
    });
    await settle();
    return element;
}

it('shows the probability with its range, the base rate and what it rests on', async () => {
    const element = await show();
    const text = textOf(element);
    expect(find(element, '.number').textContent).toBe('68%');
    expect(text).toContain('Likely between 63% and 73%');
    expect(text).toContain('Base rate: 51% of 1,152 closed deals were won');
    expect(text).toContain('972 closed deals went through this stage');
    expect(find(element, '.line__value').getAttribute('cx')).toBe('68%');
    await expect(element).toBeAccessible();
});

it('leaves out a range and a base rate that are not known', async () => {
    const element = await show({ low: null, base: null });
    expect(textOf(element)).not.toMatch(/Likely|Base rate/);
    expect(find(element, '.line__range')).toBeNull();
    expect(find(element, '.line__mark')).toBeNull();
});
