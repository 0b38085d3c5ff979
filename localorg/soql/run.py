"""Queries answered: pages of records, counts and groups as the REST API gives them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from localorg.access import User
from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.schema.model import Field
from localorg.soql.aggregate import MOST_GROUPS
from localorg.soql.compile import compile_query, compile_rows, scope_of
from localorg.soql.cursors import Cursor, Cursors, invalid_locator
from localorg.soql.errors import QueryError
from localorg.soql.parse import parse
from localorg.soql.plan import AggregatePlan, ChildPlan, CountPlan, Plan, RowPlan
from localorg.soql.records import JsonRecord, RecordWriter, aggregate_record
from localorg.soql.scope import NEWEST_VERSION
from localorg.soql.setting import setting_of

LARGEST_PAGE = 2_000
SMALLEST_PAGE = 200
_LONG_TEXTS_FOR_SMALL_PAGES = 2
_LONGEST_SHORT_TEXT = 255  # characters


@dataclass(frozen=True)
class Asked:
    """A request for records: who asks, the path its URLs begin with (`/services/data/v66.0`), the page size wanted."""

    user: User
    base: str
    page: int = LARGEST_PAGE

    @property
    def version(self) -> int:
        """The API version that the base names."""
        return int(self.base.rpartition("/v")[2].partition(".")[0])


def plan_of(org: LocalOrg, user: User, text: str, *, all_rows: bool = False, version: int = NEWEST_VERSION) -> Plan:
    """The compiled query. Raises OrgError with Salesforce's message, the place in the text included."""
    try:
        return compile_query(parse(text), setting_of(org, user, all_rows=all_rows, version=version))
    except QueryError as error:
        raise error.located(text) from error


class Queries:
    """Answers queries of one org; answers with more than a page leave a cursor."""

    def __init__(self, org: LocalOrg, cursors: Cursors) -> None:
        self._org = org
        self._cursors = cursors

    def query(self, asked: Asked, text: str, *, all_rows: bool = False) -> JsonRecord:
        """The first page of a query's answer, as JSON of `/query` or (with `all_rows`) `/queryAll`.

        Raises OrgError as Salesforce would answer.
        """
        plan = plan_of(self._org, asked.user, text, all_rows=all_rows)
        with reading(self._org) as connection:
            if isinstance(plan, CountPlan):
                total = connection.execute(plan.sql, plan.parameters).fetchone()[0]
                return {"totalSize": total, "done": True, "records": []}
            if isinstance(plan, AggregatePlan):
                return _groups(connection, plan)
            cursor = Cursor(asked.user.id, text, all_rows, 0)
            return self._first_page(connection, plan, asked, cursor)

    def more(self, asked: Asked, locator: str) -> JsonRecord:
        """The page that a locator (`01g...-2000`) names. Raises OrgError INVALID_QUERY_LOCATOR."""
        key, dash, number = locator.partition("-")
        if not dash or not number.isdigit():
            raise invalid_locator()
        offset = int(number)
        cursor, ids = self._cursors.page(key, offset, asked.page, asked.user.id)
        plan = self._plan_of_cursor(cursor, asked.user)
        ids = ids[: page_size(plan, asked.page)]
        with reading(self._org) as connection:
            found = {row[0]: row for row in connection.execute(plan.page_sql(), (json.dumps(ids),))}
            rows = [found[each] for each in ids if each in found]
            records = self._records(connection, plan, rows, asked, cursor)
        answer: JsonRecord = {"totalSize": cursor.total, "done": True, "records": records}
        return _with_next(answer, asked.base, key, offset + len(ids), cursor.total)

    def _plan_of_cursor(self, cursor: Cursor, user: User) -> RowPlan:
        try:
            query = parse(cursor.query)
            plan = compile_rows(query, scope_of(query, setting_of(self._org, user, all_rows=cursor.all_rows)))
        except QueryError as error:
            raise error.located(cursor.query) from error
        for place in cursor.child:
            plan = plan.children[place].rows
        return plan

    def _first_page(self, connection: sqlite3.Connection, plan: RowPlan, asked: Asked, cursor: Cursor) -> JsonRecord:
        size = page_size(plan, asked.page)
        rows = connection.execute(plan.rows_sql(size + 1), plan.parameters).fetchall()
        if len(rows) <= size:
            records = self._records(connection, plan, rows, asked, cursor)
            return {"totalSize": len(rows), "done": True, "records": records}
        ids = [row[0] for row in connection.execute(plan.ids_sql(), plan.parameters)]
        records = self._records(connection, plan, rows[:size], asked, cursor)
        locator = self._cursors.save(replace(cursor, total=len(ids)), ids)
        answer: JsonRecord = {"totalSize": len(ids), "done": True, "records": records}
        return _with_next(answer, asked.base, locator, size, len(ids))

    def _records(
        self,
        connection: sqlite3.Connection,
        plan: RowPlan,
        rows: Sequence[tuple[object, ...]],
        asked: Asked,
        cursor: Cursor,
    ) -> list[JsonRecord]:
        writer = RecordWriter(asked.base, self._org.schema)
        records = [writer.record(plan.shape, row) for row in rows]
        for place, child in enumerate(plan.children):
            inner = replace(cursor, child=(*cursor.child, place))
            found = self._children(connection, child, [str(row[0]) for row in rows], asked, inner)
            for record, row in zip(records, rows, strict=True):
                record[child.key] = found.get(str(row[0]))
        return records

    def _children(
        self, connection: sqlite3.Connection, child: ChildPlan, parents: list[str], asked: Asked, cursor: Cursor
    ) -> dict[str, JsonRecord]:
        """The answer of a subquery for each parent that has rows."""
        by_parent: dict[str, list[tuple[object, ...]]] = {}
        parameters = (json.dumps(parents), *child.rows.parameters)
        for row in connection.execute(child.rows.children_sql(child.link), parameters):
            by_parent.setdefault(row[-1], []).append(row)
        size = page_size(child.rows, asked.page)
        shown = [row for rows in by_parent.values() for row in rows[:size]]
        records = iter(self._records(connection, child.rows, shown, asked, cursor))
        answers: dict[str, JsonRecord] = {}
        for parent, rows in by_parent.items():
            page = [next(records) for _ in rows[:size]]
            answers[parent] = {"totalSize": len(rows), "done": True, "records": page}
            if len(rows) > size:
                kept = self._cursors.save(replace(cursor, total=len(rows)), [str(row[0]) for row in rows])
                _with_next(answers[parent], asked.base, kept, size, len(rows))
        return answers


def page_size(plan: RowPlan, asked: int) -> int:
    """Rows of one page: as asked for within Salesforce's bounds, fewer when two or more long texts are selected."""
    long_texts = sum(1 for column in plan.columns if column.field is not None and _is_long_text(column.field))
    size = max(SMALLEST_PAGE, min(asked, LARGEST_PAGE))
    return SMALLEST_PAGE if long_texts >= _LONG_TEXTS_FOR_SMALL_PAGES else size


def _is_long_text(field: Field) -> bool:
    return field.custom and field.type == "textarea" and field.length > _LONGEST_SHORT_TEXT


@contextmanager
def reading(org: LocalOrg) -> Iterator[sqlite3.Connection]:
    """A reading connection; what SQLite cannot take is refused as too complicated."""
    with org.database.reader() as connection:
        try:
            yield connection
        except sqlite3.OperationalError as error:
            raise OrgError("QUERY_TOO_COMPLICATED", f"The query is too complicated to be run: {error}") from error


def _groups(connection: sqlite3.Connection, plan: AggregatePlan) -> JsonRecord:
    rows = connection.execute(plan.sql, plan.parameters).fetchmany(MOST_GROUPS + 1)
    if len(rows) > MOST_GROUPS:
        reason = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
        raise OrgError("EXCEEDED_ID_LIMIT", reason)
    return {"totalSize": len(rows), "done": True, "records": [aggregate_record(plan, row) for row in rows]}


def _with_next(answer: JsonRecord, base: str, locator: str, offset: int, total: int) -> JsonRecord:
    if offset < total:
        answer["done"] = False
        answer["nextRecordsUrl"] = f"{base}/query/{locator}-{offset}"
    return answer
