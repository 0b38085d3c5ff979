"""Sidecar_Plan__c: what each rep must book, and for the running quarter each account's share of it.

Two kinds of rows, told apart by which lookup is filled; never both:
- **rep rows** (Rep set, Account empty): one per rep x quarter x segment x pillar. Their sum is the team's plan.
- **account rows** (Account set, Rep empty), running quarter only: account x segment, Pillar empty. The rows of a rep's
  accounts split that rep's plan of the segment to the dollar, so they are never added to rep rows.

A rep's plan looks back at what they and the team booked, so that attainment lies around 60 to 125 %; the running
quarter's plan looks at what is booked and what is due."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localorg.book.catalogue import NET_NEW, PILLARS, RENEWAL, UPSELL, WON
from localorg.book.columns import DAY_MS, Column, Floats, Ints, audit, days, digits, join, numbers, pick
from localorg.book.steps import quarter_of, quarter_start
from localorg.book.world import World

_PLAN_SEGMENTS = ("Renew", "Upsell", "Net New")
_CLOSING = np.array(
    [0.12, 0.18, 0.25, 0.33, 0.45, 0.75]
)  # a manager's rule of thumb for deals due in the quarter, by stage


def _first_quarter(world: World) -> int:
    return _running(world) - world.settings.quarters + 1


def _running(world: World) -> int:
    return int(quarter_of(np.array([world.today]))[0])


def _grid(world: World, deals: Ints, amount: Floats, quarter: Ints) -> Floats:
    """Sums over rep x quarter x segment x pillar."""
    first = _first_quarter(world)
    shape = (world.staff.reps, world.settings.quarters, len(_PLAN_SEGMENTS), len(PILLARS))
    out = np.zeros(shape)
    profile = world.deals.profile
    where = (
        world.deals.rep[deals],
        np.clip(quarter - first, 0, shape[1] - 1),
        profile.segment[deals],
        profile.pillar[deals],
    )
    np.add.at(out, where, amount)
    return out


def _expected(world: World, amounts: Floats) -> Floats:
    """Bookings by cell; in the running quarter what is booked and a share of what is due."""
    walk, running = world.deals.walk, _running(world)
    won = np.flatnonzero(walk.stage == WON)
    due = np.flatnonzero(world.deals.is_open & (quarter_of(walk.close) <= running))
    chance = _CLOSING[walk.stage[due]] * np.where(world.deals.profile.segment[due] == RENEWAL, 1.25, 1.0)
    booked = _grid(world, won, amounts[won], quarter_of(walk.ended[won]))
    return booked + _grid(world, due, amounts[due] * np.minimum(chance, 0.95), np.full(len(due), running))


def rep_plans(world: World, amounts: Floats) -> Floats:
    """Plans by rep x quarter x segment x pillar, in thousands of dollars rounded."""
    rng, booked = world.settings.rng("plans"), _expected(world, amounts)
    total = booked.sum(axis=(2, 3))
    team = np.maximum(total.mean(axis=0, keepdims=True), 20_000.0)
    level = np.maximum(total, 0.15 * team) ** 0.6 * team**0.4
    plan = level / rng.uniform(0.74, 1.14, total.shape)
    mix = booked + 0.8 * booked.mean(axis=(0, 1), keepdims=True) + 0.4 * booked.mean(axis=0, keepdims=True) + 1.0
    mix = mix / mix.sum(axis=(2, 3), keepdims=True)
    return np.asarray(np.round(plan[:, :, None, None] * mix / 1000) * 1000, np.float64)


def account_plans(world: World, plans: Floats, amounts: Floats) -> tuple[Ints, Ints, Floats]:
    """Account, segment, amount: each rep's plan of the running quarter, split by what accounts have due or booked."""
    running = _running(world)
    walk, deals = world.deals.walk, world.deals
    due = deals.is_open & (quarter_of(walk.close) <= running) & ~world.loose
    booked = (walk.stage == WON) & (quarter_of(walk.ended) == running)
    use = np.flatnonzero(due | booked)
    own = world.accounts.rep
    weight = np.zeros((len(world.accounts), 3))
    np.add.at(weight, (deals.account[use], deals.profile.segment[use]), amounts[use] * np.where(booked[use], 1.0, 0.7))
    spread = np.array([0.0, 0.05, 0.05])[[RENEWAL, UPSELL, NET_NEW]] * np.median(amounts)
    weight += spread * (world.accounts.weight / world.accounts.weight.mean())[:, None]
    per_rep = np.zeros((world.staff.reps, 3))
    np.add.at(per_rep, own, weight)
    goal = plans[:, -1].sum(axis=2)
    share = np.divide(weight, per_rep[own], out=np.zeros_like(weight), where=per_rep[own] > 0)
    account, segment = np.nonzero(share)
    amount = np.floor((goal[own] * share)[account, segment])
    _hand_out_rest(goal, own[account], segment, amount)
    return account, segment, amount


def _hand_out_rest(goal: Floats, rep: Ints, segment: Ints, amount: Floats) -> None:
    """Give the dollars lost in rounding to the first account of each rep and segment: the rows add up to the plan."""
    cell = rep * 3 + segment
    unique, first, place = np.unique(cell, return_index=True, return_inverse=True)
    given = np.bincount(place, weights=amount, minlength=len(unique))
    amount[first] += goal.ravel()[unique] - given


def plan_table(world: World, amounts: Floats) -> pa.Table:
    """Rep rows of all quarters and account rows of the running one."""
    plans = rep_plans(world, amounts)
    rep, quarter, segment, pillar = (x.ravel() for x in np.indices(plans.shape))
    number = quarter + _first_quarter(world)
    account, account_segment, account_amount = account_plans(world, plans, amounts)
    running = np.full(len(account), _running(world))
    none = np.full(len(account), -1)
    columns = [
        np.concatenate(pair)
        for pair in (
            (rep, none),
            (np.full(len(rep), -1), account),
            (number, running),
            (segment, account_segment),
            (pillar, none),
            (plans.ravel(), account_amount),
        )
    ]
    return _table(world, *columns)


def _table(
    world: World, rep: Ints, account: Ints, quarter: Ints, segment: Ints, pillar: Ints, amount: Floats
) -> pa.Table:
    start = quarter_start(quarter)
    rep_id, account_id = pick(world.users, rep), pick(world.account_ids, account)
    whose = pc.coalesce(rep_id, account_id)
    names, pillars = pick(_PLAN_SEGMENTS, segment), pick(PILLARS, pillar)
    made = (start - 20) * DAY_MS
    by = pick(world.users, np.full(len(rep), world.staff.leader))
    key: Column = join(whose, "|", days(start).cast(pa.string()), "|", names, "|", pillars.fill_null("All"))
    return pa.table(
        {
            "Id": world.ids("Sidecar_Plan__c", len(rep)),
            "Name": join("PLAN-", digits(np.arange(1, len(rep) + 1), 5)),
            "Sidecar_Key__c": key,
            "Sidecar_Rep__c": rep_id,
            "Sidecar_Account__c": account_id,
            "Sidecar_Quarter_Start__c": days(start),
            "Sidecar_Segment__c": names,
            "Sidecar_Pillar__c": pillars,
            "Sidecar_Amount__c": numbers(amount),
            "OwnerId": by,
            **audit(made, made, by),
        }
    )
