"""Which accounts are looked at on which days, with the products they had then."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from scoring.days import Floats
from scoring.health.counting import Bools, Ints, by_group
from scoring.health.holdings import revenue_weights
from scoring.health.inputs import Inputs
from scoring.health.telemetry import Windows


@dataclass(frozen=True)
class Grid:
    """Subjects x days. A subject is an account; it may come more than once, with other days.

    Attributes:
        account: account code of each subject, shape (subjects,).
        day: days since 1970, shape (subjects, days).
        subject: of each holding, rising, shape (holdings,).
        pair: account x products + product of each holding.
        starts: first holding of each subject, shape (subjects + 1,).
        share: of the account's revenue, shape (holdings, days); those of a subject add up to 1, or are all 0.
        windows: telemetry looked up so far, by the rows of it that can be used.
    """

    account: Ints
    day: Ints
    subject: Ints
    pair: Ints
    starts: Ints
    share: Floats
    windows: list[tuple[Bools, Windows]] = field(default_factory=list, repr=False, compare=False)

    @cached_property
    def holding_day(self) -> Ints:
        """The days of each holding's subject."""
        return self.day[self.subject]

    @cached_property
    def is_customer(self) -> Bools:
        """Subjects x days: whether the account has any product then."""
        return by_group(self.share, self.starts, len(self.account)) > 0

    def totals(self, values: Floats) -> Floats:
        """Sums of holdings x days over each subject's holdings."""
        return by_group(values, self.starts, len(self.account))


def make_grid(inputs: Inputs, account: Ints, day: Ints) -> Grid:
    """Look at accounts on days.

    Args:
        inputs: records.
        account: codes, shape (subjects,).
        day: shape (subjects, days).
    """
    owned = inputs.holdings
    first, count = owned.starts[account], owned.starts[account + 1] - owned.starts[account]
    starts = np.concatenate([[0], np.cumsum(count)])
    subject = np.repeat(np.arange(len(account)), count)
    pair = owned.pair[np.arange(len(subject)) - starts[subject] + first[subject]]
    in_force, in_use = revenue_weights(inputs.assets, owned, pair, day[subject])
    forced, used = (by_group(weight, starts, len(account))[subject] for weight in (in_force, in_use))
    weight, total = np.where(forced > 0, in_force, in_use), np.where(forced > 0, forced, used)
    share = np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0)
    return Grid(account, day, subject, pair, starts, share)
