"""The selected columns of a query as one flat SQL row, and the nested record that is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from localorg.schema.model import NUMBER_TYPES
from localorg.soql import errors
from localorg.soql.plan import Shape, TypedShape
from localorg.soql.scope import Column, Scope


@dataclass
class _Part:
    """The values of one record: the object itself, or one of its parents."""

    type: str
    id_sql: str
    keys: list[str] = field(default_factory=list)
    expressions: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    parents: dict[str, _Part] = field(default_factory=dict)
    typed: dict[str, tuple[dict[str, _Part], _Part]] = field(default_factory=dict)

    def add(self, key: str, column: Column) -> None:
        self.keys.append(key)
        self.expressions.append(json_sql(column))
        self.types[key] = column.type


class ShapeBuilder:
    """Takes the selected columns in order. `columns` are the fields added so far."""

    def __init__(self, scope: Scope) -> None:
        self.columns: list[Column] = []
        self._scope = scope
        self._root = _Part(scope.sobject.name, f'{Scope.ROOT}."Id"')
        self._seen: set[tuple[str, ...]] = set()

    def add(self, column: Column) -> None:
        """Add a field. Raises QueryError for one that is already there."""
        if column.keys in self._seen:
            raise errors.malformed(f"duplicate field selected: {column.name}", column.position)
        self._seen.add(column.keys)
        self.columns.append(column)
        part = self._root
        for depth in range(1, len(column.keys)):
            part = self._parent(part, column, depth)
        part.add(column.keys[-1], column)

    def add_child(self, key: str) -> None:
        """Keep the place of a subquery's rows."""
        if (key,) in self._seen:
            raise errors.malformed(f"duplicate subquery: {key}")
        self._seen.add((key,))
        self._root.keys.append(key)
        self._root.expressions.append("NULL")

    def add_typed(
        self, key: str, link_sql: str, cases: dict[str, list[Column]], otherwise: list[Column], position: int
    ) -> None:
        """Add a parent whose fields depend on its object. Raises QueryError when it is there already."""
        if key in self._root.keys:
            raise errors.malformed(f"duplicate field selected: {key}", position)
        self._seen.add((key,))
        self._root.keys.append(key)
        self._root.expressions.append(link_sql)
        parts = {name: _part_of(name, link_sql, columns) for name, columns in cases.items()}
        self._root.typed[key] = (parts, _part_of("Name", link_sql, otherwise))

    def build(self) -> tuple[tuple[str, ...], Shape]:
        """All SQL expressions, and the shape over them."""
        expressions: list[str] = []
        shape = _shape(self._root, expressions)
        return tuple(expressions), shape

    def _parent(self, part: _Part, column: Column, depth: int) -> _Part:
        key = column.keys[depth - 1]
        if key in part.typed:
            raise errors.malformed(f"duplicate field selected: {key}", column.position)
        if key not in part.parents:
            path = column.keys[:depth]
            if path in self._scope.joins:
                parent = _Part(self._scope.parent(path).name, self._scope.parent_id(path))
            else:  # a parent of several objects: its link stands for its Id
                parent = _Part("Name", column.link_sql or "NULL")
            part.parents[key] = parent
            part.keys.append(key)
            part.expressions.append(parent.id_sql)
        return part.parents[key]


def json_sql(column: Column) -> str:
    """SQL of a column's value in the form REST gives it (booleans and addresses are finished by the reader)."""
    if column.type == "datetime":
        return f"substr({column.sql}, 1, 23) || '+0000'"
    if column.type in NUMBER_TYPES and column.field is not None and column.field.formula is not None:
        return f"CAST({column.sql} AS REAL)"
    return column.sql


def _part_of(name: str, id_sql: str, columns: list[Column]) -> _Part:
    part = _Part(name, id_sql)
    for column in columns:
        if column.keys[-1] in part.keys:
            raise errors.malformed(f"duplicate field selected: {column.keys[-1]}", column.position)
        part.add(column.keys[-1], column)
    return part


def _shape(part: _Part, expressions: list[str]) -> Shape:
    start = len(expressions)
    expressions += [part.id_sql, *part.expressions]
    parents = tuple((key, _shape(parent, expressions)) for key, parent in part.parents.items())
    typed = tuple(
        TypedShape(
            key,
            start + 1 + part.keys.index(key),
            tuple((name, _shape(case, expressions)) for name, case in cases.items()),
            _shape(otherwise, expressions),
        )
        for key, (cases, otherwise) in part.typed.items()
    )
    return Shape(
        type=part.type,
        start=start,
        keys=("attributes", *part.keys),
        booleans=tuple(key for key, kind in part.types.items() if kind == "boolean"),
        addresses=tuple(key for key, kind in part.types.items() if kind == "address"),
        parents=parents,
        typed=typed,
    )
