"""Joining the score tables into desired records, in DuckDB: vectorised, details as JSON included."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd
import pyarrow as pa

from scoring import DealScores, HealthScores, Quarter
from scoring.actions import FollowUp
from scoring.projection import ProjectionTables
from sidecar.desired.accounts import ACCOUNTS
from sidecar.desired.actions import RECORD_ROWS, SUMMARIES
from sidecar.desired.money import CURVE, PROJECTED, in_record_currency
from sidecar.desired.opportunities import OPPORTUNITIES
from sidecar.desired.past import Past
from sidecar.desired.plans_before import NO_PLANS
from sidecar.desired.projections import PROJECTIONS, WEEKS
from sidecar.targets import ACCOUNT, ACTION, DATE, JSON, OPPORTUNITY, PERCENT, PROJECTION, SCORED_AT, TEXT, OwnFields
from sidecar.unmoved import Unmoved
from sync import in_memory
from sync.mirror.sql import as_arrow


@dataclass(frozen=True)
class Desired:
    """The records the org should hold.

    Attributes:
        tables: object's API name -> Arrow table with the key, every field of ours and, where rows are sorted by a
            parent, that column.
        passed_over: records without a row, since they hold what they should.
    """

    tables: Mapping[str, pa.Table]
    passed_over: int = 0

    @property
    def scored(self) -> int:
        """Records with a desired state."""
        return sum(len(table) for table in self.tables.values()) + self.passed_over


def desired_records(
    past: Past,
    scores: DealScores,
    health: HealthScores,
    projection: ProjectionTables,
    actions: FollowUp,
    needed: pd.DataFrame,
    quarter: Quarter,
    scored_at: pd.Timestamp,
    rates: pd.DataFrame,
    corporate: str | None = None,
    unmoved: Unmoved | None = None,
    plans: pd.DataFrame = NO_PLANS,
) -> Desired:
    """Turn scores into desired records.

    Args:
        past: of the deals.
        scores: of the open deals. Closed deals have no row and so are left alone.
        health: of the accounts.
        projection: of the quarter.
        actions: what to do next, and the records of it.
        needed: `DEALS_IN_NEED` of the actions.
        quarter: the fiscal quarter projected.
        scored_at: UTC moment that is written beside changed values.
        rates: of the records' currencies, result of `record_rates`.
        corporate: result of `corporate_currency`: told on the rows that are ours, where there is one.
        unmoved: passes over accounts and deals that have not moved; all get a row without it.
        plans: result of `plans_before`.

    Returns:
        Tables in the org's units: percentages 0..100, whole scores, dates without time; money on an account or a deal
        in its own currency, all other money in the corporate one.
    """

    def own(frame: pd.DataFrame, record: str, *money: str) -> pd.DataFrame:
        return in_record_currency(frame, record, money, rates)

    with in_memory() as connection:
        frames = {
            "deals": past.book.opportunities[["opportunity_id", "account_id"]],
            "scores": own(scores.scores, "opportunity_id", "forecast_arr"),
            "factors": scores.factors,
            "benchmarks": scores.benchmarks,
            "health": own(health.scores, "account_id", "current_arr"),
            "base": pd.DataFrame(
                {
                    "rate": [scores.base_rate],
                    "deals": [scores.base_deals],
                    "method": [scores.method],
                    "since": pd.Series([scores.proved_since], dtype="datetime64[us]"),
                    "as_of": pd.Series([past.as_of.normalize()], dtype="datetime64[us]"),
                }
            ),
            "proof": scores.proof,
            "dimensions": health.dimensions,
            "measures": health.measures,
            "reasons": health.reasons,
            "products": health.products,
            "trend": health.trend,
            "changes": health.changes,
            "change_totals": health.change_totals,
            "churn_proof": health.churn_proof,
            "renewals": own(health.renewals, "account_id", "arr", "true_up_arr"),
            "playbooks": own(health.playbooks, "account_id", "impact"),
            "projection": own(projection.rows, "scope_id", *PROJECTED),
            "own_currency": rates.rename_axis("record_id").reset_index(),
            "pillars": projection.pillars,
            "curve": own(projection.curve, "scope_id", *CURVE),
            "needed": needed,
            "tried": projection.proof,
            "reliability": scores.reliability,
            "change": projection.change,
            "plans_before": plans,
            "actions": actions.shown,
            "action_records": actions.records,
            "suggested": _suggested(actions.shown),
            "quarter": pd.DataFrame(
                {
                    "label": [quarter.label],
                    "start": [quarter.start],
                    "end": [quarter.end],
                    "since": [projection.since],
                    "currency": pd.Series([corporate], dtype="str"),
                }
            ),
        }
        for name, frame in frames.items():
            connection.register(name, frame)
        connection.execute(f"CREATE TEMP TABLE action_summaries AS {SUMMARIES}")
        connection.execute(f"CREATE TEMP TABLE week_lists AS {WEEKS}")
        passed_over = _passed_over(connection, past, unmoved) if unmoved is not None else 0
        open_deals = connection.sql("SELECT opportunity_id FROM scores").df()["opportunity_id"]
        history = past.of(open_deals if unmoved is not None else None)
        connection.register("past_weeks", history.weeks)
        connection.register("moves", history.changes)
        connection.register("past_stages", history.path)
        parts = [(OPPORTUNITY, OPPORTUNITIES), (ACCOUNT, ACCOUNTS)]
        ours = ((PROJECTION, PROJECTIONS), (ACTION, RECORD_ROWS))
        parts += [(fields.with_currency if corporate else fields, query) for fields, query in ours]
        tables = {fields.object: _in_org_units(connection, fields, query, scored_at) for fields, query in parts}
        return Desired(tables, passed_over)


def _passed_over(connection: duckdb.DuckDBPyConnection, past: Past, unmoved: Unmoved) -> int:
    """Take the records that have not moved out of the tables, before the past of the deals is looked up."""
    past.hash_inputs(connection, "past_inputs")
    deals = unmoved.pass_over(connection, OPPORTUNITY, OPPORTUNITIES, "scores", inputs=("past_inputs",))
    return deals + unmoved.pass_over(connection, ACCOUNT, ACCOUNTS, "health")


def _suggested(actions: pd.DataFrame) -> pd.DataFrame:
    """The most important action about each deal."""
    about = actions[actions["opportunity_id"].notna()].drop_duplicates("opportunity_id")
    return about[["opportunity_id", "title", "why"]]


def _in_org_units(
    connection: duckdb.DuckDBPyConnection, own: OwnFields, query: str, scored_at: pd.Timestamp
) -> pa.Table:
    columns = [f'id AS "{own.key}"', *([own.parent] if own.parent else [])]
    columns += [f'{_value(column, kind)} AS "{field}"' for field, (column, kind) in own.columns.items()]
    moment = f"TIMESTAMP '{scored_at:%Y-%m-%d %H:%M:%S}'"
    return as_arrow(connection, f'SELECT {", ".join(columns)}, {moment} AS "{SCORED_AT}" FROM ({query})')


def _value(column: str, kind: str) -> str:
    if kind == PERCENT:
        return f'round(100 * "{column}", 1)'
    if kind == DATE:
        return f'CAST("{column}" AS DATE)'
    if kind in (TEXT, JSON):
        return f'CAST("{column}" AS VARCHAR)'
    return f'CAST("{column}" AS DOUBLE)'
