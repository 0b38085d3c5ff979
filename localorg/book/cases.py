"""Support cases: more of them, graver and slower ones, and more that come back, where an account's health is poor."""

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from localorg.book.catalogue import PRODUCTS
from localorg.book.columns import DAY_MS, Floats, Ints, audit, constant, digits, draw, join, moments, pick
from localorg.book.installed import Owned
from localorg.book.people import AccountPeople
from localorg.book.world import World

_RATE = np.array([0.10, 0.20, 0.42])  # cases a week of an account with some ten thousand employees, by health class
_PRIORITIES = ("Critical", "High", "Medium", "Low")
_PRIORITY_SHARE = np.array([[0.02, 0.14, 0.52, 0.32], [0.04, 0.22, 0.50, 0.24], [0.11, 0.33, 0.42, 0.14]])
_MEDIAN_DAYS = np.array([3.0, 6.0, 10.0, 14.0])
_REOPENED = np.array([0.03, 0.06, 0.12])  # of the closed cases, by health class
_SLOWER = np.array([0.8, 1.0, 1.8])
_SUBJECTS = (
    "upgrade fails on two nodes",
    "policy push takes too long",
    "log ingestion gap",
    "agent offline after patch",
    "false positives in detection",
    "SSO login error",
    "question on configuration",
    "high CPU after update",
    "missing alerts",
    "licence count differs",
)


@dataclass(frozen=True)
class _Cases:
    """Arrays over cases. parent: the case that it goes on with, -1 for most; lasted: days it takes, or will."""

    account: Ints
    state: Ints
    created: Ints
    priority: Ints
    lasted: Floats
    product: Ints
    parent: Ints


def _draw_cases(world: World, owned: Owned) -> _Cases:
    rng, accounts = world.settings.rng("cases"), world.accounts
    customers, first, owns = np.unique(owned.account, return_index=True, return_counts=True)
    count = world.settings.telemetry_weeks
    weeks = world.today - 7 * np.arange(count, 0, -1, dtype=np.int64)
    health = accounts.health[customers][:, world.steps.of_day(weeks)]
    size = np.clip((accounts.employees[customers] / 12_000.0) ** 0.35, 0.5, 2.5)
    since = np.minimum.reduceat(owned.since, first) if len(first) else first
    until = np.maximum.reduceat(owned.until, first) if len(first) else first
    there = (weeks >= since[:, None]) & (weeks < until[:, None])
    number = rng.poisson(_RATE[health] * size[:, None] * there)
    which, week = (x.ravel() for x in np.nonzero(number))
    times = number[which, week]
    which, week = np.repeat(which, times), np.repeat(week, times)
    state, count = health[which, week].astype(np.int64), len(which)
    created = weeks[week] * DAY_MS + rng.integers(0, 7 * 86_400, count) * 1000
    priority = np.array([draw(_PRIORITY_SHARE[h], count, rng) for h in range(3)])[state, np.arange(count)]
    lasted = _MEDIAN_DAYS[priority] * _SLOWER[state] * np.exp(rng.normal(0, 0.8, count))
    product = owned.product[first[which] + rng.integers(0, 1 << 30, count) % owns[which]] if count else which
    return _Cases(customers[which], state, created, priority, lasted, product, np.full(count, -1))


def _reopened(cases: _Cases, now: int, rng: np.random.Generator) -> _Cases:
    """Cases that go on with closed ones: the customer was not content, and wrote again within two weeks."""
    count = len(cases.account)
    again = cases.created + ((cases.lasted + rng.uniform(0.2, 14.0, count)) * 86_400).astype(np.int64) * 1000
    rows = np.flatnonzero((rng.random(count) < _REOPENED[cases.state]) & (again < now))
    lasted = cases.lasted[rows] * np.exp(rng.normal(0.2, 0.5, len(rows)))
    more = {"created": again[rows], "lasted": lasted, "parent": rows}
    both = {
        f.name: np.concatenate([getattr(cases, f.name), more.get(f.name, getattr(cases, f.name)[rows])])
        for f in fields(cases)
    }
    return _Cases(**both)


def case_table(world: World, owned: Owned, people: AccountPeople) -> pa.Table:
    """Cases about products that accounts own or owned then. A reopened case is a case of its own under the first."""
    rng, now = world.settings.rng("case details"), world.today * DAY_MS - 1000
    cases = _reopened(_draw_cases(world, owned), now, rng)
    count, priority, created = len(cases.account), cases.priority, cases.created
    closing = created + (cases.lasted * 86_400).astype(np.int64) * 1000
    closed, back = closing < now, cases.parent >= 0
    escalated = rng.random(count) < np.array([0.03, 0.06, 0.16])[cases.state]
    escalated |= (priority == 0) & (cases.lasted > 8)
    started = np.where(back, 4, np.where(now - created < 2 * DAY_MS, 0, 1))
    status = np.where(closed, 3, np.where(escalated, 2, started))
    done = np.where(closed, 1.0, rng.random(count))
    touched = created + ((np.minimum(closing, now) - created) * done).astype(np.int64) // 1000 * 1000
    owner, ids = pick(world.users, world.staff.support_of(cases.account)), world.ids("Case", count)
    subject = rng.integers(0, len(_SUBJECTS), count)
    subject = np.where(back, subject[np.maximum(cases.parent, 0)], subject)
    text = join(pick([p.name for p in PRODUCTS], cases.product), ": ", pick(_SUBJECTS, subject))
    return pa.table(
        {
            "Id": ids,
            "CaseNumber": digits(np.arange(1, count + 1), 8),
            "AccountId": pick(world.account_ids, cases.account),
            "ContactId": pick(people.ids, people.first[cases.account] + rng.integers(0, 2, count)),
            "ParentId": pick(ids, cases.parent),
            "Subject": join(pick(("", "Reopened: "), back.astype(np.int64)), text),
            "Priority": pick(_PRIORITIES, priority),
            "Status": pick(("New", "Working", "Escalated", "Closed", "Reopened"), status),
            "Origin": pick(("Web", "Phone", "Email"), rng.integers(0, 3, count)),
            "IsClosed": pa.array(closed),
            "ClosedDate": moments(closing, ~closed),
            "IsEscalated": pa.array(escalated),
            "IsClosedOnCreate": constant(False, count),
            "OwnerId": owner,
            **audit(created, touched, owner),
        }
    )
