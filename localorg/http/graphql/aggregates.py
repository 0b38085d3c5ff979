"""`uiapi.aggregate`: counts, sums and groups of an object's records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import FieldNode

from localorg.http.graphql.document import Request
from localorg.http.graphql.errors import NOT_SUPPORTED, GraphqlError, invalid
from localorg.http.graphql.filters import Arguments
from localorg.http.graphql.paging import Window, window_of
from localorg.http.graphql.planner import Planner
from localorg.http.graphql.types.values import DATE_FUNCTIONS
from localorg.http.uiapi.fetch import Fetcher, all_of
from localorg.http.uiapi.selection import Selection
from localorg.schema.model import Field, SObject
from localorg.soql.tree import Call, Condition, Expression, OrderItem, Path, Query, Selected

Json = dict[str, object]
Row = Sequence[object]
Slot = tuple[str, Callable[[Row], object]]

_FUNCTIONS = {
    "avg": "AVG",
    "count": "COUNT",
    "countDistinct": "COUNT_DISTINCT",
    "max": "MAX",
    "min": "MIN",
    "sum": "SUM",
}
_PARTS = {name: function for function, name in DATE_FUNCTIONS.items()}
_NUMBER = Field("value", "", "double", scale=2)
_WHOLE = Field("value", "", "int")
_DAY = Field("value", "", "date")


@dataclass
class Aggregation:
    """One aggregate query as it is planned: what is selected, and how a row's answer is made."""

    planner: Planner
    selection: Selection
    selected: list[Selected] = field(default_factory=list)

    @property
    def request(self) -> Request:
        return self.planner.request

    def column(self, expression: Expression) -> int:
        """The place of the expression in a row."""
        for place, known in enumerate(self.selected):
            if known.expression == expression:
                return place
        self.selected.append(Selected(expression, f"c{len(self.selected)}"))
        return len(self.selected) - 1

    def slots(self, nodes: list[FieldNode], at: Selection, prefix: tuple[str, ...]) -> list[Slot]:
        """How the fields below `aggregate`, or a parent in it, are made of a row."""
        made: list[Slot] = []
        for key, found in self.request.below(nodes).items():
            name = found[0].name.value
            field = at.find(name)
            if name == "__typename":
                made.append((key, _constant(f"{at.object_name}Aggregate")))
            elif field is None:
                inner = self.slots(found, Selection(at.schema, at.user, at.sobject).parent(name), (*prefix, name))
                made.append((key, _object(inner)))
            else:
                made.append((key, _object(self._field_slots(found, field, Path((*prefix, name), 0)))))
        return made

    def _field_slots(self, nodes: list[FieldNode], field: Field, path: Path) -> list[Slot]:
        made: list[Slot] = []
        plain: list[str] = []
        for key, found in self.request.below(nodes).items():
            name = found[0].name.value
            if name in _FUNCTIONS or name in _PARTS:
                made.append((key, self._computed(found, field, path, name)))
            else:
                plain.append(key)
        if plain:
            place, write = self.column(path), self.planner.value(field, nodes, only=plain)
            made += [(key, _part(write, place, key)) for key in plain]
        return made

    def _computed(self, nodes: list[FieldNode], field: Field, path: Path, name: str) -> Callable[[Row], object]:
        function = _FUNCTIONS.get(name) or _PARTS[name]
        kind = field
        if name in ("count", "countDistinct") or name in _PARTS:
            kind = _DAY if name == "dayOnly" else _WHOLE
        elif name == "avg":
            kind = _NUMBER
        place, write = self.column(Call(function, (path,), 0)), self.planner.value(kind, nodes)
        return lambda row: write(row[place])


def aggregate(
    planner: Planner, fetcher: Fetcher, nodes: list[FieldNode], sobject: SObject, paths: tuple[str, ...]
) -> Json:
    """The answer of one object's aggregates. Raises GraphqlError, OrgError."""
    node = nodes[0]
    given = planner.request.arguments(node, "RecordQueryAggregate")
    selection = Selection(planner.org.schema, planner.viewer.user, sobject)
    plan = Aggregation(planner, selection)
    arguments = Arguments(selection, node, paths)
    condition = all_of(planner.scope(given.get("scope")), arguments.condition(given.get("where")))
    grouped = planner.request.in_order(given.get("groupBy"), node, "groupBy")
    groups = _groups(grouped, selection, (), node, paths)
    window = window_of(given, node, paths)
    writers = [(key, _connection_field(plan, found)) for key, found in planner.request.below(nodes).items()]
    for group in groups:
        plan.column(group)
    ordered = planner.request.in_order(given.get("orderBy"), node, "orderBy")
    order = tuple(_orders(ordered, selection, (), plan))
    rows = _rows(fetcher, plan, sobject, condition, groups, order)
    total = len(rows) if groups else fetcher.count_of(sobject.name, condition)
    return {key: write(window, rows, total, sobject.name) for key, write in writers}


def _rows(
    fetcher: Fetcher,
    plan: Aggregation,
    sobject: SObject,
    condition: Condition | None,
    groups: tuple[Expression, ...],
    order: tuple[OrderItem, ...],
) -> list[Row]:
    if not plan.selected:
        return []
    source = Path((sobject.name,), 0)
    query = Query(tuple(plan.selected), source, where=condition, group=groups, order=order)
    return fetcher.aggregates(query)


def _connection_field(plan: Aggregation, nodes: list[FieldNode]) -> Callable[[Window, list[Row], int, str], object]:
    name = nodes[0].name.value
    wanted = plan.planner.names(nodes)
    if name == "edges":
        found = plan.request.below(nodes)
        records = [node for each in found.values() for node in each if node.name.value == "node"]
        node = _node(plan, records)
        return lambda window, rows, _total, owner: [
            {key: _edge_value(window, number, row, owner, part, node) for key, part in wanted.items()}
            for number, row in enumerate(rows[window.offset :][: window.size], start=window.offset + 1)
        ]
    if name == "pageInfo":
        return lambda window, rows, _total, _owner: window.info(len(rows[window.offset :]), wanted)
    if name == "totalCount":
        return lambda _window, _rows, total, _owner: total
    return lambda _window, _rows, _total, owner: f"{owner}AggregateConnection"


def _edge_value(window: Window, number: int, row: Row, owner: str, part: str, node: Callable[[Row], object]) -> object:
    if part == "node":
        return node(row)
    return window.cursor(number) if part == "cursor" else f"{owner}AggregateEdge"


def _node(plan: Aggregation, records: list[FieldNode]) -> Callable[[Row], object]:
    slots: list[Slot] = []
    for key, found in plan.request.below(records).items():
        if found[0].name.value == "aggregate":
            slots.append((key, _object(plan.slots(found, plan.selection, ()))))
        else:
            slots.append((key, _constant(f"{plan.selection.object_name}Result")))
    return _object(slots)


def _constant(value: str) -> Callable[[Row], object]:
    return lambda _row: value


def _part(write: Callable[[object], Json], place: int, key: str) -> Callable[[Row], object]:
    return lambda row: write(row[place])[key]


def _object(slots: list[Slot]) -> Callable[[Row], object]:
    return lambda row: {key: slot(row) for key, slot in slots}


def _groups(
    given: object, at: Selection, prefix: tuple[str, ...], node: FieldNode, paths: tuple[str, ...]
) -> tuple[Expression, ...]:
    made: list[Expression] = []
    for key, value in given.items() if isinstance(given, Mapping) else ():
        if key == "type":
            if value not in (None, "GROUP_BY"):
                raise GraphqlError(f"groupBy type {value} is not supported here", NOT_SUPPORTED, node, paths)
        elif at.find(key) is None:
            made += _groups(value, Selection(at.schema, at.user, at.sobject).parent(key), (*prefix, key), node, paths)
        elif isinstance(value, Mapping):
            path = Path((*prefix, key), 0)
            if value.get("group") and value.get("function"):
                raise invalid("WrongType", f"groupBy of '{key}' takes group or function, not both", node, paths)
            if value.get("function"):
                made.append(Call(str(value["function"]), (path,), 0))
            elif value.get("group"):
                made.append(path)
    return tuple(made)


def _orders(given: object, at: Selection, prefix: tuple[str, ...], plan: Aggregation) -> list[OrderItem]:
    made: list[OrderItem] = []
    for key, value in given.items() if isinstance(given, Mapping) else ():
        if not isinstance(value, Mapping):
            continue
        if at.find(key) is None:
            made += _orders(value, Selection(at.schema, at.user, at.sobject).parent(key), (*prefix, key), plan)
            continue
        expression: Expression = Path((*prefix, key), 0)
        if value.get("function"):
            expression = Call(str(value["function"]), (expression,), 0)
        made.append(OrderItem(expression, value.get("order") == "DESC", value.get("nulls") == "LAST"))
    return made
