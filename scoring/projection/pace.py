"""How fast deals move in each season, beside the other seasons: what a season's few wins cannot tell.

A season is seen in two or three quarters, with a few hundred wins, but thousands of deals move to a later stage in it.
Their moves are set against those that deals of the same stage, segment and week make in all quarters (indirect
standardisation; Breslow and Day, Statistical Methods in Cancer Research II, 1987, chapter 2).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats
from scoring.projection.calendar import BAND_EDGES, SEASONS, Span
from scoring.projection.features import LEFT, DealCodes
from scoring.projection.layout import PARTS_OF_ALL
from scoring.projection.learning import Week
from scoring.projection.scopes import summed
from scoring.projection.timeline import Bools, Integers, Standing, Timeline

# A season is taken to have so many moves more, at the usual pace, in each part of the quarter.
FEW_MOVES = 50.0
# What a deal's log-odds follow the log of the pace by: most have more than one move ahead until they are won. Chosen,
# with the pull of the seasons' own effects, on generated books (seeds 11 to 14).
STEPS_AHEAD = 1.5


@dataclass(frozen=True)
class Moves:
    """Moves within a week of past quarters.

    Attributes:
        season: of each quarter.
        moved: deals that came to a later stage, or were won: quarters x stages x segments x (LEFT + 1), by the weeks
            that were left before the week.
        deals: deals that were open before it.
    """

    season: Integers
    moved: Floats
    deals: Floats

    def pace(self, without: int | None = None) -> Floats:
        """How fast deals move in what is left of a quarter, beside the mean of all seasons.

        Args:
            without: number of a quarter that is left out.

        Returns:
            Logarithm of the ratio: SEASONS x (LEFT + 1), 0 for a season that was never seen.
        """
        used = np.arange(len(self.season)) != (-1 if without is None else without)
        moved, deals = self.moved[used], self.deals[used]
        expected = deals * moved.sum(axis=0) / np.maximum(deals.sum(axis=0), 1.0)
        part = np.digitize(np.arange(LEFT + 1), BAND_EDGES, right=True)
        cell = (self.season[used][:, None] * (len(BAND_EDGES) + 1) + part).ravel()
        counts = np.stack([moved.sum(axis=(1, 2)).ravel(), expected.sum(axis=(1, 2)).ravel()], axis=1)
        found = summed(cell, counts, (SEASONS, len(BAND_EDGES) + 1)) + FEW_MOVES
        weekly = (found[..., 0] / found[..., 1])[:, part[1:]]
        mean = np.cumsum(weekly, axis=1) / np.arange(1, LEFT + 1)
        return np.asarray(np.log(np.concatenate([np.ones((SEASONS, 1)), mean], axis=1)), dtype=np.float64)


def moves(weeks: list[list[Week]], spans: list[Span], line: Timeline, code: DealCodes, stages: pd.DataFrame) -> Moves:
    """Count the moves of past quarters.

    Args:
        weeks: result of `past_weeks` for `spans`.
        spans: the quarters.
        line, code: the deals.
        stages: `STAGES`; a stage without a place in their order counts as no move.
    """
    order = stages.set_index("stage")["sort_order"].reindex(line.stages).to_numpy(dtype="float64")
    rank = np.append(order, np.nan)
    shape = (len(rank), PARTS_OF_ALL, LEFT + 1)
    grids = np.zeros((len(spans), *shape, 2))
    for number, (span, part) in enumerate(zip(spans, weeks, strict=True)):
        after = [*(week.standing for week in part[1:]), line.at(span.end)]
        for week, later in zip(part, after, strict=True):
            is_open = ~week.standing.is_closed
            deal, stage = week.standing.deal[is_open], week.standing.stage[is_open]
            moved = _moved(deal, rank[stage], later, rank)
            left = min(span.weeks_left(week.day), LEFT)
            cell = (stage * PARTS_OF_ALL + code.segment[deal]) * (LEFT + 1) + left
            grids[number] += summed(cell, np.stack([moved, np.ones(len(deal))], axis=1), shape)
    return Moves(np.array([span.season for span in spans], dtype=np.int64), grids[..., 0], grids[..., 1])


def _moved(deal: Integers, before: Floats, later: Standing, rank: Floats) -> Bools:
    """Which deals are in a later stage than before, or won; a deal that exists once exists later."""
    at = np.searchsorted(later.deal, deal)
    on: Bools = later.is_won[at] | (~later.is_closed[at] & (rank[later.stage[at]] > before))
    return on


def paced(assumed: Floats, pace: Floats) -> Floats:
    """Assumed log-odds (stages x dues x weeks left) by season: SEASONS x stages x dues x weeks left."""
    return assumed + STEPS_AHEAD * pace[:, None, None, :]
