"""Rows for UI API and GraphQL: query trees run as a user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from localorg.access import User
from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.soql.aggregate import MOST_GROUPS
from localorg.soql.compile import compile_query, compile_rows
from localorg.soql.plan import AggregatePlan, RowPlan
from localorg.soql.records import JsonRecord, RecordWriter
from localorg.soql.run import reading
from localorg.soql.scope import Scope, Setting, quoted
from localorg.soql.setting import setting_of
from localorg.soql.tree import Comparison, Condition, Junction, Literal, Path, Query, Selected

BASE = "/services/data/v66.0"


@dataclass(frozen=True)
class Fetcher:
    """Runs queries of one user against one org, all of them as of one moment."""

    org: LocalOrg
    user: User

    @cached_property
    def setting(self) -> Setting:
        """The user's view of the org."""
        return setting_of(self.org, self.user)

    def plan(self, query: Query) -> RowPlan:
        """The compiled query. Raises OrgError for what the user cannot ask."""
        return compile_rows(query, Scope(self.setting, self.setting.object(query.source)))

    def rows(self, plan: RowPlan) -> list[JsonRecord]:
        """All records of the plan, in order, in the data API's form."""
        writer = RecordWriter(BASE, self.org.schema)
        with reading(self.org, self.user) as connection:
            return [writer.record(plan.shape, row) for row in connection.execute(plan.rows_sql(), plan.parameters)]

    def count(self, plan: RowPlan) -> int:
        """The number of rows without the plan's limit and offset."""
        with reading(self.org, self.user) as connection:
            sql = f"SELECT count(*) {plan.from_sql} WHERE {plan.where_sql}"
            return int(connection.execute(sql, plan.parameters).fetchone()[0])

    def count_of(self, source: str, condition: Condition | None) -> int:
        """The number of an object's records that fulfil a condition."""
        return self.count(self.plan(Query((Selected(Path(("Id",), 0)),), Path((source,), 0), where=condition)))

    def aggregates(self, query: Query) -> list[Sequence[object]]:
        """The rows of a query with aggregates or groups, values in the order selected. Raises OrgError."""
        plan = compile_query(query, self.setting)
        if not isinstance(plan, AggregatePlan):  # nothing was aggregated: what is selected has to be grouped
            first = query.select[0]
            name = first.expression.text if isinstance(first, Selected) and isinstance(first.expression, Path) else ""
            raise OrgError("MALFORMED_QUERY", f"Field must be grouped or aggregated: {name}")
        booleans = [column.type == "boolean" for column in plan.columns]
        with reading(self.org, self.user) as connection:
            rows = connection.execute(plan.sql, plan.parameters).fetchmany(MOST_GROUPS + 1)
        if len(rows) > MOST_GROUPS:
            raise OrgError("EXCEEDED_ID_LIMIT", f"an aggregate query may have at most {MOST_GROUPS} groups")
        return [[v == 1 if b and v is not None else v for v, b in zip(row, booleans, strict=True)] for row in rows]

    def children(self, plan: RowPlan, reference: str, parents: Sequence[str]) -> dict[str, list[JsonRecord]]:
        """The records of each parent that has some; the plan's limit holds for each parent. One query for all."""
        writer = RecordWriter(BASE, self.org.schema)
        found: dict[str, list[JsonRecord]] = {}
        with reading(self.org, self.user) as connection:
            parameters = (json.dumps(list(parents)), *plan.parameters)
            for row in connection.execute(plan.children_sql(_link(reference)), parameters):
                found.setdefault(row[-1], []).append(writer.record(plan.shape, row))
        return found

    def child_counts(self, plan: RowPlan, reference: str, parents: Sequence[str]) -> dict[str, int]:
        """How many rows each parent has in all."""
        link = _link(reference)
        with reading(self.org, self.user) as connection:
            sql = (
                f"SELECT {link}, count(*) {plan.from_sql} WHERE {link} IN (SELECT value FROM json_each(?)) "
                f"AND {plan.where_sql} GROUP BY {link}"
            )
            return dict(connection.execute(sql, (json.dumps(list(parents)), *plan.parameters)).fetchall())


def _link(reference: str) -> str:
    return f"{Scope.ROOT}.{quoted(reference)}"


def by_ids(ids: Sequence[str]) -> Condition:
    """`Id IN (...)`. Raises OrgError for an empty list, which SOQL cannot say."""
    if not ids:
        raise OrgError("INVALID_FIELD", "at least one record id is needed")
    return Comparison(Path(("Id",), 0), "IN", tuple(Literal("string", value, 0) for value in ids))


def all_of(*conditions: Condition | None) -> Condition | None:
    """The conditions that are there, joined by AND."""
    given = tuple(condition for condition in conditions if condition is not None)
    if len(given) < 2:
        return given[0] if given else None
    return Junction("AND", given)
