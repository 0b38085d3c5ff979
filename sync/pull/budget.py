"""How many API calls a pull may make: a share of the day's calls for one run, the rest of the day left to others."""

from __future__ import annotations

from dataclasses import dataclass

from sync.client.org import Org
from sync.errors import RetryLater


class OutOfBudget(RetryLater):
    """What comes next does not fit into the budget; it waits for the next run."""


@dataclass(frozen=True)
class Budget:
    """Shares of the org's API calls in 24 hours.

    Parameters
    ----------
    run_share : at most so much of the day's calls is spent by one run.
    day_share : nothing is begun that would bring the org's own count of calls above this share.
    """

    run_share: float = 0.25
    day_share: float = 0.8


class Allowance:
    """What is left of a budget during one run, by the org's own count."""

    def __init__(self, org: Org, budget: Budget) -> None:
        self._org = org
        self._budget = budget
        self._calls_before = org.calls

    def left(self) -> int | None:
        """Calls that may still be made; None before the org told its limit."""
        usage = self._org.usage
        if usage is None:
            return None
        of_run = self._budget.run_share * usage.maximum - (self._org.calls - self._calls_before)
        of_day = self._budget.day_share * usage.maximum - usage.used
        return max(0, int(min(of_run, of_day)))

    def check(self, calls: int, what: str) -> None:
        """Raise OutOfBudget unless so many calls may still be made."""
        left = self.left()
        if left is None or calls <= left:
            return
        usage = self._org.usage
        told = f"{usage.used:,} of the org's {usage.maximum:,} calls of the day are used" if usage else "no usage told"
        raise OutOfBudget(
            f"{what} needs about {calls:,} API calls, the budget leaves {left:,} ({told}): it waits for the next run."
            " Remedy, if it never fits: raise budget_run or budget_day under [pull] in sidecar.toml"
        )
