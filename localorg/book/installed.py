"""What customers own and how they get on with it: Asset, Sidecar_Deployment__c, Sidecar_Usage__c.

`Asset.Price` is the yearly price of a unit, so `Price x Quantity` is the ARR up for renewal on `UsageEndDate`. A
contract's asset ends on the close date its Renewal deal was opened with; upsells are co-termed with the account's next
contract to end.

Telemetry follows the account's health class (good, fair, poor): each account's utilisation drifts to its class's
level, so the class can be read off the last weeks. A tenth of the products owned send no telemetry."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from localorg.book.accounts import GOOD, POOR
from localorg.book.catalogue import PRODUCTS, UPSELL, WON
from localorg.book.columns import (
    DAY_MS,
    Bools,
    Column,
    Floats,
    Ints,
    audit,
    constant,
    days,
    digits,
    join,
    numbers,
    office_moment,
    pick,
)
from localorg.book.deals import add_months
from localorg.book.world import World

_LEVEL = np.array([0.88, 0.63, 0.32])  # utilisation to which each health class drifts
_DRIFT = 0.22  # a week
_ROLLED_OUT = np.array([0.98, 0.86, 0.55])  # the share of what was bought that is deployed in the end
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


@dataclass(frozen=True)
class Positions:
    """What is owned, one row per contract and per won upsell. installed, ends: days. alive: owned today."""

    account: Ints
    product: Ints
    quantity: Ints
    yearly: Floats
    installed: Ints
    ends: Ints
    alive: Bools


def make_positions(world: World) -> Positions:
    """Positions from contracts and won upsells."""
    contracts, deals, rng = world.contracts, world.deals, world.settings.rng("positions")
    far = np.iinfo(np.int64).max
    alive = (contracts.ends >= world.today) | contracts.pending
    next_end = np.full(len(world.accounts), far)
    future = alive & contracts.going & (contracts.ends >= world.today)
    np.minimum.at(next_end, contracts.account[future], contracts.ends[future])
    won = np.flatnonzero((deals.walk.stage == WON) & (deals.profile.segment == UPSELL))
    own_end = add_months(deals.walk.ended[won], np.full(len(won), 36))
    shared = next_end[deals.account[won]]
    upsell_end = np.where(shared == far, own_end, shared)
    yearly = np.concatenate([np.round(contracts.amount, -3), deals.walk.amount[won]])
    product = np.concatenate([contracts.product, deals.product[won]])
    quantity = np.maximum(np.round(yearly / (np.array([p.price for p in PRODUCTS])[product] * 0.85)), 1).astype(
        np.int64
    )
    return Positions(
        np.concatenate([contracts.account, deals.account[won]]),
        product,
        quantity,
        yearly,
        np.concatenate([contracts.installed, deals.walk.ended[won] + rng.integers(5, 35, len(won))]),
        np.concatenate([contracts.ends, upsell_end]),
        np.concatenate([alive, upsell_end >= world.today]),
    )


def asset_table(world: World, positions: Positions, account_names: Column) -> pa.Table:
    """One asset per position: Installed, Shipped or Registered when new, Obsolete when it ended."""
    rng, count = world.settings.rng("assets"), len(positions.account)
    fresh = positions.installed >= world.today - 20
    status = np.where(
        ~positions.alive,
        2,
        np.where(positions.installed >= world.today, 1, np.where(fresh & (rng.random(count) < 0.6), 3, 0)),
    )
    bought = positions.installed - rng.integers(3, 30, count)
    created = np.minimum(office_moment(bought, rng), world.today * DAY_MS - 1000)
    renewed = np.where(positions.ends < world.today, np.maximum(positions.ends, bought), bought)
    modified = np.minimum(office_moment(renewed, rng), world.today * DAY_MS - 1000)
    name = pick([p.name for p in PRODUCTS], positions.product)
    return pa.table(
        {
            "Id": world.ids("Asset", count),
            "AccountId": pick(world.account_ids, positions.account),
            "Product2Id": pick(world.product_ids, positions.product),
            "ProductCode": pick([p.code for p in PRODUCTS], positions.product),
            "Name": join(name, " - ", pick(account_names, positions.account)),
            "SerialNumber": join("SN-", digits(np.arange(1, count + 1), 8)),
            "Status": pick(("Installed", "Shipped", "Obsolete", "Registered"), status),
            "Quantity": numbers(positions.quantity),
            "Price": numbers(np.round(positions.yearly / positions.quantity, 2)),
            "PurchaseDate": days(bought),
            "InstallDate": days(positions.installed, positions.installed >= world.today),
            "UsageEndDate": days(positions.ends),
            "IsCompetitorProduct": constant(False, count),
            "IsInternal": constant(False, count),
            "OwnerId": pick(world.users, world.accounts.rep[positions.account]),
            **audit(created, modified, pick(world.users, world.accounts.rep[positions.account])),
        }
    )


@dataclass(frozen=True)
class Owned:
    """Each product an account owns today, once: how many, and since when."""

    account: Ints
    product: Ints
    quantity: Ints
    since: Ints


def owned_products(world: World, positions: Positions) -> Owned:
    """Living positions put together by account and product."""
    alive = np.flatnonzero(positions.alive & (positions.installed < world.today))
    key = positions.account[alive] * len(PRODUCTS) + positions.product[alive]
    unique, place = np.unique(key, return_inverse=True)
    since = np.full(len(unique), world.today)
    np.minimum.at(since, place, positions.installed[alive])
    quantity = np.bincount(place, weights=positions.quantity[alive], minlength=len(unique)).astype(np.int64)
    return Owned(unique // len(PRODUCTS), unique % len(PRODUCTS), quantity, since)


def deployment_table(world: World, owned: Owned) -> pa.Table:
    """How far each owned product is rolled out: rising over time to a share that depends on the account's health."""
    rng, count = world.settings.rng("deployments"), len(owned.account)
    health = world.accounts.health[owned.account, -1].astype(np.int64)
    age = world.today - owned.since
    reach = np.clip(_ROLLED_OUT[health] + rng.normal(0, 0.09, count), 0.1, 1.0)
    share = reach * -np.expm1(-age / rng.uniform(40, 140, count))
    share = np.where((share > 0.9) & (health == GOOD), 1.0, share)
    deployed = np.floor(owned.quantity * share)
    planned = rng.integers(4, 9, count)
    complete = deployed >= owned.quantity
    reached = np.where(complete, planned, np.minimum(np.floor(planned * share), planned - 1))
    stalled = ~complete & (age > 150) & ((health == POOR) | (share < 0.5)) & (rng.random(count) < 0.75)
    status = np.where(complete, 2, np.where(stalled, 3, np.where(age < 10, 0, 1)))
    target = owned.since + rng.integers(90, 210, count)
    completed = np.minimum(
        owned.since + (rng.uniform(0.5, 1.3, count) * (target - owned.since)).astype(np.int64), world.today - 1
    )
    created = office_moment(owned.since - 2, rng)
    touched = np.maximum(
        created, office_moment(np.where(complete, completed, world.today - rng.integers(1, 25, count)), rng)
    )
    by = pick(world.users, world.staff.csm_of(world.accounts.rep[owned.account]))
    account, codes = pick(world.account_ids, owned.account), pick([p.code for p in PRODUCTS], owned.product)
    return pa.table(
        {
            "Id": world.ids("Sidecar_Deployment__c", count),
            "Name": join("DEP-", digits(np.arange(1, count + 1), 5)),
            "Sidecar_Key__c": join(account, "|", codes),
            "Sidecar_Account__c": account,
            "Sidecar_Product__c": pick([p.name for p in PRODUCTS], owned.product),
            "Sidecar_Unit__c": pick([p.unit for p in PRODUCTS], owned.product),
            "Sidecar_Bought__c": numbers(owned.quantity),
            "Sidecar_Deployed__c": numbers(deployed),
            "Sidecar_Milestones_Planned__c": numbers(planned),
            "Sidecar_Milestones_Reached__c": numbers(reached),
            "Sidecar_Started_On__c": days(owned.since, status == 0),
            "Sidecar_Target_Date__c": days(target),
            "Sidecar_Completed_On__c": days(completed, ~complete),
            "Sidecar_Status__c": pick(("Planned", "In Progress", "Completed", "Stalled"), status),
            "OwnerId": by,
            **audit(created, np.minimum(touched, world.today * DAY_MS - 1000), by),
        }
    )


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


def usage_table(world: World, owned: Owned) -> pa.Table:
    """Weekly telemetry of each owned product, Mondays, complete weeks only, from the week after its installation."""
    rng = world.settings.rng("usage")
    last_monday = (world.today + 3) // 7 * 7 - 3 - 7
    weeks = last_monday - 7 * np.arange(world.settings.usage_weeks - 1, -1, -1, dtype=np.int64)
    level = _utilisation(world, weeks, rng)
    sends = rng.random(len(owned.account)) < 0.9
    shift = rng.normal(0, 0.05, len(owned.account))
    begins = np.searchsorted(weeks, owned.since, side="right")
    row, week = np.nonzero((np.arange(len(weeks)) >= begins[:, None]) & sends[:, None])
    account, product, licensed = owned.account[row], owned.product[row], owned.quantity[row]
    share = level[week, account] + shift[row] + rng.normal(0, 0.025, len(row))
    ramp = -np.expm1(-(weeks[week] - owned.since[row] + 7) / 45.0)
    share = np.clip(share * ramp, 0.01, 1.0)
    active = np.round(licensed * share)
    bought = np.array([p.features for p in PRODUCTS])[product]
    used = np.clip(np.round(bought * (0.2 + 0.75 * share)), 1, bought)
    volume = active * np.array([_VOLUME[p.unit] for p in PRODUCTS])[product] * np.exp(rng.normal(0, 0.1, len(row)))
    sent = weeks[week] * DAY_MS + 7 * DAY_MS + 6 * 3_600_000
    account_id, by = (
        pick(world.account_ids, account),
        pick(world.users, world.staff.csm_of(world.accounts.rep[account])),
    )
    monday = days(weeks)
    code = pick([p.code for p in PRODUCTS], product)
    return pa.table(
        {
            "Id": world.ids("Sidecar_Usage__c", len(row)),
            "Name": join("USE-", digits(np.arange(1, len(row) + 1), 8)),
            "Sidecar_Key__c": join(account_id, "|", code, "|", pick(monday.cast(pa.string()), week)),
            "Sidecar_Account__c": account_id,
            "Sidecar_Product__c": pick([p.name for p in PRODUCTS], product),
            "Sidecar_Week_Start__c": pick(monday, week),
            "Sidecar_Licensed__c": numbers(licensed),
            "Sidecar_Active_Users__c": numbers(active),
            "Sidecar_Features_Bought__c": numbers(bought),
            "Sidecar_Features_Used__c": numbers(used),
            "Sidecar_Volume__c": numbers(np.round(volume, 2)),
            "OwnerId": by,
            **audit(np.minimum(sent, world.today * DAY_MS - 1000), sent * 0, by),
        }
    )
