"""What customers own and how far it is rolled out: Asset, Sidecar_Deployment__c.

`Asset.Price` is the yearly price of a unit, so `Price x Quantity` is the ARR up for renewal on `UsageEndDate`. A
contract's asset ends on the close date its Renewal deal was opened with; upsells are co-termed with the account's next
contract to end."""

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

NEVER = int(np.iinfo(np.int64).max)
_ROLLED_OUT = np.array([0.98, 0.86, 0.55])  # the share of what was bought that is deployed in the end


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
    alive = (contracts.ends >= world.today) | contracts.pending
    next_end = np.full(len(world.accounts), NEVER)
    future = alive & contracts.going & (contracts.ends >= world.today)
    np.minimum.at(next_end, contracts.account[future], contracts.ends[future])
    won = np.flatnonzero((deals.walk.stage == WON) & (deals.profile.segment == UPSELL))
    own_end = add_months(deals.walk.ended[won], np.full(len(won), 36))
    shared = next_end[deals.account[won]]
    upsell_end = np.where(shared == NEVER, own_end, shared)
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
    """Each product an account owns, once, by account: how many, since when, and until when."""

    account: Ints
    product: Ints
    quantity: Ints
    since: Ints
    until: Ints

    def __len__(self) -> int:
        """How many products of accounts."""
        return len(self.account)


def owned_products(world: World, positions: Positions) -> Owned:
    """What is owned today: living positions put together by account and product."""
    return _owned(positions, np.flatnonzero(positions.alive & (positions.installed < world.today)))


def ever_owned(world: World, positions: Positions) -> Owned:
    """The same with what customers have given up: a product that is gone was used until then."""
    return _owned(positions, np.flatnonzero(positions.installed < world.today))


def _owned(positions: Positions, rows: Ints) -> Owned:
    key = positions.account[rows] * len(PRODUCTS) + positions.product[rows]
    unique, place = np.unique(key, return_inverse=True)
    since, until = np.full(len(unique), NEVER), np.zeros(len(unique), np.int64)
    np.minimum.at(since, place, positions.installed[rows])
    np.maximum.at(until, place, np.where(positions.alive[rows], NEVER, positions.ends[rows]))
    # A product that is owned today counts what is owned today; one that is gone, all that there was.
    counts = positions.alive[rows] | (until[place] < NEVER)
    quantity = np.bincount(place, weights=positions.quantity[rows] * counts, minlength=len(unique))
    return Owned(unique // len(PRODUCTS), unique % len(PRODUCTS), quantity.astype(np.int64), since, until)


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
