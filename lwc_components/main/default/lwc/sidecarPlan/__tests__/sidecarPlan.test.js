import { planHeadline, segmentName, shareOfPlan } from 'c/sidecarPlan';

it('says how far it is to plan, and when it is reached', () => {
    expect(planHeadline({ booked: 670000, plan: 1000000, gap: 330000 }, 'USD')).toBe('67% of plan booked, $330K to go');
    expect(planHeadline({ booked: 1200000, plan: 1000000, gap: -200000 }, 'USD')).toBe('Plan reached: 120% booked');
});

it.each([
    [{ booked: 5, plan: null, gap: null }],
    [{ booked: 5, plan: 0, gap: -5 }],
    [{ booked: null, plan: 9, gap: 9 }]
])('says nothing of a share of %j', (figures) => {
    expect(planHeadline(figures)).toBe('');
});

it('has no share without a plan', () => {
    expect(shareOfPlan(1, 4)).toBe(25);
    expect(shareOfPlan(1, 0)).toBeNull();
    expect(shareOfPlan(null, 4)).toBeNull();
});

it('keeps the name of a segment that is not one of ours', () => {
    expect(segmentName('Net New')).toBe('Net New');
    expect(segmentName('Land')).toBe('Land');
});
