"""Past quarters as they would have been projected: what mends the ranges, and how good they would have been.

Each quarter is projected from what the others teach. The shared shock and the levels of its ranges are those of all
quarters for the quarter to come; for the proof they are those of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import EPOCH, Span, band
from scoring.projection.deals import ADDED, COLUMNS, EXPOSURE, NEW, VARIANCE, distribution
from scoring.projection.model import KINDS, SEGMENT, WHOLE
from scoring.projection.ranges import Levels, Sums, calibrated
from scoring.projection.scopes import ACCOUNT
from scoring.results import PROJECTION_PROOF

# Nominal levels weigh as much as so many independent outcomes; rows of one quarter count as at most so many.
DOUBT, ROWS = 20.0, 10
BANDS = range(3)
# The shock of so many quarters is taken to be this, before any has been seen.
USUAL_SHOCK, SHOCK_QUARTERS = 0.2, 2.0

Scopes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Past:
    """Rows of one kind.

    Attributes:
        sums: (units, parts, COLUMNS).
        came: bookings that were still to come: (units, parts).
        due: stage-weighted pipeline of the same; 0 where it is not compared.
    """

    sums: Floats
    came: Floats
    due: Floats


@dataclass(frozen=True)
class Replay:
    """One past week as it would have been projected, and what came after.

    Attributes:
        quarter: number of the past quarter.
        weeks_left: of it.
        rows: by kind: each unit as a whole, by segment, and by pillar.
        accounts: accounts with something to come, each one unit of one part.
    """

    quarter: int
    weeks_left: int
    rows: Mapping[str, Past]
    accounts: Past


@dataclass(frozen=True)
class _Tried:
    """Rows of one level and part of the quarter that had something to come, over so many weeks."""

    quarter: npt.NDArray[np.int64]
    weeks: int
    computed: Sums
    came: Floats
    due: Floats
    at_most: Floats
    below: Floats

    def levels(self, quarters: int, without: int | None = None) -> Levels:
        """The levels that held in so many past quarters: all of them, or the others."""
        used = slice(None) if without is None else self.quarter != without
        independent = quarters * min(len(self.came) / self.weeks, ROWS)
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
    org = np.array([each.rows[WHOLE].sums[0, 0] for each in used])
    off = np.array([each.rows[WHOLE].came[0, 0] for each in used]) - org[:, ADDED] - org[:, NEW]
    exposed = float((org[:, EXPOSURE] ** 2).sum())
    excess = float((off**2 - org[:, VARIANCE]).sum())
    found = max(excess / exposed, 0.0) if exposed > 0 else USUAL_SHOCK**2
    quarters = len({each.quarter for each in used})
    return float(np.sqrt((quarters * found + SHOCK_QUARTERS * USUAL_SHOCK**2) / (quarters + SHOCK_QUARTERS)))


def past_levels(
    replays: list[Replay], scope: Scopes, shock: float, quarters: int
) -> Mapping[tuple[str, str, int], Levels]:
    """Calibrated levels for each scope, kind of row and part of the quarter.

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
        for name in dict.fromkeys(scope):
            for kind in KINDS:
                tried = _tried(chosen, [each.rows[kind] for each in chosen], scope == name, shock)
                found[(str(name), kind, part)] = tried.levels(quarters)
        accounts = [each.accounts for each in chosen]
        levels = _tried(chosen, accounts, slice(None), shock).levels(quarters)
        found |= {(ACCOUNT, kind, part): levels for kind in KINDS}
    return found


def past_proof(replays: list[Replay], scope: Scopes, spans: list[Span]) -> pd.DataFrame:
    """How good the projection would have been, `PROJECTION_PROOF`; arguments as for `past_levels`."""
    rows = []
    shocks = {number: shared_shock(replays, without=number) for number in range(len(spans))}
    for name, kind in product(dict.fromkeys(scope), (WHOLE, SEGMENT)):
        parts = []
        for part in BANDS:
            chosen = [each for each in replays if band(each.weeks_left) == part]
            past = [each.rows[kind] for each in chosen]
            if chosen:
                for quarter, shock in shocks.items():
                    parts.append(_judged(_tried(chosen, past, scope == name, shock), quarter, len(spans) - 1))
        judged = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        if len(judged):
            rows.append(
                {
                    "scope": name,
                    "whole": kind == WHOLE,
                    "quarters": judged["quarter"].nunique(),
                    "since": EPOCH + pd.Timedelta(days=spans[int(judged["quarter"].min())].start),
                    "rows": len(judged),
                    "held": judged["held"].mean(),
                    "error": judged["error"].median(),
                    "stage_weighted_error": judged["stage_weighted_error"].median(),
                }
            )
    return PROJECTION_PROOF.conform(pd.DataFrame(rows, columns=PROJECTION_PROOF.names))


def _tried(chosen: list[Replay], past: list[Past], mine: npt.NDArray[np.bool_] | slice, shock: float) -> _Tried:
    table = np.concatenate([each.sums[mine].reshape(-1, COLUMNS) for each in past])
    came = np.concatenate([each.came[mine].ravel() for each in past])
    due = np.concatenate([each.due[mine].ravel() for each in past])
    quarter = np.repeat([each.quarter for each in chosen], [each.came[mine].size for each in past])
    used = table[:, ADDED] + table[:, NEW] > 0
    computed, came = distribution(table[used], shock), came[used]
    at_most, below = computed.chance(came), computed.chance_below(came)
    return _Tried(quarter[used], len(chosen), computed, came, due[used], at_most, below)


def _judged(tried: _Tried, quarter: int, others: int) -> pd.DataFrame:
    """quarter, held, error and stage_weighted_error of a quarter's rows, the levels being those of the others."""
    mine = tried.quarter == quarter
    low, middle, high = tried.levels(others, without=quarter).as_levels()
    computed = Sums(*(values[mine] for values in (tried.computed.none, tried.computed.shape, tried.computed.scale)))
    return pd.DataFrame(
        {
            "quarter": quarter,
            "held": (tried.at_most[mine] >= low) & (tried.below[mine] <= high),
            "error": np.abs(computed.quantile(np.full(int(mine.sum()), middle)) - tried.came[mine]),
            "stage_weighted_error": np.abs(tried.due[mine] - tried.came[mine]),
        }
    )
