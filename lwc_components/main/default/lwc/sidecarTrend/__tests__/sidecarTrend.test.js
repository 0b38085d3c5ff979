import SidecarTrend from 'c/sidecarTrend';
import { piecesOf, trendView } from '../trendView';
import { find, findAll, mount, settle, textOf, unmountAll } from 'test/support';

const DAYS = ['2026-11-01', '2026-11-08', '2026-11-15', '2026-11-22'];
const line = (name, ...values) => ({ name, points: values.map((value, index) => ({ day: DAYS[index], value })) });

async function show(series, properties = {}) {
    const element = mount('c-sidecar-trend', SidecarTrend, { heading: 'Last 4 weeks', series, ...properties });
    await settle();
    return element;
}

afterEach(unmountAll);

it('tells in words what it shows', async () => {
    const element = await show([line('Health', 60, 58, 55, 51), line('Technical', null, 80, 70, null)]);
    expect(find(element, 'svg[role="img"]').getAttribute('aria-label')).toBe(
        'Last 4 weeks. Health: 60 on Nov 1, 51 on Nov 22. Technical: 80 on Nov 8, 70 on Nov 15.'
    );
    expect(textOf(element)).toContain('Health51');
    await expect(element).toBeAccessible();
});

it('is a table on request', async () => {
    const element = await show([line('Win probability', 20, null, 30.4, 45)], { isPercent: true });
    find(element, 'button').click();
    await settle();
    const rows = findAll(element, 'tbody tr').map((row) => row.textContent);
    expect(rows).toEqual(['Nov 120%', 'Nov 8–', 'Nov 1530%', 'Nov 2245%']);
    await expect(element).toBeAccessible();
});

it('draws a gap where nothing is known, and a point between gaps', () => {
    const placeOf = (day) => DAYS.indexOf(day);
    expect(piecesOf(line('x', 10, 20, null, 40).points, placeOf)).toEqual([
        ['0,90', '1,80'],
        ['3,60', '3,60']
    ]);
});

it('keeps to the picture, whatever comes', () => {
    expect(piecesOf(line('x', -20, 180).points, () => 0)).toEqual([['0,100', '0,0']]);
    const lonely = trendView([{ name: 'x', points: [{ day: DAYS[0], value: 5 }] }], false);
    expect(lonely.lines[0].pieces[0].points).toBe('50,95 50,95');
    expect(trendView([], false).rows).toEqual([]);
    expect(trendView([line('x', null, null)], false).words).toBe('x –');
});
