"""The mirror's past quarters, replayed with what was known then, and the figures of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

import scoring
from scoring.backtest import Backtest, by_week, figures, levels, replay
from scoring.reliability import reliability
from sidecar.book import read_book
from sidecar.book.calendar import day_to_score, fiscal_quarters
from sidecar.configuration import Configuration
from sidecar.errors import ConfigurationError
from sync import Mirror

QUARTERS = 6
"""How many are replayed, unless a person says otherwise."""


@dataclass(frozen=True)
class Past:
    """What is replayed: the book, and the fiscal quarters until the day `as_of`."""

    book: scoring.Book
    as_of: pd.Timestamp
    calendar: pd.DataFrame

    def replayed(self, last: int = QUARTERS) -> Backtest:
        """Replay so many quarters at most; see `scoring.backtest.replay`."""
        quarter = scoring.quarter_at(self.calendar, self.as_of)
        return replay(self.book, self.as_of, quarter, last, self.calendar)


def read_past(mirror: Mirror, configuration: Configuration, as_of: date | None = None) -> Past:
    """Read what a replay needs; the mirror is not needed any more afterwards.

    Args:
        as_of: the day until which is looked; default the org's today.

    Raises:
        ConfigurationError: there is nothing to replay.
    """
    if not mirror.count("Opportunity"):
        raise ConfigurationError("The mirror holds no opportunities to replay: run `sidecar pull` first.")
    day = day_to_score(mirror, as_of)
    calendar = fiscal_quarters(mirror, configuration, day - timedelta(days=366 * 6), day)
    return Past(read_book(mirror, configuration), pd.Timestamp(day), calendar)


def summary(done: Backtest) -> Mapping[str, Any]:
    """The figures for machines and screens: by level, by segment, pillar and rep, by week, reliability."""
    rows = done.projected
    if rows.empty:
        return {"v": 1, "quarters": [], "left_out": list(done.left_out), "levels": {}, "by_week": {}, "reliability": {}}
    org, rep = (rows[rows["scope"] == scope] for scope in ("Org", "Rep"))
    reps = rep[(rep["segment"] == "All") & (rep["pillar"] == "All")]
    by_segment, by_pillar = org[org["pillar"] == "All"], org[org["segment"] == "All"]
    return {
        "v": 1,
        "quarters": [f"{start:%Y-%m-%d}" for start in sorted(rows["quarter"].unique())],
        "left_out": list(done.left_out),
        "levels": _records(figures(rows, levels(rows))),
        "segments": _records(figures(by_segment, by_segment["segment"])),
        "pillars": _records(figures(by_pillar, by_pillar["pillar"])),
        "reps": _records(figures(reps, reps["scope_id"])),
        "by_week": _records(by_week(reps)),
        "reliability": {
            str(of): reliability(chances).round(4).to_dict("records") for of, chances in done.chances.groupby("of")
        },
    }


def _records(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    def plain(value: Any) -> Any:
        return None if pd.isna(value) else round(float(value), 4) if not isinstance(value, bool | int) else value

    return {
        str(name): {str(column): plain(value) for column, value in row.items()}
        for name, row in table.to_dict("index").items()
    }
