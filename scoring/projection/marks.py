"""What else is known of a deal besides its stage and dates: contact roles, a demo, the account's use, named fields.

The win model reads the same records (`scoring.deals.features`). Here each is a code of the deal that changes at most
once, on a day, so that any past day is read without a look at the records.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import Floats
from scoring.deals.features import DEMO_DAYS, deal_activities, demos, named_fields, usage_before, usual_roles
from scoring.lookup import codes
from scoring.projection.odds import Codes
from scoring.projection.timeline import NEVER, Integers, Timeline, day_numbers
from scoring.settings import DealSettings

USE_BANDS = 5
NO_DEMO, EARLY, LATE = range(3)


@dataclass(frozen=True)
class Mark:
    """One thing that is known of the deals of a book, in the order of `Timeline.deals`.

    Attributes:
        levels: codes are 0 .. levels - 1.
        before, after: each deal's code before a day, and from it on.
        since: that day, NEVER where it has not come.
    """

    levels: int
    before: Codes
    after: Codes
    since: Integers

    def at(self, deal: Codes, day: int) -> Codes:
        """The codes of some deals at the end of a day."""
        return np.where(self.since[deal] <= day, self.after[deal], self.before[deal])


@dataclass(frozen=True)
class MarkLevels:
    """What the codes stand for.

    Attributes:
        roles: the usual contact roles.
        use: edges of the bands of the account's use.
        fields: values of each named field; others are the code after the last.
    """

    roles: tuple[str, ...]
    use: Floats
    fields: Mapping[str, pd.Index]

    @property
    def counts(self) -> dict[str, int]:
        """How many levels each mark has."""
        fields = {f"field {name}": len(known) + 1 for name, known in self.fields.items()}
        return {f"role {role}": 2 for role in self.roles} | {"demo": 3, "use": USE_BANDS + 1} | fields


def mark_levels(line: Timeline, book: Book) -> MarkLevels:
    """Choose them from a book: all that is chosen here rests on what was known on its day."""
    use = usage_before(book, line.deals["account_id"], line.deals["created_date"]).dropna()
    edges = np.quantile(use, np.arange(1, USE_BANDS) / USE_BANDS) if len(use) else np.zeros(USE_BANDS - 1)
    fields = {
        name: pd.Index(sorted(values.dropna().unique()))
        for name, values in named_fields(book, line.deals["opportunity_id"]).items()
    }
    return MarkLevels(tuple(usual_roles(book)), edges, fields)


def marks(line: Timeline, book: Book, levels: MarkLevels, settings: DealSettings) -> Mapping[str, Mark]:
    """The marks of a book's deals by name: `role X`, `demo`, `use`, `field X`."""
    deals, ids = line.deals, pd.Index(line.deals["opportunity_id"])
    found = {
        f"role {role}": _from_day(_first(book.roles[book.roles["role"] == role], "created_date", ids))
        for role in levels.roles
    }
    shown = _first(demos(deal_activities(book), settings), "activity_date", ids)
    kind = np.where(shown - line.created <= DEMO_DAYS, EARLY, LATE)
    found["demo"] = Mark(3, np.full(len(ids), NO_DEMO), kind, shown)
    use = usage_before(book, deals["account_id"], deals["created_date"]).to_numpy()
    band = np.where(np.isnan(use), USE_BANDS, np.searchsorted(levels.use, use, side="right"))
    found["use"] = _fixed(USE_BANDS + 1, band)
    told = named_fields(book, deals["opportunity_id"], list(levels.fields))
    for name, known in levels.fields.items():
        found[f"field {name}"] = _fixed(len(known) + 1, codes(told[name], known))
    return found


def _first(records: pd.DataFrame, date: str, ids: pd.Index) -> Integers:
    """The day of each deal's first record, NEVER without one."""
    first = records.groupby("opportunity_id")[date].min().reindex(ids)
    day = day_numbers(first)
    return np.where(first.isna().to_numpy(), NEVER, day)


def _from_day(since: Integers) -> Mark:
    return Mark(2, np.zeros(len(since), dtype=np.int64), np.ones(len(since), dtype=np.int64), since)


def _fixed(levels: int, code: Codes) -> Mark:
    return Mark(levels, code, code, np.full(len(code), NEVER))
