"""Health of every account, put together."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.as_of import known_at
from scoring.book import USAGE, Book, validate
from scoring.closed_deals import closed_deals
from scoring.health.account_rows import CHANGE_DAYS, account_rows
from scoring.health.aggregate import Cells, measure_cells, measure_scores, totals
from scoring.health.bands import band_path
from scoring.health.calendar import renewal_calendar
from scoring.health.change import State, explain_change
from scoring.health.change_rows import Span, change_rows
from scoring.health.churn import ChurnModel
from scoring.health.churn_proof import prove_churn
from scoring.health.counting import Ints, day_number
from scoring.health.grid import Grid, make_grid
from scoring.health.inputs import Inputs, read_inputs
from scoring.health.looks import EARLIER, deals_seen, look
from scoring.health.measure_rows import dimension_rows, measure_rows, product_rows, reason_rows
from scoring.health.past_renewals import past_renewals
from scoring.health.playbooks import playbook_rows
from scoring.health.renewals import renewals_of
from scoring.health.results import HEALTH, HealthScores
from scoring.health.settings import HealthSettings
from scoring.health.trend import trend_days, trend_rows
from scoring.stage_history import stage_spells

# Accounts computed at once: enough to be quick, few enough to fit.
AT_ONCE = 10_000


@dataclass(frozen=True)
class HealthLessons:
    """What past renewals teach. `learn_health` makes it; it can be pickled.

    Attributes:
        churn: the risk that a renewal is lost.
        proof: `CHURN_PROOF`: how good that risk was on held-out time.
    """

    churn: ChurnModel
    proof: pd.DataFrame


def learn_health(book: Book, as_of: pd.Timestamp, settings: HealthSettings | None = None) -> HealthLessons:
    """Learn from the renewals that were decided until the end of the day `as_of`.

    Args:
        book: as for `score_health`.
        as_of: a day.
        settings: measures, weights and thresholds; the defaults when not given.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings, today = settings or HealthSettings(), as_of.normalize()
    known = known_at(validate(book), today)
    return _learned(read_inputs(known, today, settings), known, today, settings)


def _learned(inputs: Inputs, known: Book, as_of: pd.Timestamp, settings: HealthSettings) -> HealthLessons:
    closed = closed_deals(known, stage_spells(known.stage_history), as_of)
    past = past_renewals(inputs, closed, known.targets, as_of, settings)
    return HealthLessons(past.fit(settings), prove_churn(past, as_of, settings))


def score_health(
    book: Book,
    as_of: pd.Timestamp,
    settings: HealthSettings | None = None,
    accounts: "pd.Index | None" = None,
    lessons: HealthLessons | None = None,
) -> HealthScores:
    """Health of every account at the end of the day `as_of`, from what was known then.

    Args:
        book: accounts, cases, assets, contracts, usage, deployments, targets, opportunities, stage_history and stages
            are read.
        as_of: a day.
        settings: measures, weights and thresholds; the defaults when not given.
        accounts: ids of the accounts wanted, all when not given. Their rows are the same in both cases: what they are
            compared with, and what is learned, comes from the whole book.
        lessons: what was learned before; nothing is learned then.

    Returns:
        See `HealthScores`. An account without any input is Unknown with coverage 0.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings = settings or HealthSettings()
    book = validate(book)
    as_of = as_of.normalize()
    # Telemetry of later weeks is left in, so that it is counted before it is left out.
    known = replace(known_at(replace(book, usage=USAGE.empty()), as_of), usage=book.usage)
    inputs = read_inputs(known, as_of, settings)
    lessons = lessons or _learned(inputs, known, as_of, settings)
    wanted = np.arange(len(inputs.accounts))
    if accounts is not None:
        wanted = np.flatnonzero(inputs.accounts.isin(accounts))
    contracts = renewals_of(known, as_of)
    deals = deals_seen(inputs, known.opportunities[known.opportunities["is_closed"]], "close_date")
    parts = [
        _score_some(wanted[first : first + AT_ONCE], inputs, known, contracts, deals, lessons.churn, as_of, settings)
        for first in range(0, max(len(wanted), 1), AT_ONCE)
    ]
    calendar = renewal_calendar(known, inputs, as_of)
    calendar = calendar[calendar["account_id"].isin(inputs.accounts[wanted])].reset_index(drop=True)
    # A table at a time, and no part kept beside the whole: the tables are most of the memory.
    tables = {name: pd.concat([part.pop(name) for part in parts], ignore_index=True) for name in list(parts[0])}
    return HealthScores(**tables, renewals=calendar, churn_proof=lessons.proof, problems=inputs.problems)


def _score_some(
    wanted: Ints,
    inputs: Inputs,
    book: Book,
    contracts: pd.DataFrame,
    deals: pd.DataFrame,
    churn: ChurnModel,
    as_of: pd.Timestamp,
    settings: HealthSettings,
) -> dict[str, pd.DataFrame]:
    """The tables of some accounts, given by their codes."""
    inputs = inputs.only(wanted)
    week_days = trend_days(as_of, settings)
    today = day_number(as_of)
    before = np.array([*settings.change_days, EARLIER], dtype=np.int64)
    days = np.concatenate([today - before, week_days])
    grid = make_grid(inputs, wanted, np.repeat(days[None, :], len(wanted), axis=0))
    cells = measure_cells(inputs, grid, book.targets, settings)
    found = totals(cells, grid, grid.share, settings)
    ids = inputs.accounts[wanted]
    weeks = slice(len(before), None)
    band = band_path(found.health[:, weeks], settings)
    changes, change_totals = _changes(cells, grid, inputs, settings)
    over_month = change_totals[change_totals["days"] == CHANGE_DAYS].set_index("account_id")["points"]
    of_measures = measure_scores(cells, grid, settings)
    measures = measure_rows(cells, grid, inputs, book, as_of, settings)
    reasons = reason_rows(measures)
    looks = replace(
        look(cells, grid, len(before) - 1, deals, settings),
        health=found.health[:, -1],
        scores=of_measures,
    )
    rows = account_rows(found, band[:, -1], looks, ids, contracts, churn, over_month)
    playbooks = playbook_rows(reasons, rows, looks, churn, as_of, settings)
    first = playbooks[playbooks["rank"] == 1].set_index("account_id").reindex(ids)
    scores = rows.assign(action_text=first["title"], action_owner=first["owner_role"])
    return {
        "scores": HEALTH.conform(scores.rename_axis("account_id").reset_index()),
        "dimensions": dimension_rows(found, of_measures, ids, settings),
        "measures": measures,
        "products": product_rows(cells, grid, inputs),
        "reasons": reasons,
        "trend": trend_rows(found, band, week_days, ids, weeks),
        "changes": changes,
        "change_totals": change_totals,
        "playbooks": playbooks,
    }


def _changes(
    cells: "list[Cells]", grid: Grid, inputs: Inputs, settings: HealthSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The changes over each span, whose earlier days are the first columns of the grid."""
    now = [each.at(-1) for each in cells]
    last = State(now, grid.share[:, -1:], settings)
    spans = []
    for column, days in enumerate(settings.change_days):
        then = [each.at(column) for each in cells]
        first = State(then, grid.share[:, column : column + 1], settings)
        spans.append(Span(days, explain_change(first, last, grid), then, now))
    return change_rows(spans, grid, inputs)
