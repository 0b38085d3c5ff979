"""Queries answered: pages of records, counts and groups as the REST API gives them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from localorg.access import User
from localorg.errors import OrgError
from localorg.formula import running_as
from localorg.org import LocalOrg
from localorg.schema.model import Field
from localorg.soql.aggregate import MOST_GROUPS
from localorg.soql.columns import column_metadata
from localorg.soql.compile import compile_query
from localorg.soql.cursors import Cursor, Cursors, invalid_locator
from localorg.soql.errors import TOO_COMPLICATED, QueryError
from localorg.soql.explain import explained
from localorg.soql.parse import parse
from localorg.soql.plan import AggregatePlan, ChildPlan, CountPlan, Plan, RowPlan
from localorg.soql.records import JsonRecord
from localorg.soql.recordtext import Row, aggregate_text, answer_text, record_writer
from localorg.soql.scope import NEWEST_VERSION
from localorg.soql.setting import setting_of

LARGEST_PAGE = 2_000
SMALLEST_PAGE = 200
_LONG_TEXTS_FOR_SMALL_PAGES = 2
_LONGEST_SHORT_TEXT = 255  # characters
_OFFSET = re.compile(r"[0-9]{1,12}")


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
    except RecursionError as error:
        raise TOO_COMPLICATED from error


class Queries:
    """Answers queries of one org; answers with more than a page leave a cursor."""

    def __init__(self, org: LocalOrg, cursors: Cursors) -> None:
        self._org = org
        self._cursors = cursors

    def query(self, asked: Asked, text: str, *, all_rows: bool = False) -> JsonRecord:
        """The first page of a query's answer, as `/query` or (with `all_rows`) `/queryAll` give it.

        Raises OrgError as Salesforce would answer.
        """
        return dict(json.loads(self.query_text(asked, text, all_rows=all_rows)))

    def more(self, asked: Asked, locator: str) -> JsonRecord:
        """The page that a locator (`01g...-2000`) names. Raises OrgError INVALID_QUERY_LOCATOR."""
        return dict(json.loads(self.more_text(asked, locator)))

    def query_text(self, asked: Asked, text: str, *, all_rows: bool = False) -> str:
        """As `query`, the answer's JSON as text."""
        plan = plan_of(self._org, asked.user, text, all_rows=all_rows, version=asked.version)
        with reading(self._org, asked.user) as connection:
            if isinstance(plan, CountPlan):
                return answer_text(connection.execute(plan.sql, plan.parameters).fetchone()[0], ())
            if isinstance(plan, AggregatePlan):
                return _groups(connection, plan)
            return self._first_page(connection, plan, asked, Cursor(asked.user.id, text, all_rows, 0))

    def more_text(self, asked: Asked, locator: str) -> str:
        """As `more`, the answer's JSON as text."""
        key, dash, number = locator.partition("-")
        if not dash or not _OFFSET.fullmatch(number):
            raise invalid_locator()
        offset = int(number)
        cursor, ids = self._cursors.page(key, offset, asked.page, asked.user.id)
        plan = self._plan_of_cursor(cursor, asked.user)
        ids = ids[: page_size(plan, asked.page)]
        with reading(self._org, asked.user) as connection:
            found = {row[0]: row for row in connection.execute(plan.page_sql(), (json.dumps(ids),))}
            rows = [found[each] for each in ids if each in found]
            records = self._records(connection, plan, rows, asked, cursor)
        return answer_text(cursor.total, records, _following(asked.base, key, offset + len(ids), cursor.total))

    def columns(self, asked: Asked, text: str, *, all_rows: bool = False) -> JsonRecord:
        """The columns of a query; see `columns.column_metadata`. Raises OrgError as Salesforce would answer."""
        plan = plan_of(self._org, asked.user, text, all_rows=all_rows, version=asked.version)
        return column_metadata(parse(text), plan, asked.user)

    def explain(self, asked: Asked, text: str, *, all_rows: bool = False) -> JsonRecord:
        """How a query would be answered; see `explain.explained`. Raises OrgError as Salesforce would answer."""
        plan = plan_of(self._org, asked.user, text, all_rows=all_rows, version=asked.version)
        with reading(self._org, asked.user) as connection:
            return explained(connection, parse(text), plan, text)

    def _plan_of_cursor(self, cursor: Cursor, user: User) -> RowPlan:
        plan = plan_of(self._org, user, cursor.query, all_rows=cursor.all_rows)
        if not isinstance(plan, RowPlan):
            raise invalid_locator()
        for place in cursor.child:
            plan = plan.children[place].rows
        return plan

    def _first_page(self, connection: sqlite3.Connection, plan: RowPlan, asked: Asked, cursor: Cursor) -> str:
        size = page_size(plan, asked.page)
        rows = connection.execute(plan.rows_sql(size + 1), plan.parameters).fetchall()
        if len(rows) <= size:
            return answer_text(len(rows), self._records(connection, plan, rows, asked, cursor))
        ids = [row[0] for row in connection.execute(plan.ids_sql(), plan.parameters)]
        records = self._records(connection, plan, rows[:size], asked, cursor)
        locator = self._cursors.save(replace(cursor, total=len(ids)), ids)
        return answer_text(len(ids), records, _following(asked.base, locator, size, len(ids)))

    def _records(
        self, connection: sqlite3.Connection, plan: RowPlan, rows: Sequence[Row], asked: Asked, cursor: Cursor
    ) -> list[str]:
        ids = [str(row[0]) for row in rows] if plan.children else []
        answers = {
            child.key: self._children(connection, child, ids, asked, replace(cursor, child=(*cursor.child, place)))
            for place, child in enumerate(plan.children)
        }
        write = record_writer(asked.base, self._org.schema, plan.shape, answers)
        return [write(row) for row in rows]

    def _children(
        self, connection: sqlite3.Connection, child: ChildPlan, parents: list[str], asked: Asked, cursor: Cursor
    ) -> dict[str, str]:
        """The answer of a subquery for each parent that has rows."""
        by_parent: dict[str, list[Row]] = {}
        parameters = (json.dumps(parents), *child.rows.parameters)
        for row in connection.execute(child.rows.children_sql(child.link), parameters):
            by_parent.setdefault(row[-1], []).append(row)
        size = page_size(child.rows, asked.page)
        shown = [row for rows in by_parent.values() for row in rows[:size]]
        records = iter(self._records(connection, child.rows, shown, asked, cursor))
        answers: dict[str, str] = {}
        for parent, rows in by_parent.items():
            page = [next(records) for _ in rows[:size]]
            following = None
            if len(rows) > size:
                kept = self._cursors.save(replace(cursor, total=len(rows)), [str(row[0]) for row in rows])
                following = _following(asked.base, kept, size, len(rows))
            answers[parent] = answer_text(len(rows), page, following)
        return answers


def page_size(plan: RowPlan, asked: int) -> int:
    """Rows of one page: as asked for within Salesforce's bounds, fewer when two or more long texts are selected."""
    long_texts = sum(1 for column in plan.columns if column.field is not None and _is_long_text(column.field))
    size = max(SMALLEST_PAGE, min(asked, LARGEST_PAGE))
    return SMALLEST_PAGE if long_texts >= _LONG_TEXTS_FOR_SMALL_PAGES else size


def _is_long_text(field: Field) -> bool:
    return field.custom and field.type == "textarea" and field.length > _LONGEST_SHORT_TEXT


@contextmanager
def reading(org: LocalOrg, user: User | None = None) -> Iterator[sqlite3.Connection]:
    """A reading connection for the user's query; what SQLite cannot take is refused as too complicated."""
    with org.database.reader() as connection, running_as(user.id if user is not None else None):
        try:
            yield connection
        except (sqlite3.OperationalError, sqlite3.DataError) as error:
            raise OrgError("QUERY_TOO_COMPLICATED", f"The query is too complicated to be run: {error}") from error


def _groups(connection: sqlite3.Connection, plan: AggregatePlan) -> str:
    rows = connection.execute(plan.sql, plan.parameters).fetchmany(MOST_GROUPS + 1)
    if len(rows) > MOST_GROUPS:
        reason = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
        raise OrgError("EXCEEDED_ID_LIMIT", reason)
    return answer_text(len(rows), [aggregate_text(plan, row) for row in rows])


def _following(base: str, locator: str, offset: int, total: int) -> str | None:
    """The URL of the next page, None after the last."""
    return f"{base}/query/{locator}-{offset}" if offset < total else None
