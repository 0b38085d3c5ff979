import { factorRows } from '../factorRows';

const factor = (points) => ({ label: `Factor ${points}`, points, text: '' });
const sum = (rows) => rows.reduce((total, row) => total + Number(row.points), 0);

it('draws up to the right of the middle and down to the left, the widest over its whole half', () => {
    const [up, down] = factorRows([factor(10), factor(-5)], 20, 25, 'Rest');
    expect([up.x, up.width]).toEqual(['50%', '50%']);
    expect([down.x, down.width]).toEqual(['25%', '25%']);
});

it('adds what is left over as a row of its own, so that the rows add up to the result', () => {
    const rows = factorRows([factor(10), factor(-5)], 20, 27, 'Rest');
    expect(rows.at(-1)).toMatchObject({ label: 'Rest', points: '+2' });
    expect(20 + sum(rows)).toBe(27);
});

it('has no such row for what rounding hides', () => {
    expect(factorRows([factor(10)], 20, 30.04, 'Rest')).toHaveLength(1);
});

it('does not know what is left over without a base rate', () => {
    expect(factorRows([factor(10)], null, 99, 'Rest')).toHaveLength(1);
});

it('draws nothing for points of zero', () => {
    expect(factorRows([factor(0)], 20, 20, 'Rest')[0].width).toBe('0%');
});
