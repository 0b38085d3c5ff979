import SidecarChart from 'c/sidecarChart';
import { find, findAll, mount, settle, unmountAll } from 'test/support';

const CHART = {
    heading: 'By month',
    columns: ['Month', 'Booked'],
    rows: [
        ['Oct', '$1'],
        ['Nov', '$2']
    ]
};

afterEach(unmountAll);

it('shows the picture first and the table on request, and back', async () => {
    const element = mount('c-sidecar-chart', SidecarChart, CHART);
    await settle();
    expect(find(element, 'table')).toBeNull();
    const toggle = find(element, '.head__toggle');
    expect(toggle.getAttribute('aria-label')).toBe('Show By month as a table');
    toggle.click();
    await settle();
    expect(findAll(element, 'thead th').map((head) => head.textContent)).toEqual(['Month', 'Booked']);
    expect(findAll(element, 'tbody th').map((head) => head.textContent)).toEqual(['Oct', 'Nov']);
    expect(toggle.getAttribute('aria-label')).toBe('Show By month as a chart');
    await expect(element).toBeAccessible();
    toggle.click();
    await settle();
    expect(find(element, 'table')).toBeNull();
});
