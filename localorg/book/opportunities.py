"""Tables of deals: Opportunity, OpportunityHistory, OpportunityLineItem, OpportunityContactRole.

`Amount` is yearly (ARR) and, where a deal has lines, their exact sum. A missing amount is missing in the history, too.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from localorg.book.catalogue import LOST, OPEN, PILLARS, PRODUCTS, RENEWAL, SEGMENTS, STAGES, WON
from localorg.book.columns import (
    Bools,
    Column,
    Floats,
    Ints,
    audit,
    constant,
    days,
    digits,
    join,
    moments,
    numbers,
    office_moment,
    pick,
    repeat_within,
    sloppy,
)
from localorg.book.people import AccountPeople
from localorg.book.steps import quarter_of
from localorg.book.world import World

_SPLIT = np.array([[1.0, 0.0, 0.0], [0.66, 0.34, 0.0], [0.56, 0.27, 0.17]])
_NEXT_STEPS = (
    ("Qualify budget and owner", "Intro call with security lead", "Confirm initiative and timing"),
    ("Discovery workshop with SOC team", "Send architecture questionnaire", "Map current tooling and renewals"),
    ("Agree POV success criteria", "Schedule POV kick-off", "Get POV environment approved"),
    ("POV checkpoint with evaluators", "Close open POV findings", "Prepare POV read-out"),
    ("Follow up on decision committee", "Executive alignment call", "Send final design of record"),
    ("Legal review of order form", "Procurement call on terms", "Collect signature"),
)
_SOURCES = ("Partner Referral", "Web", "Other", "Phone Inquiry")
_RIVALS = (("Pebblewall", "Lanternsec", "Mosskey"), ("Granite Ninth", "Overwatch Delta", "Torrent Shield"))


@dataclass(frozen=True)
class Lines:
    """Rows of deals' lines. Over all deals, has: whether there are any; amount: their sum, or the bare amount."""

    deal: Ints
    rank: Ints
    product: Ints
    quantity: Ints
    price: Floats
    amount: Floats
    has: Bools


def make_lines(world: World) -> Lines:
    """Up to three products a deal. Deals that have hardly begun have none yet, nor have some that were lost early."""
    deals, rng = world.deals, world.settings.rng("lines")
    count, stage = len(deals), deals.walk.stage
    keep = np.where(stage < 2, 0.45, np.where(stage == LOST, 0.85, 1.0))
    has = (rng.random(count) < keep) | (deals.profile.segment == RENEWAL)
    more = rng.random(count)
    per_deal = np.where(has, 1 + (more < 0.34).astype(np.int64) + (more < 0.1), 0)
    deal, rank = repeat_within(per_deal)
    other = (deals.product[deal] + rank * rng.integers(3, 6, len(deal))) % len(PRODUCTS)
    product = np.where(rank == 0, deals.product[deal], other)
    price = np.array([p.price for p in PRODUCTS])[product]
    target = deals.walk.amount[deal] * _SPLIT[per_deal[deal] - 1, rank]
    discount = rng.integers(0, 8, len(deal)) * 0.05
    quantity = np.maximum(np.round(target / (price * (1 - discount))), 1).astype(np.int64)
    unit = np.round(target / quantity, 2)
    total = np.bincount(deal, weights=np.round(quantity * unit, 2), minlength=count)
    return Lines(deal, rank, product, quantity, unit, np.where(has, np.round(total, 2), deals.walk.amount), has)


@dataclass(frozen=True)
class Times:
    """Moments (ms) of each row of the log, and of each deal its creation and last change."""

    rows: Ints
    created: Ints
    changed: Ints
    staged: Ints


def make_times(world: World) -> Times:
    """The moment of each change, in office hours; a deal has at most one change a step, so they stay in order."""
    log, rng = world.deals.walk.log, world.settings.rng("times")
    rows = office_moment(log.day, rng)
    first, last = _ends(log.deal)
    new_stage = np.ones(len(rows), np.bool_)
    new_stage[1:] = (log.deal[1:] != log.deal[:-1]) | (log.stage[1:] != log.stage[:-1])
    staged = np.maximum.reduceat(np.where(new_stage, rows, 0), np.flatnonzero(first))
    return Times(rows, rows[first], rows[last], staged)


def _ends(deal: Ints) -> tuple[Bools, Bools]:
    edge = deal[1:] != deal[:-1]
    return np.concatenate([[True], edge]), np.concatenate([edge, [True]])


def missing_amounts(world: World, lines: Lines) -> Bools:
    """Deals whose amount nobody has entered."""
    rng, stage = world.settings.rng("missing amounts"), world.deals.walk.stage
    rate = np.where(stage < 2, 0.14, np.where(stage == LOST, 0.15, 0.0))
    return ~lines.has & (rng.random(len(stage)) < rate)


def deal_names(world: World, account_names: Column) -> Column:
    """ "Corvmere Energy - Prisma SASE Upsell FY26 Q4", at most 120 characters."""
    deals = world.deals
    quarter = quarter_of(deals.births.close)
    company = pick(account_names, deals.account, world.loose)
    company = company.fill_null("New prospect")
    pillar = pick(PILLARS, deals.profile.pillar.astype(np.int64))
    kind = pick(SEGMENTS, deals.profile.segment.astype(np.int64))
    return join(company, " - ", pillar, " ", kind, " FY", digits(quarter // 4 % 100, 2), " Q", digits(quarter % 4 + 1))


def opportunity_table(world: World, lines: Lines, times: Times, names: Column, last_activity: Ints) -> pa.Table:
    """The deals as they stand. `last_activity`: a day for each deal, -1 for none."""
    deals, rng = world.deals, world.settings.rng("opportunities")
    stage, count = deals.walk.stage, len(deals)
    none = missing_amounts(world, lines)
    is_open = stage < OPEN
    category = _categories(world, rng)
    probability = np.array([s.probability for s in STAGES], np.float64)[stage]
    edited = np.where(is_open, office_moment(world.today - 1 - rng.integers(0, 20, count), rng), 0)
    owner = pick(world.users, deals.rep)
    step = pick(
        [t for texts in _NEXT_STEPS for t in texts],
        np.minimum(stage, OPEN - 1) * 3 + rng.integers(0, 3, count),
        ~is_open | (rng.random(count) < 0.24),
    )
    return pa.table(
        {
            "Id": world.deal_ids,
            "AccountId": world.deal_account(np.arange(count)),
            "Name": names,
            "Description": _competition(world, rng),
            "StageName": pick([s.name for s in STAGES], stage),
            "Amount": numbers(lines.amount, none),
            "Probability": numbers(probability),
            "ExpectedRevenue": numbers(np.round(lines.amount * probability / 100, 2), none),
            "CloseDate": days(deals.walk.close),
            "Type": pick(SEGMENTS, deals.profile.segment.astype(np.int64)),
            "NextStep": step,
            "LeadSource": sloppy(pick(_SOURCES, rng.integers(0, 4, count), rng.random(count) < 0.2), 0.02, rng),
            "IsClosed": pa.array(~is_open),
            "IsWon": pa.array(stage == WON),
            "IsPrivate": constant(False, count),
            "ForecastCategory": pick([s.category for s in STAGES], category),
            "ForecastCategoryName": pick([s.category_name for s in STAGES], category),
            "HasOpportunityLineItem": pa.array(lines.has),
            "OwnerId": owner,
            "LastActivityDate": days(last_activity, last_activity < 0),
            "LastStageChangeDate": moments(times.staged),
            "PushCount": pa.array(_push_count(world)),
            **_fiscal(deals.walk.close),
            **audit(times.created, np.maximum(times.changed, edited), owner),
        }
    )


def _push_count(world: World) -> Ints:
    """How often each deal's close date was moved into a later month, as Salesforce counts it."""
    log = world.deals.walk.log
    month = log.close.astype("datetime64[D]").astype("datetime64[M]")
    later = (log.deal[1:] == log.deal[:-1]) & (month[1:] > month[:-1]) & (log.stage[1:] < OPEN)
    return np.bincount(log.deal[1:][later], minlength=len(world.deals)).astype(np.int64)


def _fiscal(close: Ints) -> dict[str, Column]:
    quarter = quarter_of(close)
    number, year = digits(quarter % 4 + 1), digits(quarter // 4)
    return {
        "FiscalQuarter": pa.array(quarter % 4 + 1),
        "FiscalYear": pa.array(quarter // 4),
        "Fiscal": join(year, " ", number),
    }


def _categories(world: World, rng: np.random.Generator) -> Ints:
    """The stage whose forecast category a deal has: its own, save where the rep commits a deal or holds it back."""
    stage, due = world.deals.walk.stage, world.deals.walk.due
    roll = rng.random(len(stage))
    commit = (stage == 4) & (due == 0) & (roll < 0.3)
    held = (stage == 5) & (due > 0) & (roll < 0.4)
    return np.where(commit, 5, np.where(held, 4, stage))


def _competition(world: World, rng: np.random.Generator) -> Column:
    rival = world.deals.profile.competitor.astype(np.int64)
    name = pick(
        [r for side in _RIVALS for r in side], np.maximum(rival - 1, 0) * 3 + rng.integers(0, 3, len(rival)), rival == 0
    )
    kind = pick(("challenger", "incumbent"), rival - 1)
    return join("Competition: ", name, " (", kind, ")")


def history_table(world: World, lines: Lines, times: Times) -> pa.Table:
    """One row per change with all values after it, as Salesforce writes them."""
    log = world.deals.walk.log
    count = len(log.deal)
    final = log.amount == world.deals.walk.amount[log.deal]
    amount = np.where(final, lines.amount[log.deal], log.amount)
    none = missing_amounts(world, lines)[log.deal]
    first, _ = _ends(log.deal)
    before = np.concatenate([[0.0], amount[:-1]])
    close_before = np.concatenate([[0], log.close[:-1]])
    probability = np.array([s.probability for s in STAGES], np.float64)[log.stage]
    stamp = moments(times.rows)
    return pa.table(
        {
            "Id": world.ids("OpportunityHistory", count),
            "OpportunityId": pick(world.deal_ids, log.deal),
            "StageName": pick([s.name for s in STAGES], log.stage),
            "Amount": numbers(amount, none),
            "ExpectedRevenue": numbers(np.round(amount * probability / 100, 2), none),
            "CloseDate": days(log.close),
            "Probability": numbers(probability),
            "ForecastCategory": pick([s.category for s in STAGES], log.stage),
            "PrevAmount": numbers(before, first | none),
            "PrevCloseDate": days(close_before, first),
            "IsDeleted": constant(False, count),
            "CreatedDate": stamp,
            "CreatedById": pick(world.users, world.deals.rep[log.deal]),
            "SystemModstamp": stamp,
        }
    )


def line_table(world: World, lines: Lines, times: Times) -> pa.Table:
    """The deals' lines."""
    count = len(lines.deal)
    product = lines.product
    by = pick(world.users, world.deals.rep[lines.deal])
    price = numbers(np.round(lines.quantity * lines.price, 2))
    return pa.table(
        {
            "Id": world.ids("OpportunityLineItem", count),
            "OpportunityId": pick(world.deal_ids, lines.deal),
            "Product2Id": pick(world.product_ids, product),
            "ProductCode": pick([p.code for p in PRODUCTS], product),
            "Name": pick([p.name for p in PRODUCTS], product),
            "SortOrder": pa.array(lines.rank + 1),
            "Quantity": numbers(lines.quantity),
            "UnitPrice": numbers(lines.price),
            "TotalPrice": price,
            "Subtotal": price,
            "ListPrice": numbers(np.array([p.price for p in PRODUCTS])[product]),
            **audit(times.created[lines.deal], times.changed[lines.deal], by),
        }
    )


HOUR_MS = 3_600_000
_ROLES = ("Executive Sponsor", "Evaluator", "Technical Buyer", "Economic Buyer", "Influencer")


def role_table(world: World, people: AccountPeople, times: Times) -> pa.Table:
    """Who takes part in the deals. The sponsor is the account's CISO; some deals know one person only, some none."""
    deals, rng = world.deals, world.settings.rng("roles")
    per_account, first_of = people.per_account, people.first
    others = np.minimum(rng.binomial(3, 0.52, len(deals)), per_account[deals.account] - 1)
    sponsor = deals.profile.sponsor.astype(np.int64)
    count = np.where(world.loose, 0, sponsor + others)
    deal, rank = repeat_within(count)
    account = deals.account[deal]
    seat = rank + 1 - sponsor[deal]  # 0 is the sponsor's
    contact = first_of[account] + np.where(seat == 0, 0, 1 + (seat - 1 + deal) % (per_account[account] - 1))
    life = times.changed[deal] - times.created[deal]
    later = (rng.random(len(deal)) ** 1.5 * life).astype(np.int64) // 1000 * 1000
    entered = times.created[deal] + np.where(seat == 0, np.minimum(HOUR_MS, life), later)
    stamps = audit(entered, entered, pick(world.users, deals.rep[deal]))
    role = np.where(seat == 0, 0, 1 + (seat - 1) % 4)
    return pa.table(
        {
            "Id": world.ids("OpportunityContactRole", len(deal)),
            "OpportunityId": pick(world.deal_ids, deal),
            "ContactId": pick(people.ids, contact),
            "Role": pick(_ROLES, role, (seat > 0) & (rng.random(len(deal)) < 0.1)),
            "IsPrimary": pa.array(rank == 0),
            **stamps,
        }
    )
