"""Connections: pages of records of an object, or of the children of records, planned once and fetched level by level.

A level is one query however many parents it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from localorg.http.graphql.paging import Window
from localorg.http.uiapi.fetch import Fetcher, by_ids
from localorg.http.uiapi.selection import Selection
from localorg.soql.plan import RowPlan
from localorg.soql.records import JsonRecord
from localorg.soql.tree import Condition, OrderItem, Path, Query

Json = dict[str, object]
Row = Mapping[str, object]
Slot = tuple[str, Callable[[Row], object]]


@dataclass
class Page:
    """Rows of one connection as fetched: `rows` with one more than wanted when there are more."""

    rows: Sequence[JsonRecord]
    total: int | None = None


@dataclass
class Connection:
    """A connection of the query.

    selection: what is fetched of each record. slots: how a record's answer is made. children: connections below it.
    level: how many connections are above it.
    window: the page. writers: response keys of the connection with what makes their values.
    """

    selection: Selection
    condition: Condition | None
    order: tuple[OrderItem, ...]
    window: Window
    writers: list[tuple[str, Callable[[Connection, Page], object]]] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    children: list[Children | Variants] = field(default_factory=list)
    wants_total: bool = False
    level: int = 0

    @property
    def object_name(self) -> str:
        return self.selection.object_name

    def plan(self, fetcher: Fetcher) -> RowPlan:
        """The compiled query, one row more than the page so that it shows whether there are more."""
        query = Query(self.selection.select(), Path((self.object_name,), 0), where=self.condition, order=self.order)
        return replace(fetcher.plan(query), limit=self.window.size + 1, offset=self.window.offset)

    def fetch(self, fetcher: Fetcher) -> Json:
        """The answer of a connection at the root."""
        rows = self.rows(fetcher)
        return self.json(Page(rows, fetcher.count(self.plan(fetcher)) if self.wants_total else None))

    def rows(self, fetcher: Fetcher) -> list[JsonRecord]:
        """The rows of a connection at the root, one more than the page when there are more, with what hangs below."""
        rows = fetcher.rows(self.plan(fetcher))
        self._fetch_children(fetcher, rows[: self.window.size])
        return rows

    def fetch_for(self, fetcher: Fetcher, reference: str, parents: Sequence[str]) -> dict[str, Json]:
        """The answer for each parent that has children."""
        plan = self.plan(fetcher)
        found = fetcher.children(plan, reference, parents)
        totals = fetcher.child_counts(plan, reference, parents) if self.wants_total else {}
        self._fetch_children(fetcher, [row for rows in found.values() for row in rows[: self.window.size]])
        return {parent: self.json(Page(rows, totals.get(parent))) for parent, rows in found.items()}

    def fetch_by_ids(self, fetcher: Fetcher, ids: Sequence[str]) -> dict[str, Json]:
        """The answers of the records with these ids."""
        query = Query(self.selection.select(), Path((self.object_name,), 0), where=by_ids(ids))
        rows = fetcher.rows(fetcher.plan(query))
        self._fetch_children(fetcher, rows)
        return {str(row["Id"]): self.record(row) for row in rows}

    def json(self, page: Page) -> Json:
        """The answer made of fetched rows."""
        return {key: write(self, page) for key, write in self.writers}

    def record(self, row: Row) -> Json:
        """One record's answer."""
        return {key: write(row) for key, write in self.slots}

    def _fetch_children(self, fetcher: Fetcher, rows: Sequence[JsonRecord]) -> None:
        for child in self.children:
            child.fetch(fetcher, rows)


@dataclass
class Children:
    """A connection of children below records that `path` leads to (`("Account",)` for a parent's children)."""

    connection: Connection
    reference: str
    path: tuple[str, ...]
    answers: dict[str, Json] = field(default_factory=dict)

    def fetch(self, fetcher: Fetcher, rows: Sequence[JsonRecord]) -> None:
        """Fetch the children of all rows at once."""
        parents = list(dict.fromkeys(found for row in rows if (found := self.parent_id(row)) is not None))
        self.answers = self.connection.fetch_for(fetcher, self.reference, parents) if parents else {}

    def answer(self, record: Row) -> Json:
        """The answer below one record."""
        return self.answers.get(str(record["Id"])) or self.connection.json(Page((), 0))

    def parent_id(self, row: Row) -> str | None:
        """The id of the record whose children are meant, None where the row has no such parent."""
        parent = record_at(row, self.path)
        return str(parent["Id"]) if parent is not None else None


@dataclass
class Variants:
    """A parent of one of several objects (`Task.What`): what is wanted of each object is fetched by one query.

    path: leads from the connection's record to the parent. variants: by object. object_of: the object of a record id.
    """

    path: tuple[str, ...]
    variants: Mapping[str, Connection]
    object_of: Callable[[str], str | None]
    answers: dict[str, Json] = field(default_factory=dict)

    def fetch(self, fetcher: Fetcher, rows: Sequence[JsonRecord]) -> None:
        """Fetch the parents of all rows."""
        ids: dict[str, dict[str, None]] = {}
        for row in rows:
            parent = record_at(row, self.path)
            name = self.object_of(str(parent["Id"])) if parent is not None else None
            if parent is not None and name is not None and name in self.variants:
                ids.setdefault(name, {})[str(parent["Id"])] = None
        self.answers = {}
        for name, wanted in ids.items():
            self.answers |= self.variants[name].fetch_by_ids(fetcher, list(wanted))

    def answer(self, record: Row) -> Json | None:
        """The answer below one record, None where it has no parent that the user may read."""
        parent = record.get(self.path[-1])
        return self.answers.get(str(parent["Id"])) if isinstance(parent, Mapping) else None


def record_at(row: Row, path: Sequence[str]) -> Row | None:
    """The parent that a path of relationships leads to, None where there is none."""
    at: object = row
    for name in path:
        at = at.get(name) if isinstance(at, Mapping) else None
    return at if isinstance(at, Mapping) else None


def edges_json(connection: Connection, page: Page, wanted: Mapping[str, str]) -> list[Json]:
    """The page's edges; `wanted` maps response keys to `node`, `cursor` and `__typename`."""
    made = []
    window = connection.window
    for number, row in enumerate(page.rows[: window.size], start=window.offset + 1):
        values: Json = {"cursor": window.cursor(number), "__typename": f"{connection.object_name}Edge"}
        made.append({key: connection.record(row) if name == "node" else values[name] for key, name in wanted.items()})
    return made
