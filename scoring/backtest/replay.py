"""Past quarters, each learned from what was known as it began and projected at the end of each of its weeks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from scoring.as_of import known_at
from scoring.book import Book, validate
from scoring.columns import Column, Table
from scoring.days import Floats
from scoring.deals import fit_deals
from scoring.deals.benchmarks import ALL
from scoring.projection.calendar import EPOCH, Span, day_number, first_day_with_deals, spans_before
from scoring.projection.deals import ADDED, NEW
from scoring.projection.model import Outlook
from scoring.projection.new_business import won_in
from scoring.projection.odds import Codes
from scoring.projection.pipeline import due_pipeline, stage_weights
from scoring.projection.project import QUARTERS, Grid, QuarterProjection, prepare
from scoring.projection.timeline import Bools
from scoring.quarter import Quarter

# Quarters that must lie before the first one replayed.
BEFORE = 2
# Money below which a row had nothing to project.
NOTHING = 0.005

PROJECTED = Table(
    "projected",
    (
        Column("quarter", "day", False, "first day of the quarter"),
        Column("week", "count", False, "weeks of the quarter that were over, from 1"),
        Column("scope", "text", False, "Org, Team, Rep or Account"),
        Column("scope_id", "text", False),
        Column("segment", "text", False),
        Column("pillar", "text", False, "All, or a pillar of rows of all segments of the org, a team or a rep"),
        Column("booked", "number", False, "until then"),
        Column("worst", "number", False),
        Column("commit", "number", False),
        Column("best", "number", False),
        Column("expected", "number", False),
        Column("final", "number", False, "what the quarter came to"),
        Column("stage_weighted", "number", False, "booked + amounts due in the quarter x their stages' percentages"),
        Column("stage_spread", "number", False, "standard deviation of it if deals were independent"),
        Column("commit_category", "number", False, "booked + amounts due in the quarter in the category Commit"),
        Column("last_year", "number", True, "booked + what came after this week in last year's quarter"),
    ),
)
CHANCES = Table(
    "chances",
    (
        Column("quarter", "day", False),
        Column("week", "count", False, "0 is the day before the quarter"),
        Column("segment", "text", True),
        Column("of", "text", False, "quarter (won in it) or win (won at all)"),
        Column("probability", "number", False, "0..1, given to an open deal"),
        Column("won", "flag", False),
    ),
)


@dataclass(frozen=True)
class Backtest:
    """Replayed quarters.

    Attributes:
        projected: `PROJECTED`, weeks 1 to 12.
        chances: `CHANCES` of weeks 0, 4 and 8.
        left_out: quarters that could not be replayed, and why.
    """

    projected: pd.DataFrame
    chances: pd.DataFrame
    left_out: tuple[str, ...]


def replay(
    book: Book, as_of: pd.Timestamp, quarter: Quarter, last: int, quarters: pd.DataFrame | None = None
) -> Backtest:
    """Replay the last whole quarters.

    Args:
        book: the tables of scoring; nothing after `as_of` is looked at.
        as_of: a day.
        quarter: the quarter that holds it; it is not over and is not replayed.
        last: how many quarters at most.
        quarters: `QUARTERS`; without them quarters are taken to be three calendar months each.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    known = known_at(validate(book), as_of)
    past = spans_before(quarter, quarters, last + QUARTERS)
    first = day_number(known.opportunities["created_date"].min()) if len(known.opportunities) else day_number(as_of)
    whole = first_day_with_deals(past, first)
    chosen = whole[BEFORE:][-last:]
    left_out = tuple(
        f"{_moment(span.start):%Y-%m-%d}: fewer than {BEFORE} whole quarters before it"
        for span in past[-last:]
        if span not in chosen
    )
    projected, chances = [PROJECTED.empty()], [CHANCES.empty()]
    for span in chosen:
        rows, deals = _replayed(known, span, past, quarters, first)
        projected.append(rows)
        chances.append(deals)
    return Backtest(pd.concat(projected, ignore_index=True), pd.concat(chances, ignore_index=True), left_out)


def _moment(day: int) -> pd.Timestamp:
    return EPOCH + pd.Timedelta(days=day)


def _replayed(
    known: Book, span: Span, past: list[Span], quarters: pd.DataFrame | None, first: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    quarter = Quarter("", _moment(span.start), _moment(span.end))
    eve = _moment(span.start - 1)
    model = prepare(known, eve, quarter, quarters=quarters).model
    # Every day is looked up as of then; the book as a whole only adds what the quarter came to.
    projection = QuarterProjection(known, eve, quarter, model, [])
    cuts = _cuts(projection)
    a_year_ago = next((each for each in past if abs(span.start - each.start - 365) <= 10 and each.start >= first), None)
    won = won_in(projection.line, span)
    rows, chances = [], [_win_chances(known, quarter, eve)]
    for week, day in enumerate(span.week_ends(span.end - 1)):
        view = projection.outlook(day)
        if week in (0, 4, 8):
            chances.append(_quarter_chances(projection, view, quarter, week, won))
        if week in range(1, 13):
            before = None if a_year_ago is None else (a_year_ago, a_year_ago.start + day - span.start)
            parts = [_projected(projection, cut, view, before) for cut in cuts]
            rows += [part.assign(quarter=quarter.start, week=week) for part in parts]
    return PROJECTED.conform(pd.concat(rows)), CHANCES.conform(pd.concat(chances))


class _Cut(NamedTuple):
    """One way to cut the bookings into rows: their sums on a day, and sums of columns of some deals by the first or the
    second power of a deal's share in a row."""

    cells: Callable[[Outlook], Grid]
    spread: Callable[[Codes, Floats, int], Floats]


def _cuts(projection: QuarterProjection) -> list[_Cut]:
    """By unit and segment, where a deal is in one row of each; and by unit and pillar."""
    return [
        _Cut(projection.cells, lambda deal, stats, _: projection.spread(deal, stats)),
        _Cut(projection.pillar_cells, projection.spread_over_pillars),
    ]


def _projected(
    projection: QuarterProjection, cut: _Cut, view: Outlook, year_before: tuple[Span, int] | None
) -> pd.DataFrame:
    line = projection.line

    def came(chosen: Bools) -> Floats:
        deal = np.flatnonzero(chosen)
        return cut.spread(deal, np.nan_to_num(line.present.value[deal])[:, None], 1)[:, 0]

    cells = cut.cells(view)
    rows = projection.numbers(cells, view.day)
    due = due_pipeline(stage_weights(line, projection.book.stages), line.at(view.day), projection.span)
    peers, spread = cut.spread(view.deal, due, 1), cut.spread(view.deal, due, 2)
    last_year = np.full(len(rows), np.nan)
    if year_before is not None:
        span, day = year_before
        last_year = rows["booked"].to_numpy() + came(won_in(line, span) & (line.present.close > day))
    rows = rows.assign(
        final=came(won_in(line, projection.span)),
        stage_weighted=rows["booked"] + peers[:, 0],
        stage_spread=np.sqrt(spread[:, 1]),
        commit_category=rows["booked"] + peers[:, 2],
        last_year=last_year,
    )
    judged = (rows["pillar"] == ALL) | (rows["segment"] == ALL)
    return rows[judged & (cells.sums[:, ADDED] + cells.sums[:, NEW] > NOTHING)]


def _quarter_chances(
    projection: QuarterProjection,
    view: Outlook,
    quarter: Quarter,
    week: int,
    won: Bools,
) -> pd.DataFrame:
    deal = view.deal[view.is_open]
    return pd.DataFrame(
        {
            "quarter": quarter.start,
            "week": week,
            "segment": projection.line.deals["segment"].to_numpy()[deal],
            "of": "quarter",
            "probability": view.probability[view.is_open],
            "won": won[deal],
        }
    )


def _win_chances(known: Book, quarter: Quarter, eve: pd.Timestamp) -> pd.DataFrame:
    """Win probabilities on the eve of the quarter, of the deals that are closed by now."""
    then = known_at(known, eve)
    scores = fit_deals(then, eve).score(then, eve, quarter).scores
    now = known.opportunities.set_index("opportunity_id").reindex(pd.Index(scores["opportunity_id"]))
    closed = now["is_closed"].to_numpy(dtype=bool)
    table = pd.DataFrame(
        {
            "quarter": quarter.start,
            "week": 0,
            "segment": scores["segment"],
            "of": "win",
            "probability": scores["win_probability"],
            "won": now["is_won"].to_numpy(dtype=bool),
        }
    )
    return table[closed]
