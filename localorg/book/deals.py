"""The deals of the book: new business and upsells, the contracts they found, and those contracts' renewals.

A contract is what an account owns of a product until a date. Some exist when the book begins; each deal that is won as
net new founds one. Every contract that ends within reach has a Renewal deal, opened some five months before and due on
its end; when it is won the contract runs on for another term, when it is lost the contract ends there. An upsell adds
to what the account owns. So the number of renewals follows from the contracts, and the other deals fill the book to
its size."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from localorg.book import chain
from localorg.book.accounts import FAIR, Accounts, products_of
from localorg.book.catalogue import MAIN_PRODUCT_SHARE, NET_NEW, OPEN, PRODUCTS, RENEWAL, UPSELL, WON
from localorg.book.columns import Bools, Floats, Ints, draw
from localorg.book.contracts import (
    LATE_DAYS,
    LATER_STAGE,
    LEADS,
    Contracts,
    Terms,
    joined,
    opening_day,
    renewal_amount,
    still_to_open,
)
from localorg.book.settings import BookSettings
from localorg.book.simulate import Births, Log, Simulation, Walk, Weeks, day_in_quarter
from localorg.book.steps import Steps, quarter_of, workday

Rng = np.random.Generator

RENEWAL_SHARE = 0.34  # of all deals, about
_NET_NEW_SHARE = 0.47  # of the deals which are no renewals
_GROWTH = 0.065  # more deals each quarter than in the one before
_MEDIAN = np.array([150_000.0, 120_000.0, 190_000.0])
_PILLAR_MEDIAN = np.array([1.15, 1.2, 0.8, 1.7, 0.65, 0.5])
_PILLAR_SHARE = np.array(
    [[0.38, 0.22, 0.13, 0.19, 0.02, 0.06], [0.24, 0.23, 0.14, 0.23, 0.07, 0.09], [0.14, 0.23, 0.15, 0.25, 0.15, 0.08]]
)
OWN_REP = 0.94  # of an account's deals are its owner's, the others anybody's
_CYCLE_DAYS = np.array([0.0, 105.0, 180.0])  # what reps plan for an upsell and for net new
COMPETITOR = np.array([[0.70, 0.20, 0.10], [0.55, 0.28, 0.17], [0.28, 0.40, 0.32]])
SPONSOR = np.array([0.45, 0.42, 0.36])
DEMO = np.array([0.12, 0.34, 0.38])


@dataclass(frozen=True)
class Deals:
    """Arrays over deals: what they are (account, rep, product: indexes), how they began, where they stand.

    term: months for which it is signed.
    """

    account: Ints
    rep: Ints
    product: Ints
    profile: chain.Profile
    births: Births
    term: Ints
    walk: Walk

    def __len__(self) -> int:
        """How many deals."""
        return len(self.account)

    @property
    def is_open(self) -> Bools:
        """Which deals are open at the end."""
        return self.walk.stage < OPEN


def add_months(day: Ints, months: Ints) -> Ints:
    """The same day of the month so many months later, at most the 28th."""
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    in_month = np.minimum(day - month.astype("datetime64[D]").astype(np.int64), 27)
    return np.asarray((month + months).astype("datetime64[D]").astype(np.int64) + in_month, np.int64)


def draw_profile(segment: Ints, pillar: Ints, amount: Floats, skill: Ints, health: Ints, rng: Rng) -> chain.Profile:
    """The covariates of new deals: those given, and sponsor, early demo and competitor as luck has it."""
    count = len(segment)
    rival = np.array([draw(COMPETITOR[s], count, rng) for s in range(3)])[segment, np.arange(count)]
    size = np.searchsorted(chain.SIZE_EDGES, amount, side="right")
    sponsor, demo = rng.random(count) < SPONSOR[segment], rng.random(count) < DEMO[segment]
    columns = (segment, pillar, size, skill, sponsor, demo, rival, health)
    return chain.Profile(*(np.asarray(c).astype(np.int8) for c in columns))


class DealMaker:
    """Makes all deals of a book, the contracts behind them and those contracts' terms. `make` returns them."""

    def __init__(self, settings: BookSettings, steps: Steps, accounts: Accounts, skill: Ints) -> None:
        self._settings, self._steps, self._accounts, self._skill = settings, steps, accounts, skill
        self._rng = settings.rng("deals")

    def make(self) -> tuple[Deals, Contracts, Terms]:
        """New business first, then generation after generation of renewals, then upsells until the book is full."""
        fresh = self._new_business(round(self._settings.deals * (1 - RENEWAL_SHARE) * 0.9))
        parts, terms = [fresh], []
        room = self._settings.deals - len(fresh)
        contracts = self._contracts(fresh, int(room * 0.62))
        while room > 0:
            renewals, renewed = self._renewals(contracts, room)
            if len(renewals) == 0:
                break
            terms.append(replace(renewed, deal=renewed.deal + sum(map(len, parts))))
            parts.append(renewals)
            room -= len(renewals)
        if room > 0:
            parts.append(self._new_business(room, upsell_only=True))
        deals, place = _together(parts)
        ahead = still_to_open(contracts, int(self._steps.first[0]), int(self._steps.last[-1]))
        past = [replace(each, deal=place[each.deal]) for each in terms]
        return deals, contracts, joined([*past, ahead])

    def _new_business(self, count: int, upsell_only: bool = False) -> Deals:
        rng, steps = self._rng, self._steps
        segment = np.where((rng.random(count) < _NET_NEW_SHARE) & (not upsell_only), NET_NEW, UPSELL)
        account = draw(self._accounts.weight, count, rng)
        pillar = np.array([draw(_PILLAR_SHARE[s], count, rng) for s in range(3)])[segment, np.arange(count)]
        product = products_of(pillar, draw(MAIN_PRODUCT_SHARE, count, rng))
        step = draw(np.exp(_GROWTH * (steps.quarter - steps.quarter[0])), count, rng)
        day = steps.first[step] + (rng.random(count) * (steps.last[step] - steps.first[step] + 1)).astype(np.int64)
        day = np.maximum(workday(day), steps.first[step])
        size = (self._accounts.employees[account] / 12_000.0) ** 0.3
        amount = _MEDIAN[segment] * _PILLAR_MEDIAN[pillar] * size * np.exp(rng.normal(0, 0.7, count))
        amount = np.round(np.clip(amount, 30_000, 5_000_000) / 5_000) * 5_000
        planned = day + (_CYCLE_DAYS[segment] * np.exp(rng.normal(0, 0.35, count))).astype(np.int64)
        due = np.clip(quarter_of(planned), steps.quarter[step], steps.quarter[step] + chain.DUES - 1)
        close = day_in_quarter(due, day + 14, rng)
        stage = (rng.random(count) < 0.15).astype(np.int64)
        term = np.array([12, 24, 36])[draw((0.42, 0.10, 0.48), count, rng)]
        births = Births(step, day, stage, close, amount, self._neglect(count))
        return self._walk(segment, account, product, births, term)

    def _neglect(self, count: int) -> Bools:
        return self._rng.random(count) < 0.28

    def _walk(self, segment: Ints, account: Ints, product: Ints, births: Births, term: Ints) -> Deals:
        rng, count = self._rng, len(account)
        own = self._accounts.rep[account]
        rep = np.where(rng.random(count) < OWN_REP, own, rng.integers(0, self._settings.reps, count))
        health = np.where(segment == NET_NEW, FAIR, self._accounts.health[account, births.step])
        pillar = np.array([p.pillar for p in PRODUCTS])[product]
        profile = draw_profile(segment, pillar, births.amount, self._skill[rep], health, rng)
        walk = Simulation(profile, births, self._steps, rng).run()
        return Deals(account, rep, product, profile, births, term, walk)

    def _contracts(self, fresh: Deals, renewals: int) -> Contracts:
        """Contracts from before the book, enough for about so many renewals, and those founded by won net new deals."""
        rng, steps = self._rng, self._steps
        window = int(steps.last[-1] - steps.first[0])
        term = np.array([12, 24, 36])[draw((0.5, 0.12, 0.38), 14 * len(self._accounts), rng)]
        expected = window / (term.mean() * 30.44)
        count = min(int(renewals / expected), len(term))
        pairs = self._owned_pairs(count)
        account, product = pairs // len(PRODUCTS), pairs % len(PRODUCTS)
        count, term = len(pairs), term[: len(pairs)]
        first = steps.first[0] + 160 + (rng.random(count) * term * 30.44).astype(np.int64)
        size = (self._accounts.employees[account] / 12_000.0) ** 0.3
        pillar = np.array([p.pillar for p in PRODUCTS])[product]
        amount = _MEDIAN[RENEWAL] * _PILLAR_MEDIAN[pillar] * size * np.exp(rng.normal(0, 0.65, count))
        won = np.flatnonzero((fresh.walk.stage == WON) & (fresh.profile.segment == NET_NEW))
        amounts = np.concatenate([np.clip(amount, 30_000, 4_000_000), fresh.walk.amount[won]])
        since = add_months(first, -term * rng.integers(1, 3, count))
        began = np.concatenate([add_months(first, -term), fresh.walk.ended[won] + 1])
        return Contracts(
            np.concatenate([account, fresh.account[won]]),
            np.concatenate([product, fresh.product[won]]),
            np.concatenate([term, fresh.term[won]]),
            np.concatenate([since, fresh.walk.ended[won] + rng.integers(7, 40, len(won))]),
            np.concatenate([first, add_months(fresh.walk.ended[won], fresh.term[won])]),
            amounts,
            np.ones(len(amounts), np.bool_),
            np.zeros(len(amounts), np.bool_),
            began,
            rng.choice(LEADS, len(amounts)),
        )

    def _owned_pairs(self, count: int) -> Ints:
        """Pairs of account and product without repeats, more of large accounts and common products (random keys)."""
        taste = np.array([_PILLAR_SHARE[RENEWAL][p.pillar] for p in PRODUCTS])
        rank = np.array([sum(q.pillar == p.pillar for q in PRODUCTS[:i]) for i, p in enumerate(PRODUCTS)])
        taste = taste * np.array(MAIN_PRODUCT_SHARE)[rank]
        weight = (self._accounts.weight[:, None] * taste[None, :]).ravel()
        keys = self._rng.exponential(size=len(weight)) / weight
        return np.sort(np.argpartition(keys, min(count, len(keys) - 1))[:count]).astype(np.int64)

    def _renewals(self, contracts: Contracts, room: int) -> tuple[Deals, Terms]:
        """The next generation: one renewal for each living contract whose opening day has come."""
        rng, steps = self._rng, self._steps
        opened = opening_day(contracts.ends, contracts.lead, contracts.began, int(steps.first[0]))
        due = contracts.going & ~contracts.pending & (opened <= steps.last[-1])
        which = np.flatnonzero(due)[:room]
        day, ends, term = opened[which], contracts.ends[which], contracts.term[which]
        terms = Terms(which, contracts.began[which], ends, contracts.amount[which], np.arange(len(which)))
        contracts.amount[which], amount = renewal_amount(contracts.amount[which], rng)
        segment = np.zeros(len(which), np.int64)
        stage = (rng.random(len(which)) < LATER_STAGE).astype(np.int64)
        neglect = self._neglect(len(which)) & (rng.random(len(which)) < 0.4)
        births = Births(steps.of_day(day), day, stage, ends, amount, neglect)
        deals = self._walk(segment, contracts.account[which], contracts.product[which], births, term)
        won = deals.walk.stage == WON
        contracts.going[which] = won | deals.is_open
        contracts.pending[which] = deals.is_open
        since = np.where(deals.walk.ended > ends + LATE_DAYS, deals.walk.ended, ends)
        contracts.ends[which] = np.where(won, add_months(since, term), ends)
        contracts.amount[which] = np.where(won, deals.walk.amount, contracts.amount[which])
        contracts.began[which] = np.where(won, deals.walk.ended + 1, contracts.began[which])
        contracts.lead[which] = rng.choice(LEADS, len(which))
        return deals, terms


def _together(parts: list[Deals]) -> tuple[Deals, Ints]:
    """All deals in the order in which they were entered, and the place of each in that order."""
    order = np.argsort(np.concatenate([p.births.day for p in parts]), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    offsets = np.cumsum([0] + [len(p) for p in parts[:-1]])
    log_deal = np.concatenate([p.walk.log.deal + o for p, o in zip(parts, offsets, strict=True)])
    return _merge(parts, order, place[log_deal]), place


def _stack(parts: list[Any], order: npt.NDArray[Any]) -> list[Any]:
    return [np.concatenate([getattr(p, f.name) for p in parts])[order] for f in fields(parts[0])]


def _merge(parts: list[Deals], order: Ints, log_deal: Ints) -> Deals:
    logs = [p.walk.log for p in parts]
    by_deal = np.argsort(log_deal, kind="stable")
    log = Log(*_stack(logs, by_deal))
    log = Log(log_deal[by_deal], log.day, log.stage, log.close, log.amount)
    own = {n: np.concatenate([getattr(p, n) for p in parts])[order] for n in ("account", "rep", "product", "term")}
    state = {
        n: np.concatenate([getattr(p.walk, n) for p in parts])[order]
        for n in ("stage", "age", "pushes", "due", "close", "amount", "ended")
    }
    weeks = Weeks(*(np.concatenate([getattr(p.walk.weeks, n) for p in parts]) for n in ("count", "state")))
    return Deals(
        profile=chain.Profile(*_stack([p.profile for p in parts], order)),
        births=Births(*_stack([p.births for p in parts], order)),
        walk=Walk(**state, log=log, weeks=weeks.take(order)),
        **own,
    )
