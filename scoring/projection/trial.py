"""Past quarters as they would have been projected: what mends the ranges, and how good they would have been.

Each quarter is projected from what the others teach. The shared shock and the levels of its ranges are those of all
quarters for the quarter to come; for the proof they are those of the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import EPOCH, Span
from scoring.projection.deals import ADDED, EXPOSURE, NEW, VARIANCE, distribution
from scoring.projection.model import band
from scoring.projection.ranges import Levels, Sums, calibrated
from scoring.projection.scopes import ACCOUNT
from scoring.results import PROJECTION_PROOF

# Nominal levels weigh as much as so many independent outcomes; units of one quarter count as few.
DOUBT, UNITS = 20.0, 10
BANDS = range(3)
# The shock of so many quarters is taken to be this, before any has been seen.
USUAL_SHOCK, SHOCK_QUARTERS = 0.2, 2.0

Scopes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Replay:
    """One past week as it would have been projected: sums by unit and by account, and what came after.

    Attributes:
        quarter: number of the past quarter.
        weeks_left: of it.
        units, units_came: sums of each unit by segment (All first), and bookings still to come.
        due: stage-weighted pipeline of the same.
        accounts, accounts_came: of each account with something to come.
    """

    quarter: int
    weeks_left: int
    units: Floats
    units_came: Floats
    due: Floats
    accounts: Floats
    accounts_came: Floats


@dataclass(frozen=True)
class _Tried:
    """Rows of one level and part of the quarter that had something to come."""

    quarter: npt.NDArray[np.int64]
    computed: Sums
    came: Floats
    due: Floats
    at_most: Floats
    below: Floats

    def levels(self, independent: float, without: int | None = None) -> Levels:
        """The levels that held in the past, or in the other quarters."""
        used = slice(None) if without is None else self.quarter != without
        return calibrated(self.at_most[used], self.below[used], independent, DOUBT)


def shared_shock(replays: list[Replay], without: int | None = None) -> float:
    """What the org's totals were off by beyond the chance of independent deals (by moments), over past quarters.

    Args:
        replays: of past quarters.
        without: number of a quarter that is left out.

    Returns:
        Standard deviation of what moves the log-odds of all deals of a quarter together.
    """
    used = [each for each in replays if each.quarter != without]
    if not used:
        return USUAL_SHOCK
    org = np.array([each.units[0, 0] for each in used])
    off = np.array([each.units_came[0, 0] for each in used]) - org[:, ADDED] - org[:, NEW]
    exposed = float((org[:, EXPOSURE] ** 2).sum())
    excess = float((off**2 - org[:, VARIANCE]).sum())
    found = max(excess / exposed, 0.0) if exposed > 0 else USUAL_SHOCK**2
    quarters = len({each.quarter for each in used})
    return float(np.sqrt((quarters * found + SHOCK_QUARTERS * USUAL_SHOCK**2) / (quarters + SHOCK_QUARTERS)))


def past_levels(
    replays: list[Replay], scope: Scopes, shock: float, quarters: int
) -> Mapping[tuple[str, bool, int], Levels]:
    """Calibrated levels for each scope, All or segment, and part of the quarter.

    Args:
        replays: of all past quarters.
        scope: of each unit.
        shock: see `distribution`.
        quarters: how many quarters there are.
    """
    found = {}
    for part in BANDS:
        chosen = [each for each in replays if band(each.weeks_left) == part]
        if not chosen:
            continue
        for name, whole, mine in _levels_of(scope):
            independent = quarters * min(int(mine.sum()), UNITS)
            found[(name, whole, part)] = _tried(chosen, mine, shock, whole=whole).levels(independent)
        table = np.concatenate([each.accounts for each in chosen])
        came = np.concatenate([each.accounts_came for each in chosen])
        quarter = np.concatenate([np.full(len(each.accounts), each.quarter) for each in chosen])
        levels = _rows(quarter, table, came, np.zeros(len(came)), shock).levels(quarters * UNITS)
        found[(ACCOUNT, True, part)] = found[(ACCOUNT, False, part)] = levels
    return found


def past_proof(replays: list[Replay], scope: Scopes, spans: list[Span]) -> pd.DataFrame:
    """How good the projection would have been, `PROJECTION_PROOF`; arguments as for `past_levels`."""
    rows = []
    shocks = {number: shared_shock(replays, without=number) for number in range(len(spans))}
    for name, whole, mine in _levels_of(scope):
        independent = (len(spans) - 1) * min(int(mine.sum()), UNITS)
        parts = []
        for part in BANDS:
            chosen = [each for each in replays if band(each.weeks_left) == part]
            if chosen:
                for quarter, shock in shocks.items():
                    parts.append(_judged(_tried(chosen, mine, shock, whole=whole), quarter, independent))
        judged = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if len(judged):
            rows.append(
                {
                    "scope": name,
                    "whole": whole,
                    "quarters": judged["quarter"].nunique(),
                    "since": EPOCH + pd.Timedelta(days=spans[int(judged["quarter"].min())].start),
                    "rows": len(judged),
                    "held": judged["held"].mean(),
                    "error": judged["error"].median(),
                    "stage_weighted_error": judged["stage_weighted_error"].median(),
                }
            )
    return PROJECTION_PROOF.conform(pd.DataFrame(rows, columns=PROJECTION_PROOF.names))


def _levels_of(scope: Scopes) -> Iterator[tuple[str, bool, npt.NDArray[np.bool_]]]:
    for name in dict.fromkeys(scope):
        for whole in (True, False):
            yield str(name), whole, scope == name


def _tried(chosen: list[Replay], mine: npt.NDArray[np.bool_], shock: float, *, whole: bool) -> _Tried:
    part = (mine, slice(0, 1)) if whole else (mine, slice(1, None))
    table = np.concatenate([each.units[part].reshape(-1, each.units.shape[-1]) for each in chosen])
    came = np.concatenate([each.units_came[part].ravel() for each in chosen])
    due = np.concatenate([each.due[part].ravel() for each in chosen])
    each_quarter = np.array([each.quarter for each in chosen], dtype=np.int64)
    return _rows(np.repeat(each_quarter, len(came) // len(chosen)), table, came, due, shock)


def _rows(quarter: npt.NDArray[np.int64], table: Floats, came: Floats, due: Floats, shock: float) -> _Tried:
    used = table[:, ADDED] + table[:, NEW] > 0
    computed, came = distribution(table[used], shock), came[used]
    return _Tried(quarter[used], computed, came, due[used], computed.chance(came), computed.chance_below(came))


def _judged(tried: _Tried, quarter: int, independent: float) -> pd.DataFrame:
    """quarter, held, error and stage_weighted_error of a quarter's rows, the levels being those of the others."""
    mine = tried.quarter == quarter
    low, middle, high = tried.levels(independent, without=quarter).as_levels()
    computed = Sums(*(values[mine] for values in (tried.computed.none, tried.computed.shape, tried.computed.scale)))
    return pd.DataFrame(
        {
            "quarter": quarter,
            "held": (tried.at_most[mine] >= low) & (tried.below[mine] <= high),
            "error": np.abs(computed.quantile(np.full(int(mine.sum()), middle)) - tried.came[mine]),
            "stage_weighted_error": np.abs(tried.due[mine] - tried.came[mine]),
        }
    )
