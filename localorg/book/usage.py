"""Product telemetry: Sidecar_Usage__c.

It follows the account's health class (good, fair, poor): each account's utilisation drifts to its class's level, so the
class can be read off the last weeks, and a renewal that was lost was used less and less before. A tenth of the products
owned send no telemetry. The rows come in parts: there are many."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from localorg.book.catalogue import PRODUCTS
from localorg.book.columns import DAY_MS, Floats, Ints, audit, days, digits, join, numbers, pick, repeat_within
from localorg.book.installed import Owned
from localorg.book.world import World

_ROWS_AT_ONCE = 500_000
_LEVEL = np.array([0.88, 0.63, 0.32])  # utilisation to which each health class drifts
_DRIFT = 0.22  # a week
_VOLUME = {
    "Firewalls": 240.0,
    "Users": 1.6,
    "Sites": 95.0,
    "Workloads": 3.2,
    "Endpoints": 0.9,
    "GB per day": 7.0,
    "Analysts": 12.0,
    "Applications": 60.0,
}


def _utilisation(world: World, weeks: Ints, rng: np.random.Generator) -> Floats:
    """Weeks x accounts: the share of licences in use, drifting to the level of the account's health class."""
    health = world.accounts.health
    step = world.steps.of_day(weeks + 6)
    level = np.empty((len(weeks), len(world.accounts)))
    now = _LEVEL[health[:, max(int(step[0]) - 1, 0)]]
    for week in range(len(weeks)):
        now = now + _DRIFT * (_LEVEL[health[:, step[week]]] - now) + rng.normal(0, 0.012, len(now))
        level[week] = now
    return np.clip(level, 0.03, 0.99)


def usage_tables(world: World, owned: Owned) -> Iterator[pa.Table]:
    """Weekly telemetry of each product while it is owned, Mondays, complete weeks only, from the week after its start.

    One part at least, of half a million rows or so.
    """
    weeks = monday_weeks(world)
    level = _utilisation(world, weeks, world.settings.rng("usage"))
    habits = world.settings.rng("usage habits")
    sends, shift = habits.random(len(owned)) < 0.9, habits.normal(0, 0.05, len(owned))
    begins = np.searchsorted(weeks, owned.since, side="right")
    count = np.where(sends, np.maximum(np.searchsorted(weeks, owned.until) - begins, 0), 0)
    after = np.cumsum(count)
    bounds = np.searchsorted(after, np.arange(0, max(int(count.sum()), 1) + _ROWS_AT_ONCE, _ROWS_AT_ONCE))
    bounds[0], bounds[-1] = 0, len(owned)
    for number in range(len(bounds) - 1):
        chosen = np.arange(bounds[number], bounds[number + 1])
        first = int(after[chosen[0] - 1]) if len(chosen) and chosen[0] else 0
        parent, rank = repeat_within(count[chosen])
        rng = world.settings.rng(f"usage {number}")
        row, week = chosen[parent], begins[chosen][parent] + rank
        share = level[week, owned.account[row]] + shift[row] + rng.normal(0, 0.025, len(row))
        yield _part(world, owned, _Rows(row, weeks[week], share, first), rng)


def monday_weeks(world: World) -> Ints:
    """The Mondays of the weeks with telemetry; the last one is complete."""
    last_monday = (world.today + 3) // 7 * 7 - 3 - 7
    count = world.settings.telemetry_weeks
    return np.asarray(last_monday - 7 * np.arange(count - 1, -1, -1, dtype=np.int64), np.int64)


@dataclass(frozen=True)
class _Rows:
    """Rows of telemetry: place in `owned`, Monday, share of licences in use. first: the number of rows before them."""

    owned: Ints
    monday: Ints
    share: Floats
    first: int


def _part(world: World, owned: Owned, rows: _Rows, rng: np.random.Generator) -> pa.Table:
    row, first = rows.owned, rows.first
    account, product, licensed = owned.account[row], owned.product[row], owned.quantity[row]
    ramp = -np.expm1(-(rows.monday - owned.since[row] + 7) / 45.0)
    share = np.clip(rows.share * ramp, 0.01, 1.0)
    active = np.round(licensed * share)
    bought = np.array([p.features for p in PRODUCTS])[product]
    used = np.clip(np.round(bought * (0.2 + 0.75 * share)), 1, bought)
    volume = active * np.array([_VOLUME[p.unit] for p in PRODUCTS])[product] * np.exp(rng.normal(0, 0.1, len(row)))
    sent = rows.monday * DAY_MS + 7 * DAY_MS + 6 * 3_600_000
    by = pick(world.users, world.staff.csm_of(world.accounts.rep[account]))
    account_id, monday = pick(world.account_ids, account), days(rows.monday)
    code = pick([p.code for p in PRODUCTS], product)
    return pa.table(
        {
            "Id": world.ids("Sidecar_Usage__c", len(row), first),
            "Name": join("USE-", digits(np.arange(first + 1, first + len(row) + 1), 8)),
            "Sidecar_Key__c": join(account_id, "|", code, "|", monday.cast(pa.string())),
            "Sidecar_Account__c": account_id,
            "Sidecar_Product__c": pick([p.name for p in PRODUCTS], product),
            "Sidecar_Week_Start__c": monday,
            "Sidecar_Licensed__c": numbers(licensed),
            "Sidecar_Active_Users__c": numbers(active),
            "Sidecar_Features_Bought__c": numbers(bought),
            "Sidecar_Features_Used__c": numbers(used),
            "Sidecar_Volume__c": numbers(np.round(volume, 2)),
            "OwnerId": by,
            **audit(np.minimum(sent, world.today * DAY_MS - 1000), sent * 0, by),
        }
    )
