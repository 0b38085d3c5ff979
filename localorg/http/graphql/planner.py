"""Turns a connection's part of a valid request into a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from graphql import FieldNode

from localorg.http.graphql.connections import Children, Connection, Json, Page, Row, Slot, Variants, edges_json
from localorg.http.graphql.document import Request
from localorg.http.graphql.errors import FETCHING, GraphqlError
from localorg.http.graphql.filters import Arguments
from localorg.http.graphql.paging import Window, window_of
from localorg.http.graphql.types.scalars import MOMENTS, NUMBERS, type_name
from localorg.http.uiapi.fetch import all_of
from localorg.http.uiapi.records import milliseconds
from localorg.http.uiapi.selection import Selection
from localorg.http.uiapi.values import api_value, display_value
from localorg.http.uiapi.viewer import Viewer
from localorg.org import LocalOrg
from localorg.schema.model import Field, SObject
from localorg.soql.tree import Comparison, Condition, Literal, Path

MOST_CHILD_LEVELS = 5

Paths = tuple[str, ...]


@dataclass(frozen=True)
class Planner:
    """Plans the connections of one request for one viewer."""

    org: LocalOrg
    viewer: Viewer
    request: Request

    def connection(
        self, nodes: list[FieldNode], sobject: SObject, paths: Paths, owner: str = "RecordQuery", level: int = 0
    ) -> Connection:
        """The plan of a connection, a field of the type `owner`. Raises GraphqlError."""
        node = nodes[0]
        if level > MOST_CHILD_LEVELS:
            raise GraphqlError(f"At most {MOST_CHILD_LEVELS} levels of child relationships", FETCHING, node, paths)
        given = self.request.arguments(node, owner)
        selection = Selection(self.org.schema, self.viewer.user, sobject)
        arguments = Arguments(selection, node, paths)
        condition = all_of(self.scope(given.get("scope")), arguments.condition(given.get("where")))
        order = arguments.order(self.request.in_order(given.get("orderBy"), node, "orderBy"))
        connection = Connection(selection, condition, order, window_of(given, node, paths), level=level)
        for key, found in self.request.below(nodes).items():
            connection.writers.append((key, self._connection_field(connection, found, (*paths, found[0].name.value))))
        return connection

    def scope(self, scope: object) -> Condition | None:
        """The condition of a scope."""
        if scope != "MINE":
            return None
        return Comparison(Path(("OwnerId",), 0), "=", (Literal("string", self.viewer.user.id, 0),))

    def names(self, nodes: list[FieldNode]) -> dict[str, str]:
        """Response keys below merged fields, to the names behind them."""
        return {key: found[0].name.value for key, found in self.request.below(nodes).items()}

    def record(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> list[Slot]:
        """Slots for a record or a parent; `path` leads from the connection's record to it."""
        return self.slots(connection, self.request.below(nodes, (at.object_name, "Record")), at, paths, path)

    def slots(
        self,
        connection: Connection,
        fields: Mapping[str, list[FieldNode]],
        at: Selection,
        paths: Paths,
        path: Paths = (),
    ) -> list[Slot]:
        """Slots for these fields of a record, by response key."""
        return [
            (key, self._slot(connection, found, at, path, (*paths, found[0].name.value)))
            for key, found in fields.items()
        ]

    def value(
        self, field: Field, nodes: list[FieldNode], only: Collection[str] | None = None
    ) -> Callable[[object], Json]:
        """Makes the answer of a field from its value; `only` names the response keys if not all are of its value."""
        wanted = {key: name for key, name in self.names(nodes).items() if only is None or key in only}
        kind = type_name(field)
        keys = tuple(wanted)
        if set(wanted.values()) == {"value"}:
            return lambda value: dict.fromkeys(keys, api_value(field, value))

        def write(value: object) -> Json:
            shown = display_value(field, value, self.viewer)
            values: Json = {
                "value": api_value(field, value),
                "displayValue": shown,
                "label": shown,
                "format": shown if kind in NUMBERS + MOMENTS else None,
                "__typename": f"{kind}Value",
            }
            return {key: values[name] for key, name in wanted.items()}

        return write

    def _connection_field(
        self, connection: Connection, nodes: list[FieldNode], paths: Paths
    ) -> Callable[[Connection, Page], object]:
        match nodes[0].name.value:
            case "edges":
                return self._edges(connection, nodes, paths)
            case "pageInfo":
                wanted = self.names(nodes)
                return lambda owner, page: owner.window.info(len(page.rows), wanted)
            case "totalCount":
                connection.wants_total = True
                return lambda _owner, page: page.total or 0
            case "pageResultCount":
                return lambda owner, page: min(len(page.rows), owner.window.size)
        return lambda owner, _page: f"{owner.object_name}Connection"

    def _edges(
        self, connection: Connection, nodes: list[FieldNode], paths: Paths
    ) -> Callable[[Connection, Page], object]:
        wanted = self.names(nodes)
        records = [node for found in self.request.below(nodes).values() for node in found if node.name.value == "node"]
        if records:
            connection.slots = self.record(connection, records, connection.selection, (), (*paths, "node"))
        return lambda owner, page: edges_json(owner, page, wanted)

    def _slot(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> Callable[[Row], object]:
        name = nodes[0].name.value
        own = self._of_every_record(at, name)
        if own is not None:
            return own
        field = at.find(name)
        if field is not None and field.name == name:
            at.add(name)
            write = self.value(field, nodes)
            return lambda row: write(row[name])
        child = at.sobject.child_relationship(name) if at.sobject else None
        if child is not None and child.name == name and at.sobject is not None:
            sobject = self.org.schema.objects[child.child_object]
            inner = self.connection(nodes, sobject, paths, at.object_name, connection.level + 1)
            children = Children(inner, child.field, path)
            connection.children.append(children)
            return children.answer
        return self._parent(connection, nodes, at, path, paths)

    def _of_every_record(self, at: Selection, name: str) -> Callable[[Row], object] | None:
        match name:
            case "__typename":
                return lambda _row: at.object_name
            case "ApiName":
                return lambda _row: at.object_name
            case "Id":
                return lambda row: row["Id"]
            case "DisplayValue":
                naming = at.sobject.name_field if at.sobject else None
                if naming is not None and at.find(naming.name) is not None:
                    at.add(naming.name)
                    return lambda row: row[naming.name]
                return lambda row: row["Id"]
            case "WeakEtag":
                if at.find("SystemModstamp") is not None:
                    at.add("SystemModstamp")
                return lambda row: milliseconds(row.get("SystemModstamp"))
        return None

    def _parent(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> Callable[[Row], object]:
        name = nodes[0].name.value
        parent = at.parent(name)
        if parent.sobject is None:
            return self._variants(connection, nodes, at, (*path, name), paths)
        slots = self.record(connection, nodes, parent, (*path, name), paths)

        def write(row: Row) -> object:
            record = row.get(name)
            return {key: slot(record) for key, slot in slots} if isinstance(record, Mapping) else None

        return write

    def _variants(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> Callable[[Row], object]:
        """A parent of one of several objects: fragments say what is wanted of each."""
        reference, _ = at.parents[path[-1]]
        variants: dict[str, Connection] = {}
        for name in reference.reference_to:
            sobject = self.org.schema.get(name)
            if sobject is not None and self.viewer.user.may_read_object(name):
                selection = Selection(self.org.schema, self.viewer.user, sobject)
                variants[name] = Connection(selection, None, (), Window(), level=connection.level)
                variants[name].slots = self.record(variants[name], nodes, selection, (), paths)
        found = Variants(path, variants, self._object_of)
        connection.children.append(found)
        return found.answer

    def _object_of(self, record_id: str) -> str | None:
        sobject = self.org.schema.by_prefix(record_id[:3])
        return sobject.name if sobject else None
