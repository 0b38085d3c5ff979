"""What a generated book is made from: its sizes, its seed and the day on which it ends."""

import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np

from localorg.errors import LocalOrgError

_LARGE = 2_000  # accounts; above, a whole book's telemetry would be most of the book


class BookSettingsError(LocalOrgError):
    """A size of the book is out of range; the message names it and the range."""


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class BookSettings:
    """Sizes of a book.

    accounts, deals, reps: how many of each (at least 1; the number of deals is met exactly).
    quarters: fiscal quarters with deals, the running one included (at least 2).
    seed: the same settings give the same book, byte by byte.
    end: the book's "today": everything that happened lies before it, the running quarter is the one it lies in.
    usage_weeks: weeks of product telemetry and of support cases before `end`. None: those of the whole book, or a year
        where there are more than 2,000 accounts.

    Raises BookSettingsError where a size is out of range.
    """

    accounts: int = 60
    deals: int = 1500
    quarters: int = 12
    reps: int = 8
    seed: int = 7
    end: date = field(default_factory=_today)
    usage_weeks: int | None = None

    def __post_init__(self) -> None:
        """Refuse sizes that no book can have."""
        ranges = {
            "accounts": (1, 2_000_000),
            "deals": (1, 10_000_000),
            "quarters": (2, 80),
            "reps": (1, 50_000),
            "seed": (0, 2**63 - 1),
            "usage_weeks": (1, 520),
        }
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is None:
                continue
            if not low <= value <= high:
                raise BookSettingsError(f"{name} = {value!r}: a book needs {low} to {high}")

    @property
    def telemetry_weeks(self) -> int:
        """Weeks of product telemetry and of support cases."""
        if self.usage_weeks is not None:
            return self.usage_weeks
        return 13 * (self.quarters - 1) if self.accounts <= _LARGE else 52

    def rng(self, purpose: str) -> np.random.Generator:
        """A random stream of its own for each purpose, so that a change in one part leaves the others as they were."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])
