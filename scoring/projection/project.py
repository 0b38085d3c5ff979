"""The quarter's final bookings of the org, each team, rep and account: booked, open deals, deals not yet created."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.as_of import known_at
from scoring.book import SEGMENTS, Book, validate
from scoring.closed_deals import closed_deals
from scoring.days import Floats
from scoring.deals.benchmarks import ALL, UNKNOWN
from scoring.lookup import keyed, looked_up, places
from scoring.projection.calendar import Span, day_number, first_day_with_deals, span, spans_before
from scoring.projection.deals import ADDED, ANY, BOOKED, IN_QUARTER, NEW, OPEN, distribution
from scoring.projection.features import DealCodes, deal_codes
from scoring.projection.fitting import learn
from scoring.projection.layout import Layout, layout
from scoring.projection.model import (
    PILLAR,
    SEGMENT,
    WHOLE,
    Outlook,
    ProjectionModel,
    by_owner,
    by_pillar,
    outlook,
)
from scoring.projection.odds import Codes
from scoring.projection.plans import KEYS, plan_by_scope
from scoring.projection.ranges import QUANTILES
from scoring.projection.scopes import ACCOUNT, with_total
from scoring.projection.timeline import Integers, Timeline, timeline
from scoring.projection.trust import doubts, part_win_rates, projection_confidence, scope_win_rates
from scoring.quarter import Quarter
from scoring.results import DEAL_OUTLOOK, PROJECTION, PROJECTION_BY_PILLAR, DealScores
from scoring.settings import DealSettings
from scoring.stage_history import stage_spells

# Past quarters to learn from; older ones say little about the next.
QUARTERS = 10
SEGMENT_NAMES = (ALL, *SEGMENTS, UNKNOWN)
# Totals that differ by less are the same to the cent.
HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Grid:
    """Sums for rows of the projection, the axes being unit, segment (All first) and, if any, pillar (All first).

    Attributes:
        rows: scope, scope_id, segment, pillar of each cell, in the order of the raveled axes.
        sums: (cells, COLUMNS).
    """

    rows: pd.DataFrame
    sums: Floats


class QuarterProjection:
    """One book and day, prepared for everything that is asked of its quarter. `prepare` makes it.

    Attributes:
        book: as known on the day.
        as_of, quarter: the day and the quarter.
        model: what past quarters taught.
        line, group: the deals' timelines and groups.
    """

    def __init__(
        self, book: Book, as_of: pd.Timestamp, quarter: Quarter, model: ProjectionModel | None, spans: list[Span]
    ) -> None:
        self.book, self.as_of, self.quarter = book, as_of.normalize(), quarter
        self.line: Timeline = timeline(book)
        self.span = span(quarter)
        self.today = day_number(as_of)
        self.group: Layout = layout(self.line, book)
        self.model = model or learn(self.line, book, spans, DealSettings())
        self._code: DealCodes = deal_codes(self.line, book, self.model.found, DealSettings())

    def outlook(self, day: int) -> Outlook:
        """The deals at the end of a day of the quarter."""
        return outlook(self.model, self.line, self._code, day, self.span)

    @cached_property
    def now(self) -> Outlook:
        """The deals at the end of `as_of`."""
        return self.outlook(self.today)

    @cached_property
    def present(self) -> tuple[Grid, pd.DataFrame]:
        """The cells of `now`, and their numbers."""
        cells = self.cells(self.now)
        return cells, self.numbers(cells, self.today)

    def deals(self) -> pd.DataFrame:
        """What each open deal is taken for: `DEAL_OUTLOOK`."""
        view = self.now
        found = pd.DataFrame(
            {
                "opportunity_id": self.line.deals["opportunity_id"].to_numpy()[view.deal],
                "quarter_probability": view.probability,
                "final_arr": view.value,
                "expected": view.probability * view.value,
            }
        )
        return DEAL_OUTLOOK.conform(found[view.is_open])

    def timed(self, scored: DealScores) -> DealScores:
        """The same scores with the projection's probability of this quarter, so that both say one number.

        It is at most the probability of winning at all; deals the projection does not know keep what they have.
        """
        chance = keyed(self.deals(), "opportunity_id", "quarter_probability")
        scores = scored.scores
        found = looked_up(scores["opportunity_id"], chance)
        capped = np.minimum(found.fillna(scores["quarter_probability"]), scores["win_probability"])
        return replace(scored, scores=scores.assign(quarter_probability=capped))

    def gain(self, opportunity_id: "pd.Series[str]", quarter_probability: "pd.Series[float]") -> "pd.Series[float]":
        """How much the expected bookings change when open deals get another probability of this quarter.

        Exact for the org and for every scope, segment and pillar a deal counts in, each deal taken by itself or all
        together: expected values add up.

        Args:
            opportunity_id: open deals; one that is not known changes nothing.
            quarter_probability: 0..1, the new one of each.

        Returns:
            Corporate currency, aligned with `opportunity_id`.
        """
        known = self.deals().set_index("opportunity_id").reindex(pd.Index(opportunity_id)).fillna(0.0)
        change = (np.asarray(quarter_probability, dtype=np.float64) - known["quarter_probability"]) * known["final_arr"]
        return pd.Series(change.to_numpy(), index=opportunity_id.index)

    def table(self, scored: DealScores, settings: DealSettings | None = None) -> pd.DataFrame:
        """`PROJECTION`: see `project_quarter`."""
        view = self.now
        level = keyed(scored.scores, "opportunity_id", "confidence")
        names = self.line.deals["opportunity_id"].iloc[view.deal]
        doubt = doubts(view, looked_up(names, level).to_numpy(dtype=object))
        cells, numbers = self.present
        trust = projection_confidence(self.spread(view.deal, doubt), self.model.quarters, cells.rows.index)
        rows = numbers.assign(
            win_rate=self._win_rates(scored, settings or DealSettings()),
            confidence=trust["level"],
            confidence_reason=trust["reason"],
        )
        kept = (cells.sums[:, ANY] > 0) | rows["plan"].notna() | (cells.sums[:, NEW] >= HALF_A_CENT)
        kept[0] = True
        return PROJECTION.conform(rows[kept])

    def pillars(self, scored: DealScores, settings: DealSettings | None = None) -> pd.DataFrame:
        """`PROJECTION_BY_PILLAR`: org, teams and reps by segment and pillar; a deal counts in each by its lines."""
        view = self.now
        cells = self.pillar_cells(view)
        rates = self._pillar_win_rates(scored, settings or DealSettings())
        rows = self.numbers(cells, view.day).assign(win_rate=rates)
        kept = (cells.sums[:, ANY] > 0) | rows["plan"].notna() | (cells.sums[:, NEW] >= HALF_A_CENT)
        return PROJECTION_BY_PILLAR.conform(rows[kept])

    def cells(self, view: Outlook) -> Grid:
        """The sums of each unit and account by segment."""
        people = by_owner(self.model, self.line, self.group, view, self.span)
        people = with_total(self.group.people.rolled_up(people), 1)
        accounts = with_total(self.group.by_account(view.deal, view.contributions()), 1)
        return Grid(self.cell_rows, np.concatenate([_flat(people), _flat(accounts)]))

    def pillar_cells(self, view: Outlook) -> Grid:
        """The sums of each unit by segment and pillar."""
        grid = by_pillar(self.model, self.line, self.group, view, self.span)
        return Grid(self.pillar_rows, _flat(self._over_pillars(grid)))

    def numbers(self, cells: Grid, day: int | Integers) -> pd.DataFrame:
        """Plan, ranges and expected values of cells, one row each; the columns of PROJECTION_BY_PILLAR.

        Args:
            cells: sums at the ends of days.
            day: the day, or each cell's.
        """
        table, booked = cells.sums, cells.sums[:, BOOKED]
        rows = cells.rows.merge(self.plans, on=KEYS, how="left")
        plan = rows["plan"].to_numpy(dtype="float64")
        found = distribution(table, self.model.shock)
        levels, reached = np.empty((len(QUANTILES), len(rows))), np.full(len(rows), np.nan)
        below = found.chance_below(np.nan_to_num(plan - booked - HALF_A_CENT))
        days = np.broadcast_to(day, len(rows))
        alike, kinds = pd.MultiIndex.from_arrays([rows["scope"], _kinds(rows), days]).factorize()
        for number, (scope, kind, day_of) in enumerate(kinds):
            mine = alike == number
            level = self.model.level(scope, kind, self.span.weeks_left(day_of))
            levels[:, mine] = np.array(level.as_levels())[:, None]
            reached[mine] = 1.0 - level.held(below[mine])
        worst, commit, best = (booked + found.quantile(level) for level in levels)
        return rows.assign(
            booked=booked,
            open_pipeline=table[:, OPEN],
            worst=worst,
            commit=commit,
            best=best,
            expected=booked + table[:, ADDED] + table[:, NEW],
            expected_new=table[:, NEW],
            gap=plan - booked,
            plan_probability=np.where(np.isnan(plan), np.nan, reached),
            deals=table[:, IN_QUARTER].round(),
        )

    @cached_property
    def plans(self) -> pd.DataFrame:
        """The plans of the quarter by scope, segment and pillar."""
        return plan_by_scope(self.book.plans, self.quarter, self.group.people.teams)

    @cached_property
    def cell_rows(self) -> pd.DataFrame:
        """scope, scope_id, segment and pillar (All) of the cells of `cells`: units first, then accounts."""
        accounts = pd.DataFrame({"scope": ACCOUNT, "scope_id": pd.Series(self.group.accounts, dtype="str")})
        return pd.concat([_rows(self.group.people.units, [ALL]), _rows(accounts, [ALL])], ignore_index=True)

    @cached_property
    def pillar_rows(self) -> pd.DataFrame:
        """The same of each unit, segment (All first) and pillar."""
        return _rows(self.group.people.units, [*self.group.pillars, UNKNOWN])

    def spread(self, deal: Codes, stats: Floats) -> Floats:
        """Sums of columns (rows, columns) of some deals in the cells of `cells`."""
        people = with_total(self.group.people.rolled_up(self.group.by_owner(deal, stats)), 1)
        return np.concatenate([_flat(people), _flat(with_total(self.group.by_account(deal, stats), 1))])

    def spread_over_pillars(self, deal: Codes, stats: Floats, power: int = 1) -> Floats:
        """Sums of columns of some deals in the cells of `pillar_rows`.

        Args:
            deal: positions, each at most once.
            stats: (deals, columns).
            power: a deal of several pillars counts in each by its share of the deal (1), by the share's square as
                variances do (2), or as a whole (0).
        """
        parts = self.group.parts
        place = np.full(len(self.line.deals), -1, dtype=np.int64)
        place[deal] = np.arange(len(deal))
        part = np.flatnonzero(place[parts.deal] >= 0)
        weight = np.where(parts.share[part] > 0, parts.share[part] ** power, 0.0)
        return _flat(self._over_pillars(self.group.by_pillar(part, stats[place[parts.deal[part]]] * weight[:, None])))

    def _over_pillars(self, by_owner_and_pillar: Floats) -> Floats:
        return with_total(self.group.people.rolled_up(by_owner_and_pillar), 1)

    @cached_property
    def _closed(self) -> tuple[Codes, Floats]:
        """Positions of the closed deals; for each 1, and 1 where it was won."""
        closed = closed_deals(self.book, stage_spells(self.book.stage_history), self.as_of)
        deal = places(closed["opportunity_id"], self.line.deals["opportunity_id"])
        stats = np.stack([np.ones(len(closed)), closed["is_won"].to_numpy(dtype="float64")], axis=1)
        return deal, stats

    def _win_rates(self, scored: DealScores, settings: DealSettings) -> "pd.Series[float]":
        counts = self.spread(*self._closed)
        return scope_win_rates(self.cell_rows, counts[:, 0], counts[:, 1], scored, settings)

    def _pillar_win_rates(self, scored: DealScores, settings: DealSettings) -> "pd.Series[float]":
        counts = self.spread_over_pillars(*self._closed)
        of_units = self._win_rates(scored, settings).to_numpy(dtype="float64")[
            : len(self.group.people.units) * len(SEGMENT_NAMES)
        ]
        above: Floats = np.repeat(of_units, len(self.group.pillars) + 1)
        return part_win_rates(counts[:, 0], counts[:, 1], above, scored, settings)


def _kinds(rows: pd.DataFrame) -> npt.NDArray[np.str_]:
    """The kind of each row; a segment's pillar is one of pillars."""
    return np.where(rows["pillar"] != ALL, PILLAR, np.where(rows["segment"] == ALL, WHOLE, SEGMENT))


def _flat(grid: Floats) -> Floats:
    return grid.reshape(-1, grid.shape[-1])


def _rows(units: pd.DataFrame, pillars: list[str]) -> pd.DataFrame:
    """The keys of every cell of units x segments x pillars."""
    per_unit = len(SEGMENT_NAMES) * len(pillars)
    rows = units.loc[units.index.repeat(per_unit)].reset_index(drop=True)
    segments = np.tile(np.repeat(np.array(SEGMENT_NAMES, dtype=object), len(pillars)), len(units))
    names = np.tile(np.array(pillars, dtype=object), len(units) * len(SEGMENT_NAMES))
    return rows.assign(segment=pd.Series(segments, dtype="str"), pillar=pd.Series(names, dtype="str"))


def prepare(
    book: Book,
    as_of: pd.Timestamp,
    quarter: Quarter,
    *,
    quarters: pd.DataFrame | None = None,
    model: ProjectionModel | None = None,
) -> QuarterProjection:
    """Learn from past quarters what is needed to project `quarter` as of a day.

    Args:
        book: opportunities, stage_history, stages, lines, users and plans are read, as known at the end of `as_of`.
        as_of: a day.
        quarter: the quarter that holds it.
        quarters: `QUARTERS` with those before; without them they are taken to be three calendar months each.
        model: what was learned before, of the same org; nothing is learned then.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    known = known_at(validate(book), as_of)
    created = known.opportunities["created_date"]
    spans: list[Span] = []
    if len(created) and model is None:
        spans = first_day_with_deals(spans_before(quarter, quarters, QUARTERS), day_number(created.min()))
    return QuarterProjection(known, as_of, quarter, model, spans)


def project_quarter(
    book: Book, scored: DealScores, as_of: pd.Timestamp, quarter: Quarter, settings: DealSettings | None = None
) -> pd.DataFrame:
    """Project the bookings of `quarter` as they will stand at its end.

    Booked is the ARR of won deals whose close date lies in the quarter. Every open deal may add its ARR with a
    probability learned from past quarters' weeks (`QuarterProjection.deals`), and deals not yet created may add what
    such deals added in past quarters. Expected values add up over segments, and over reps as far as deals have them;
    ranges do not. Accounts count no deals not yet created. A deal without an ARR, or with one below zero, adds nothing
    until it is won; the confidence reason counts them.

    Args:
        book: opportunities, stage_history, stages, lines, users and plans are read.
        scored: result of `score_deals` for the same book, day and quarter: confidence and base rate are taken from it.
        as_of: a day.
        quarter: the quarter.
        settings: strengths of the win rates; the defaults when not given.

    Returns:
        `PROJECTION`: Org first, then teams, reps and accounts, each with All and the segments that have deals, a plan
        or something to come. The row of the whole org is always there.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    return prepare(book, as_of, quarter).table(scored, settings)
