"""Turns a connection's part of the query into a plan, refusing what does not exist for the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphql import FieldNode

from localorg.http.graphql.connections import Children, Connection, Json, Page, Row, Slot, edges_json, page_info_json
from localorg.http.graphql.cursors import number_of
from localorg.http.graphql.document import Request, is_optional
from localorg.http.graphql.errors import GraphqlError, field_undefined, invalid
from localorg.http.graphql.filters import Arguments
from localorg.http.uiapi.fetch import all_of
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.http.uiapi.values import api_value, display_value
from localorg.http.uiapi.viewer import Viewer
from localorg.org import LocalOrg
from localorg.schema.model import Field, SObject
from localorg.soql.tree import Comparison, Literal, Path

DEFAULT_FIRST = 10
LARGEST_FIRST = 2000
_ARGUMENTS = frozenset({"where", "orderBy", "first", "after", "scope", "upperBound"})
_EDGE = frozenset({"node", "cursor", "__typename"})
_PAGE_INFO = frozenset({"hasNextPage", "hasPreviousPage", "startCursor", "endCursor", "__typename"})
_VALUE = frozenset({"value", "displayValue", "label", "format", "__typename"})

Paths = tuple[str, ...]


@dataclass(frozen=True)
class Planner:
    """Plans the connections of one request for one viewer."""

    org: LocalOrg
    viewer: Viewer
    request: Request

    def connection(self, nodes: list[FieldNode], sobject: SObject, paths: Paths) -> Connection:
        """The plan of a connection. Raises GraphqlError."""
        node = nodes[0]
        given = self.request.arguments(node)
        unknown = sorted(set(given) - _ARGUMENTS)
        if unknown:
            raise invalid("UnknownArgument", f"Unknown argument '{unknown[0]}'", node, paths)
        selection = Selection(self.org.schema, self.viewer.user, sobject)
        arguments = Arguments(selection, node, paths)
        fields = self.request.fields(*(each.selection_set for each in nodes))
        connection = Connection(
            selection=selection,
            condition=all_of(
                self._scope(given.get("scope"), sobject, node, paths), arguments.condition(given.get("where"))
            ),
            order=arguments.order(given.get("orderBy")),
            first=self._first(given.get("first"), node, paths),
            offset=self._offset(given.get("after"), node, paths),
            fields=fields,
        )
        for key, found in fields.items():
            connection.writers.append((key, self._connection_field(connection, found, (*paths, found[0].name.value))))
        return connection

    def _connection_field(
        self, connection: Connection, nodes: list[FieldNode], paths: Paths
    ) -> Callable[[Connection, Page], object]:
        match nodes[0].name.value:
            case "edges":
                return self._edges(connection, nodes, paths)
            case "pageInfo":
                wanted = self._names(nodes, _PAGE_INFO, "PageInfo", paths)
                return lambda owner, page: page_info_json(owner, page, wanted)
            case "totalCount":
                connection.wants_total = True
                return lambda _owner, page: page.total or 0
            case "pageResultCount":
                return lambda owner, page: min(len(page.rows), owner.first)
            case "__typename":
                return lambda owner, _page: f"{owner.object_name}Connection"
        raise field_undefined(nodes[0].name.value, f"{connection.object_name}Connection", nodes[0], paths)

    def _edges(
        self, connection: Connection, nodes: list[FieldNode], paths: Paths
    ) -> Callable[[Connection, Page], object]:
        wanted = self._names(nodes, _EDGE, f"{connection.object_name}Edge", paths)
        below = self.request.fields(*(each.selection_set for each in nodes))
        records = [node for found in below.values() for node in found if node.name.value == "node"]
        if records:
            connection.slots = self._record(connection, records, connection.selection, (), (*paths, "node"))
        return lambda owner, page: edges_json(owner, page, wanted)

    def _record(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> list[Slot]:
        """Slots for a record or a parent; `path` leads from the connection's record to it."""
        slots: list[Slot] = []
        for key, found in self.request.fields(*(node.selection_set for node in nodes)).items():
            name = found[0].name.value
            try:
                slots.append((key, self._slot(connection, found, at, path, (*paths, name))))
            except GraphqlError:
                if not is_optional(found[0]):
                    raise
        if not slots and not self.request.fields(*(node.selection_set for node in nodes)):
            raise invalid("SubselectionRequired", f"'{nodes[0].name.value}' needs a selection", nodes[0], paths)
        return slots

    def _slot(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> Callable[[Row], object]:
        name = nodes[0].name.value
        if name in ("__typename", "ApiName"):
            return lambda _row: at.object_name
        if name == "Id":
            return lambda row: row["Id"]
        field = at.find(name)
        if field is not None and field.name == name:
            return self._value(at, field, nodes, paths)
        child = at.sobject.child_relationship(name) if at.sobject else None
        if child is not None and self.viewer.user.may_read(child.child_object, child.field):
            inner = self.connection(nodes, self.org.schema.objects[child.child_object], paths)
            children = Children(inner, child.field, path)
            connection.children.append(children)
            return children.answer
        return self._parent(connection, nodes, at, path, paths)

    def _parent(
        self, connection: Connection, nodes: list[FieldNode], at: Selection, path: Paths, paths: Paths
    ) -> Callable[[Row], object]:
        name = nodes[0].name.value
        try:
            parent = at.parent(name)
        except UnknownFieldError as error:
            raise field_undefined(name, at.object_name, nodes[0], paths) from error
        slots = self._record(connection, nodes, parent, (*path, name), paths)

        def write(row: Row) -> object:
            record = row.get(name)
            return {key: slot(record) for key, slot in slots} if isinstance(record, Mapping) else None

        return write

    def _value(self, at: Selection, field: Field, nodes: list[FieldNode], paths: Paths) -> Callable[[Row], object]:
        wanted = self._names(nodes, _VALUE, "FieldValue", paths)
        at.add(field.name)

        def write(row: Row) -> Json:
            value = row[field.name]
            shown = display_value(field, value, self.viewer)
            values: Json = {"value": api_value(field, value), "displayValue": shown, "label": shown, "format": None}
            return {key: values.get(name) for key, name in wanted.items()}

        return write

    def _names(self, nodes: list[FieldNode], known: frozenset[str], type_name: str, paths: Paths) -> dict[str, str]:
        """Response keys to the names behind them. Raises GraphqlError for a name that is not known."""
        wanted = {}
        for key, found in self.request.fields(*(node.selection_set for node in nodes)).items():
            name = found[0].name.value
            if name not in known:
                raise field_undefined(name, type_name, found[0], (*paths, name))
            wanted[key] = name
        if not wanted:
            raise invalid("SubselectionRequired", f"'{nodes[0].name.value}' needs a selection", nodes[0], paths)
        return wanted

    def _first(self, first: object, node: FieldNode, paths: Paths) -> int:
        if first is None:
            return DEFAULT_FIRST
        if isinstance(first, bool) or not isinstance(first, int) or not 0 < first <= LARGEST_FIRST:
            raise invalid("WrongType", f"first must be between 1 and {LARGEST_FIRST}, got {first!r}", node, paths)
        return first

    def _offset(self, after: object, node: FieldNode, paths: Paths) -> int:
        if after is None:
            return 0
        number = number_of(after) if isinstance(after, str) else None
        if number is None:
            raise invalid("WrongType", f"after is no cursor of this query: {after!r}", node, paths)
        return number

    def _scope(self, scope: object, sobject: SObject, node: FieldNode, paths: Paths) -> Comparison | None:
        if scope in (None, "EVERYTHING"):
            return None
        if scope == "MINE" and sobject.field("OwnerId"):
            return Comparison(Path(("OwnerId",), 0), "=", (Literal("string", self.viewer.user.id, 0),))
        raise invalid("WrongType", f"scope {scope!r} is not supported for {sobject.name}", node, paths)
