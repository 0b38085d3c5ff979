"""Support cases of the last year: more of them, graver and slower ones, where an account's health is poor."""

import numpy as np
import pyarrow as pa

from localorg.book.catalogue import PRODUCTS
from localorg.book.columns import DAY_MS, audit, constant, digits, draw, join, moments, pick
from localorg.book.installed import Owned
from localorg.book.people import AccountPeople
from localorg.book.world import World

_WEEKS = 52
_RATE = np.array([0.10, 0.20, 0.42])  # cases a week of an account with some ten thousand employees, by health class
_PRIORITIES = ("Critical", "High", "Medium", "Low")
_PRIORITY_SHARE = np.array([[0.02, 0.14, 0.52, 0.32], [0.04, 0.22, 0.50, 0.24], [0.11, 0.33, 0.42, 0.14]])
_MEDIAN_DAYS = np.array([3.0, 6.0, 10.0, 14.0])
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


def case_table(world: World, owned: Owned, people: AccountPeople) -> pa.Table:
    """Cases about products that accounts own."""
    rng, accounts = world.settings.rng("cases"), world.accounts
    customers = np.unique(owned.account)
    weeks = world.today - 7 * np.arange(_WEEKS, 0, -1, dtype=np.int64)
    step = world.steps.of_day(weeks)
    health = accounts.health[customers][:, step].astype(np.int64)
    size = np.clip((accounts.employees[customers] / 12_000.0) ** 0.35, 0.5, 2.5)
    number = rng.poisson(_RATE[health] * size[:, None])
    which, week = (x.ravel() for x in np.nonzero(number))
    times = number[which, week]
    which, week = np.repeat(which, times), np.repeat(week, times)
    account, state, count = customers[which], health[which, week], len(which)
    created = weeks[week] * DAY_MS + rng.integers(0, 7 * 86_400, count) * 1000
    priority = np.array([draw(_PRIORITY_SHARE[h], count, rng) for h in range(3)])[state, np.arange(count)]
    lasted = _MEDIAN_DAYS[priority] * _SLOWER[state] * np.exp(rng.normal(0, 0.8, count))
    closing = created + (lasted * 86_400).astype(np.int64) * 1000
    now = world.today * DAY_MS - 1000
    closed = closing < now
    escalated = (rng.random(count) < np.array([0.03, 0.06, 0.16])[state]) | ((priority == 0) & (lasted > 8))
    status = np.where(closed, 3, np.where(escalated, 2, np.where(now - created < 2 * DAY_MS, 0, 1)))
    first = np.searchsorted(owned.account, account)
    owns = np.searchsorted(owned.account, account, side="right") - first
    product = owned.product[first + rng.integers(0, 1 << 30, count) % owns] if count else first
    touched = (
        created
        + ((np.minimum(closing, now) - created) * np.where(closed, 1.0, rng.random(count))).astype(np.int64)
        // 1000
        * 1000
    )
    owner = pick(world.users, world.staff.support_of(account))
    return pa.table(
        {
            "Id": world.ids("Case", count),
            "CaseNumber": digits(np.arange(1, count + 1), 8),
            "AccountId": pick(world.account_ids, account),
            "ContactId": pick(people.ids, people.first[account] + rng.integers(0, 2, count)),
            "Subject": join(
                pick([p.name for p in PRODUCTS], product), ": ", pick(_SUBJECTS, rng.integers(0, len(_SUBJECTS), count))
            ),
            "Priority": pick(_PRIORITIES, priority),
            "Status": pick(("New", "Working", "Escalated", "Closed"), status),
            "Origin": pick(("Web", "Phone", "Email"), rng.integers(0, 3, count)),
            "IsClosed": pa.array(closed),
            "ClosedDate": moments(closing, ~closed),
            "IsEscalated": pa.array(escalated),
            "IsClosedOnCreate": constant(False, count),
            "OwnerId": owner,
            **audit(created, touched, owner),
        }
    )
