"""The quarter's final bookings of the org, each rep and each account, by segment: booked + what open deals may add."""

import numpy as np
import pandas as pd

from scoring.as_of import known_at
from scoring.book import SEGMENTS, Book, validate
from scoring.closed_deals import closed_deals
from scoring.deals.benchmarks import ALL, UNKNOWN
from scoring.plans import plan_by_scope
from scoring.projection_trust import projection_confidence, scope_win_rates
from scoring.quarter import Quarter
from scoring.results import PROJECTION, DealScores
from scoring.settings import DealSettings
from scoring.simulation import simulate
from scoring.stage_history import stage_spells

# The column of a deal that says which row of a scope it belongs to; the org has one row for all.
SCOPES = {"Org": None, "Rep": "owner_id", "Account": "account_id"}
KEYS = ["scope", "scope_id", "segment"]


def project_quarter(
    book: Book, scored: DealScores, as_of: pd.Timestamp, quarter: Quarter, settings: DealSettings | None = None
) -> pd.DataFrame:
    """Project the bookings of `quarter` as they will stand at its end.

    Booked is the ARR of won deals whose close date lies in the quarter. Every open deal may add its ARR with its
    `quarter_probability`. Expected values add up over segments, and over reps and accounts as far as deals have them;
    ranges do not. Deals not yet created are not counted. A deal
    without an ARR adds nothing; the confidence reason counts them.

    Args:
        book: opportunities, stage_history, stages and plans are read.
        scored: result of `score_deals` for the same book, day and quarter.
        as_of: a day.
        quarter: the quarter.
        settings: `draws`, `shared_shift` and the strengths of the win rates; the defaults when not given.

    Returns:
        `PROJECTION`: Org first, then reps, then accounts, each with All and the segments that have deals or a plan. The
        row of the whole org is always there.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings = settings or DealSettings()
    known = known_at(validate(book), as_of)
    deals = _deals_of_quarter(known, scored, quarter)
    long = _in_every_row(deals)
    rows = _rows(long, plan_by_scope(known.plans, quarter))
    group = pd.MultiIndex.from_frame(rows[KEYS]).get_indexer(pd.MultiIndex.from_frame(long[KEYS]))
    sums = long.groupby(group, sort=True)[["booked", "open_pipeline", "added", "in_quarter"]].sum()
    sums = sums.reindex(rows.index).fillna(0.0)
    part = ((long["added"] != 0.0) & (long["segment"] != ALL)).to_numpy()
    plan, booked = rows["plan"].to_numpy(dtype="float64"), sums["booked"].to_numpy()
    # In the order of the rows each scope begins with All, the whole of the segments after it.
    starts = np.flatnonzero(rows["segment"] == ALL)
    outcomes = simulate(long[part], group[part], booked, plan, starts, settings)
    closed = closed_deals(known, stage_spells(known.stage_history), as_of)
    trust = projection_confidence(long, group, rows.index)
    return PROJECTION.conform(
        rows.assign(
            booked=sums["booked"],
            open_pipeline=sums["open_pipeline"],
            worst=outcomes.worst,
            commit=outcomes.commit,
            best=outcomes.best,
            expected=sums["booked"] + sums["added"],
            gap=rows["plan"] - sums["booked"],
            plan_probability=outcomes.reached,
            win_rate=scope_win_rates(rows, _in_every_row(_with_segment(closed)), scored, settings),
            deals=sums["in_quarter"],
            confidence=trust["level"],
            confidence_reason=trust["reason"],
        )
    )


def _with_segment(deals: pd.DataFrame) -> pd.DataFrame:
    return deals.assign(segment=deals["segment"].fillna(UNKNOWN))


def _deals_of_quarter(known: Book, scored: DealScores, quarter: Quarter) -> pd.DataFrame:
    """The open deals and those booked in the quarter, with what each adds."""
    columns = ["opportunity_id", "quarter_probability", "confidence"]
    deals = known.opportunities.merge(scored.scores[columns], on="opportunity_id", how="left")
    in_quarter = deals["close_date"].between(quarter.start.normalize(), quarter.end.normalize())
    is_open = deals["quarter_probability"].notna()
    is_booked = deals["is_closed"] & deals["is_won"] & in_quarter
    value = deals["arr"].fillna(0.0)
    probability = deals["quarter_probability"].fillna(0.0)
    deals = deals.assign(
        value=value,
        probability=probability,
        booked=value.where(is_booked, 0.0),
        open_pipeline=value.where(is_open & in_quarter, 0.0),
        added=probability * value,
        in_quarter=(is_open & in_quarter).astype("float64"),
        is_open=is_open,
        # Sorted, so that sums are rounded alike whatever the order of the rows.
    ).sort_values("opportunity_id", ignore_index=True)
    return _with_segment(deals[deals["is_open"] | (deals["booked"] != 0.0)].reset_index(drop=True))


def _in_every_row(deals: pd.DataFrame) -> pd.DataFrame:
    """Each deal once for every row it counts in: scopes x (All, its segment)."""
    scopes = []
    for scope, column in SCOPES.items():
        ids = pd.Series("", index=deals.index, dtype="str") if column is None else deals[column]
        scopes.append(deals.assign(scope=scope, scope_id=ids)[ids.notna()])
    long = pd.concat(scopes, ignore_index=True)
    return pd.concat([long.assign(segment=ALL), long], ignore_index=True)


def _rows(long: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """The rows of the projection with their plan, in order."""
    org = pd.DataFrame({"scope": ["Org"], "scope_id": [""], "segment": [ALL]}, dtype="str")
    rows = pd.concat([org, long[KEYS], plans[KEYS]], ignore_index=True).drop_duplicates()
    rows = rows.merge(plans, on=KEYS, how="left")
    ranks = {"scope": list(SCOPES), "segment": [ALL, *SEGMENTS, UNKNOWN]}
    order = [rows["segment"].map(ranks["segment"].index), rows["scope_id"], rows["scope"].map(ranks["scope"].index)]
    return rows.iloc[np.lexsort([key.to_numpy() for key in order])].reset_index(drop=True)
