"""The true risk of accounts, for every week: to lose the next renewal, and to lose any in the week itself.

An account's next renewal is that of the running term which ends first. While its Renewal deal is open, the risk is what
the deal's own truth says. Before that it depends on the account's health when the deal will be opened, and on what the
deal will look like: health walks as a Markov chain of its own (`accounts.HEALTH_STEP`), the opening day is known but
for its lead, and sponsor, demo, competitor, rep and size band have known chances. Summing over all of them is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from localorg.book import chain
from localorg.book.accounts import HEALTH_STEP
from localorg.book.catalogue import PILLARS, PRODUCTS, RENEWAL
from localorg.book.columns import Floats, Ints, repeat_within
from localorg.book.contracts import AMOUNT_UNIT, GROWTH, GROWTH_SPREAD, LATER_STAGE, LEADS, Terms, opening_day
from localorg.book.deals import COMPETITOR, DEMO, OWN_REP, SPONSOR
from localorg.book.steps import future_steps, joined, quarter_of
from localorg.book.truth import HORIZON_QUARTERS, Newborn, Singles
from localorg.book.world import World

ACCOUNTS_AT_ONCE = 5_000
_SKILLS, _SIZES, _HEALTHS = 5, len(chain.SIZE_EDGES) + 1, len(HEALTH_STEP)
_TWISTS = tuple(product(range(2), range(2), range(3)))  # sponsor, demo, competitor


@dataclass(frozen=True)
class AccountWeeks:
    """True risks of accounts at the beginning of each week in which they had a running term.

    step: index into `past_steps` (from 1 on; its length stands for the book's end). health: 0 good, 1 fair, 2 poor.
    ends: the day on which the next renewal is planned. lost: the probability that it is lost. week: the probability
    that at least one of the account's open renewals is lost within the week.
    """

    account: Ints
    step: Ints
    health: npt.NDArray[np.int8]
    ends: Ints
    lost: Singles
    week: Singles


def renewal_drives() -> Floats:
    """The drives (on, lost) that renewals can have: pillar x size x skill x health x sponsor, demo, competitor."""
    shape = (len(PILLARS), _SIZES, _SKILLS, _HEALTHS, len(_TWISTS))
    pillar, size, skill, health, twist = (x.ravel() for x in np.indices(shape))
    sponsor, demo, rival = np.array(_TWISTS)[twist].T
    columns = (np.full(len(pillar), RENEWAL), pillar, size, skill - 2, sponsor, demo, rival, health)
    drive = chain.drivers(chain.Profile(*(c.astype(np.int8) for c in columns)))
    return np.stack([drive.on, drive.lost], axis=1)


class Churn:
    """Risks of a book's accounts. `newborn` is what `truth.each_truth` found for all of `renewal_drives`."""

    def __init__(self, world: World, newborn: list[Newborn]) -> None:
        self._world = world
        self._steps = joined([world.steps, future_steps(world.settings, HORIZON_QUARTERS)])
        self._fresh = self._of_owner(_by_looks(newborn))
        self._ahead = _powers(len(self._steps))

    def _of_owner(self, lost: Floats) -> Floats:
        """Steps x due x pillar x size x owner's skill x health: some renewals are worked on by another rep."""
        skills = np.bincount(self._world.staff.skill + 2, minlength=_SKILLS) / self._world.staff.reps
        anyone = np.einsum("tdpskh,k->tdpsh", lost, skills)
        return np.asarray(OWN_REP * lost + (1 - OWN_REP) * anyone[..., None, :])

    def each(self, offset: Ints, won: Singles, lost: Singles) -> Iterator[AccountWeeks]:
        """All accounts' risks, some accounts at a time.

        offset: the place of each deal's first week in won and lost: the probabilities to be won at all, and to be lost
        in the week (see `truth.DealWeeks`).
        """
        world = self._world
        owner = world.contracts.account[world.terms.contract]
        order = np.lexsort((-world.terms.ends, owner))  # of several rows for a week the last is kept: the first to end
        bounds = np.searchsorted(owner[order], np.arange(0, len(world.accounts) + ACCOUNTS_AT_ONCE, ACCOUNTS_AT_ONCE))
        for number, first in enumerate(range(0, len(world.accounts), ACCOUNTS_AT_ONCE)):
            terms = world.terms.take(order[bounds[number] : bounds[number + 1]])
            yield self._accounts(first, terms, offset, won, lost)

    def _accounts(self, first: int, terms: Terms, offset: Ints, won: Singles, lost: Singles) -> AccountWeeks:
        world, today = self._world, len(self._world.steps)
        count = min(ACCOUNTS_AT_ONCE, len(world.accounts) - first)
        term, step = self._weeks_of(terms)
        deal = terms.deal[term]
        born = np.where(deal >= 0, world.deals.births.step[deal], today + 1)
        is_open = step > born
        chance, hazard = np.empty(len(term), np.float32), np.zeros(len(term), np.float32)
        row = (offset[deal] + step - born - 1)[is_open]
        chance[is_open], hazard[is_open] = 1 - won[row], lost[row]
        account = world.contracts.account[terms.contract][term]
        health = world.accounts.health[account, step - 1].astype(np.int64)
        chance[~is_open] = self.unopened(terms, term[~is_open], step[~is_open], health[~is_open])
        cell = (account - first) * (today + 1) + step
        size = count * (today + 1)
        ends, risk = np.full(size, -1, np.int64), np.empty(size, np.float32)
        ends[cell], risk[cell] = terms.ends[term], chance
        safe = np.bincount(cell, weights=np.log1p(-hazard), minlength=size)
        found = np.flatnonzero(ends >= 0)
        which, at = found // (today + 1) + first, found % (today + 1)
        week = np.abs(np.expm1(safe[found]))
        return AccountWeeks(which, at, world.accounts.health[which, at - 1], ends[found], risk[found], _single(week))

    def _weeks_of(self, terms: Terms) -> tuple[Ints, Ints]:
        """The weeks of each term, as rows: from its first day until its renewal was decided."""
        world, today = self._world, len(self._world.steps)
        starts = np.concatenate([world.steps.first, [world.today]])
        begin = np.maximum(np.searchsorted(starts, terms.began), 1)
        ended = np.where(terms.deal >= 0, world.deals.walk.ended[terms.deal], -1)
        until = np.where(ended >= 0, np.searchsorted(starts, ended, side="right") - 1, today)
        term, rank = repeat_within(np.maximum(until - begin + 1, 0))
        return term, begin[term] + rank

    def unopened(self, terms: Terms, row: Ints, step: Ints, health: Ints) -> Floats:
        """The probability to lose renewals that are not opened yet.

        row: places in `terms`; step, health: the week that begins, and the account's class then.
        """
        opening, share = self._openings(terms)
        risk = self._risk_by_health(terms, opening)
        # Seen from before the first step in which it may be opened, all openings are one.
        whole = np.einsum("nw,whj,nwj->nh", share, self._ahead[: opening.shape[1]], risk)
        ahead = opening[row, 0] - step + 1  # the class at the opening is that of the end of its step
        out = (self._ahead[np.maximum(ahead, 0), health] * whole[row]).sum(axis=1)
        late = np.flatnonzero(ahead <= 0)
        out[late] = self._within_window(opening[row[late]], share[row[late]], risk[row[late]], step[late], health[late])
        return np.asarray(out)

    def _within_window(self, opening: Ints, share: Floats, risk: Floats, step: Ints, health: Ints) -> Floats:
        """The same for renewals that might have been opened already: what is left of the openings, and its risk."""
        ahead = opening - step[:, None] + 1
        share = share * (ahead > 0)
        path = self._ahead[np.maximum(ahead, 0), health[:, None]]
        return np.asarray(np.einsum("nw,nwh,nwh->n", share, path, risk) / share.sum(axis=1))

    def _risk_by_health(self, terms: Terms, opening: Ints) -> Floats:
        """Terms x places x health: the probability to lose a renewal that is opened there with that health."""
        sizes, skill = _sizes(terms.amount), self._owner_skill(terms)
        pillar = np.array([p.pillar for p in PRODUCTS])[self._world.contracts.product[terms.contract]]
        due = np.clip(quarter_of(terms.ends)[:, None] - self._steps.quarter[opening], 0, chain.DUES - 1)
        out = np.zeros((*opening.shape, _HEALTHS))
        for size in range(_SIZES):
            part = self._fresh[opening, due, pillar[:, None], size, skill[:, None]]
            out += sizes[:, size, None, None] * part
        return out

    def _owner_skill(self, terms: Terms) -> Ints:
        world = self._world
        return world.staff.skill[world.accounts.rep[world.contracts.account[terms.contract]]] + 2

    def _openings(self, terms: Terms) -> tuple[Ints, Floats]:
        """Terms x places: the steps in which the renewal may be opened, and how likely each is."""
        first = int(self._world.steps.first[0])
        days = (opening_day(terms.ends, np.full(len(terms), lead), terms.began, first) for lead in LEADS[::-1])
        steps = np.stack([self._steps.of_day(day) for day in days], axis=1)
        rank = steps - steps[:, :1]
        width = int(rank.max()) + 1 if len(rank) else 1
        opening = steps[:, :1] + np.arange(width)
        share = np.stack([(rank == place).mean(axis=1) for place in range(width)], axis=1)
        return np.minimum(opening, len(self._steps) - 1), share


def _by_looks(newborn: list[Newborn]) -> Floats:
    """Steps x due x pillar x size x skill x health: the risk over sponsor, demo, competitor and first stage."""
    drive = np.concatenate([each.drive for each in newborn])
    lost = np.concatenate([each.lost for each in newborn], axis=-1)
    lost = (1 - LATER_STAGE) * lost[:, 0] + LATER_STAGE * lost[:, 1]
    place = {tuple(pair): n for n, pair in enumerate(drive.tolist())}
    shape = (len(PILLARS), _SIZES, _SKILLS, _HEALTHS, len(_TWISTS))
    cells = np.array([place[tuple(pair)] for pair in renewal_drives().tolist()]).reshape(shape)
    rivals = np.array(COMPETITOR[RENEWAL]) / np.sum(COMPETITOR[RENEWAL])
    out = np.zeros((*lost.shape[:2], *shape[:-1]))
    for twist, (sponsor, demo, rival) in enumerate(_TWISTS):
        sponsored = SPONSOR[RENEWAL] if sponsor else 1 - SPONSOR[RENEWAL]
        shown = DEMO[RENEWAL] if demo else 1 - DEMO[RENEWAL]
        out += sponsored * shown * rivals[rival] * lost[..., cells[..., twist]]
    return out


def _sizes(amount: Floats) -> Floats:
    """Terms x size bands: how likely the renewal of a yearly amount falls into each."""
    # A grown amount is rounded to whole units, so it passes an edge half a unit sooner or later.
    edges = np.ceil(np.array(chain.SIZE_EDGES) / AMOUNT_UNIT) * AMOUNT_UNIT - AMOUNT_UNIT / 2
    below = _normal((np.log(edges / amount[:, None]) - GROWTH) / GROWTH_SPREAD)
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def _normal(values: Floats) -> Floats:
    """The normal distribution function."""
    erf = np.frompyfunc(math.erf, 1, 1)(values / math.sqrt(2))
    return 0.5 + 0.5 * np.asarray(erf, np.float64)


def _powers(count: int) -> Floats:
    """HEALTH_STEP to the power of 0, 1, ... count."""
    out = np.empty((count + 1, _HEALTHS, _HEALTHS))
    out[0] = np.eye(_HEALTHS)
    for power in range(count):
        out[power + 1] = out[power] @ HEALTH_STEP
    return out


def _single(values: Floats) -> Singles:
    return values.astype(np.float32)
