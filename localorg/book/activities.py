"""Tasks and events of the deals, and the accounts' quarterly reviews.

Deals that stand still get less and less attention: their activities thin out, so that a stalled deal shows. A demo
within seven days of the start is an event "Product demo" of that week."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localorg.book.columns import DAY_MS, Bools, Column, Ints, audit, constant, days, moments, pick, repeat_within
from localorg.book.opportunities import Times
from localorg.book.people import AccountPeople
from localorg.book.steps import workday
from localorg.book.world import World

_TASKS = (
    "Call: follow up",
    "Email: next steps",
    "Send pricing",
    "Prepare proposal",
    "Call: stakeholder",
    "Email: technical answers",
)
_EVENTS = (
    "Discovery meeting",
    "Architecture workshop",
    "POV checkpoint",
    "Executive briefing",
    "Weekly sync",
    "Security review",
)
_DEMO, _REVIEW = len(_EVENTS), len(_EVENTS) + 1
_PER_WEEK = 0.5


@dataclass(frozen=True)
class Activities:
    """Rows of activities. deal -1: an account's review. day: when it is due or takes place."""

    deal: Ints
    account: Ints
    day: Ints
    kind: Ints  # index of the subject
    is_event: Bools
    done: Bools
    overdue: Bools

    def last_done(self, target: Ints, count: int) -> Ints:
        """The last day with something done for each target (deal or account; -1 is nobody), -1 for none."""
        last = np.full(count, -1, np.int64)
        real = self.done & (target >= 0)
        np.maximum.at(last, target[real], self.day[real])
        return last


def make_activities(world: World) -> Activities:
    """Activities of the deals over their lives, demos, next steps on the calendar, quarterly reviews."""
    parts = [_along(world), _demos(world), _ahead(world), _reviews(world)]
    names = ("deal", "account", "day", "kind", "is_event", "done", "overdue")
    return Activities(*(np.concatenate([getattr(p, n) for p in parts]) for n in names))


def _rows(world: World, deal: Ints, day: Ints, kind: Ints, is_event: Bools, done: Bools) -> Activities:
    account = np.where(world.loose[deal], -1, world.deals.account[deal])
    return Activities(deal, account, day, kind, is_event, done, ~done & (day < world.today))


def _along(world: World) -> Activities:
    deals, rng = world.deals, world.settings.rng("activities")
    is_open = deals.is_open
    until = np.where(is_open, world.today - 1, deals.walk.ended)
    life = until - deals.births.day
    number = np.minimum(rng.poisson(_PER_WEEK * (life / 7.0) ** 0.9 + 0.6), 60)
    deal, _ = repeat_within(number)
    stalled = is_open & (deals.walk.age >= 8)
    late = rng.random(len(deal)) ** np.where(stalled, 2.4, 0.9)[deal]
    day = np.maximum(workday(deals.births.day[deal] + (late * life[deal]).astype(np.int64)), deals.births.day[deal])
    is_event = rng.random(len(deal)) < 0.42
    kind = rng.integers(0, len(_TASKS), len(deal))
    done = is_event | ~is_open[deal] | (rng.random(len(deal)) < 0.95)
    return _rows(world, deal, day, kind, is_event, done)


def _demos(world: World) -> Activities:
    """The early demos, and later ones of deals that got as far."""
    deals, rng = world.deals, world.settings.rng("demos")
    early = deals.profile.demo == 1
    later = ~early & (deals.walk.stage != 0) & (rng.random(len(deals)) < 0.4)
    until = np.where(deals.is_open, world.today - 1, deals.walk.ended)
    start = deals.births.day + np.where(early, rng.integers(1, 8, len(deals)), rng.integers(9, 50, len(deals)))
    deal = np.flatnonzero(early | (later & (start <= until)))
    day = np.minimum(start, until)[deal]
    return _rows(
        world, deal, day, np.full(len(deal), _DEMO), np.ones(len(deal), np.bool_), np.ones(len(deal), np.bool_)
    )


def _ahead(world: World) -> Activities:
    """What is planned for the coming weeks with open deals, less with stalled ones."""
    deals, rng = world.deals, world.settings.rng("ahead")
    chance = np.where(deals.walk.age >= 8, 0.12, 0.5)
    deal = np.flatnonzero(deals.is_open & (rng.random(len(deals)) < chance))
    day = world.today + rng.integers(0, 18, len(deal))
    day = np.where((day + 3) % 7 > 4, day + 2, day)
    kind = rng.integers(0, len(_TASKS), len(deal))
    return _rows(world, deal, day, kind, rng.random(len(deal)) < 0.4, np.zeros(len(deal), np.bool_))


def _reviews(world: World) -> Activities:
    """A review with each customer in most quarters of the last year."""
    rng, count = world.settings.rng("reviews"), len(world.accounts)
    account = np.tile(np.arange(count, dtype=np.int64), 4)
    day = workday(world.today - 1 - np.repeat(np.arange(4) * 91, count) - rng.integers(0, 85, 4 * count))
    kept = rng.random(4 * count) < 0.6
    account, day = account[kept], day[kept]
    yes = np.ones(len(account), np.bool_)
    return Activities(np.full(len(account), -1), account, day, np.full(len(account), _REVIEW), yes, yes, ~yes)


def _owner(world: World, acts: Activities, rows: Ints) -> Ints:
    """Reps do most; solution consultants run workshops, proofs of value and demos; CSMs the reviews."""
    deal, kind = acts.deal[rows], acts.kind[rows]
    rep = np.where(deal >= 0, world.deals.rep[deal], world.accounts.rep[acts.account[rows]])
    technical = acts.is_event[rows] & np.isin(kind, (1, 2, 5, _DEMO))
    return np.where(kind == _REVIEW, world.staff.csm_of(rep), np.where(technical, world.staff.consultant_of(rep), rep))


def _common(
    world: World, acts: Activities, rows: Ints, times: Times, people: AccountPeople, rng: np.random.Generator
) -> dict[str, Column]:
    """Columns that tasks and events share."""
    deal, account = acts.deal[rows], acts.account[rows]
    who = people.first[account] + rng.integers(0, 2, len(rows))
    what = np.where(deal >= 0, deal, len(world.deals) + account)
    targets = pa.concat_arrays([world.deal_ids, world.account_ids])
    by = pick(world.users, _owner(world, acts, rows))
    now = world.today * DAY_MS - 1000
    born = np.where(deal >= 0, times.created[deal], 0)
    made = np.maximum(np.minimum(acts.day[rows] * DAY_MS - rng.integers(0, 6 * 86_400, len(rows)) * 1000, now), born)
    closed = np.where(
        acts.done[rows],
        np.minimum(acts.day[rows] * DAY_MS + rng.integers(12 * 3600, 20 * 3600, len(rows)) * 1000, now),
        0,
    )
    return {
        "WhoId": pick(people.ids, who, (account < 0) | (rng.random(len(rows)) < 0.25)),
        "WhatId": pick(targets, what),
        "AccountId": pick(world.account_ids, account),
        "OwnerId": by,
        **audit(made, np.maximum(made, closed), by),
    }


def task_table(world: World, acts: Activities, times: Times, people: AccountPeople) -> pa.Table:
    """The tasks: completed ones, overdue ones, and those still ahead."""
    rows = np.flatnonzero(~acts.is_event)
    done = acts.done[rows]
    common = _common(world, acts, rows, times, people, world.settings.rng("tasks"))
    return pa.table(
        {
            "Id": world.ids("Task", len(rows)),
            "Subject": pick(_TASKS, acts.kind[rows]),
            "TaskSubtype": pick(("Call", "Email", "Task", "Task", "Call", "Email"), acts.kind[rows]),
            "ActivityDate": days(acts.day[rows]),
            "Status": pick(
                ("Not Started", "Completed", "In Progress"), np.where(done, 1, np.where(acts.overdue[rows], 2, 0))
            ),
            "Priority": pick(("Normal", "High"), (acts.kind[rows] == 3).astype(np.int64)),
            "IsHighPriority": pa.array(acts.kind[rows] == 3),
            "IsClosed": pa.array(done),
            "CompletedDateTime": pc.if_else(pa.array(done), common["LastModifiedDate"], None),
            "IsArchived": constant(False, len(rows)),
            **common,
        }
    )


def event_table(world: World, acts: Activities, times: Times, people: AccountPeople) -> pa.Table:
    """The events: meetings, demos, reviews, of an hour each."""
    rows = np.flatnonzero(acts.is_event)
    rng = world.settings.rng("events")
    start = acts.day[rows] * DAY_MS + rng.integers(16, 36, len(rows)) * 1_800_000
    return pa.table(
        {
            "Id": world.ids("Event", len(rows)),
            "Subject": pick((*_EVENTS, "Product demo", "Quarterly business review"), acts.kind[rows]),
            "ActivityDate": days(acts.day[rows]),
            "ActivityDateTime": moments(start),
            "StartDateTime": moments(start),
            "EndDateTime": moments(start + 3_600_000),
            "DurationInMinutes": constant(60, len(rows)),
            "IsAllDayEvent": constant(False, len(rows)),
            "ShowAs": constant("Busy", len(rows)),
            **_common(world, acts, rows, times, people, rng),
        }
    )
