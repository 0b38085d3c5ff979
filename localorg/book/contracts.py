"""What accounts own, and when it comes up for renewal.

A contract runs in terms. Its renewal is opened `lead` days before the term ends (125 to 174, each as likely), though
never before the term or the book has begun. Won renewals begin the next term, a lost one ends the contract.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from localorg.book.columns import Bools, Floats, Ints

LEADS = np.arange(125, 175, dtype=np.int64)
GROWTH, GROWTH_SPREAD = 0.045, 0.05  # of the yearly amount from one term to the next, log-normal
AMOUNT_UNIT = 1000  # renewals are opened with amounts of whole thousands
LATE_DAYS = 90  # a renewal won later than this begins a term of its own, others follow on the old one
LATER_STAGE = 0.3  # of the renewals begin in the second stage


@dataclass
class Contracts:
    """Arrays over contracts: account, product, months of a term, day installed, day of the next end, yearly amount.

    going: it may still be renewed (neither lost nor waiting for an open renewal); pending: its renewal is open.
    began: the first day of the running term; lead: days before its end on which its renewal is opened.
    """

    account: Ints
    product: Ints
    term: Ints
    installed: Ints
    ends: Ints
    amount: Floats
    going: Bools
    pending: Bools
    began: Ints
    lead: Ints


@dataclass(frozen=True)
class Terms:
    """Arrays over the terms of contracts. began: its first day; ends: its planned last one; amount: yearly.

    deal: the Renewal deal at its end, -1 where none has been opened by the end of the book.
    """

    contract: Ints
    began: Ints
    ends: Ints
    amount: Floats
    deal: Ints

    def __len__(self) -> int:
        """How many terms."""
        return len(self.contract)

    def take(self, index: Ints | Bools) -> Terms:
        """Some of the terms."""
        return Terms(*(getattr(self, f.name)[index] for f in fields(self)))


def opening_day(ends: Ints, lead: Ints, began: Ints, first: int) -> Ints:
    """The day on which a renewal is opened; `first` is the book's first day."""
    return np.asarray(np.maximum(np.maximum(ends - lead, began), first), np.int64)


def renewal_amount(amount: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The yearly amount for which contracts come up, as it is meant and as it is entered."""
    grown = amount * np.exp(rng.normal(GROWTH, GROWTH_SPREAD, len(amount)))
    return grown, np.round(grown / AMOUNT_UNIT) * AMOUNT_UNIT


def still_to_open(contracts: Contracts, first: int, today: int) -> Terms:
    """The running terms whose renewal will be opened after `today`."""
    opened = opening_day(contracts.ends, contracts.lead, contracts.began, first)
    rows = np.flatnonzero(contracts.going & ~contracts.pending & (opened > today))
    return Terms(rows, contracts.began[rows], contracts.ends[rows], contracts.amount[rows], np.full(len(rows), -1))


def joined(parts: list[Terms]) -> Terms:
    """Terms put together."""
    return Terms(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Terms)))
