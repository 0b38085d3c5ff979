"""TYPEOF: fields of a parent that depend on which object it is of."""

from __future__ import annotations

from localorg.soql import errors
from localorg.soql.rowshape import ShapeBuilder
from localorg.soql.scope import Column, Scope, column_sql, quoted, readable_field, reference_named
from localorg.soql.tree import Path, TypeOf


def add_type_of(item: TypeOf, scope: Scope, shape: ShapeBuilder) -> None:
    """Add a TYPEOF to a shape. Raises QueryError for a parent of one object only, or names the user has not."""
    path = item.path
    reference = reference_named(scope.sobject, path.names[0], scope.setting.user) if len(path.names) == 1 else None
    if reference is None:
        raise errors.unknown_relationship(path.text, path.position)
    if len(reference.reference_to) < 2:
        raise errors.malformed(f"TYPEOF needs a relationship to several objects, got {path.text}", path.position)
    link = f"{Scope.ROOT}.{quoted(reference.name)}"
    cases: dict[str, list[Column]] = {}
    for name, fields in item.cases:
        target = next((each for each in scope.targets(reference) if each.name.lower() == name.lower()), None)
        if target is None:
            raise errors.unknown_object(name, path.position)
        if target.name in cases:
            raise errors.malformed(f"duplicate WHEN in TYPEOF: {target.name}", path.position)
        alias = scope.join_kind(path, reference, target)
        cases[target.name] = [_field(scope, target.name, alias, each) for each in fields]
    otherwise = [scope.column(Path((*path.names, *each.names), each.position)) for each in item.otherwise]
    shape.add_typed(reference.relationship_name or path.text, link, cases, otherwise, path.position)


def _field(scope: Scope, object_name: str, alias: str, path: Path) -> Column:
    """A field of one of the objects."""
    schema = scope.setting.schema
    sobject = schema.objects[object_name]
    found = readable_field(sobject, path.names[0], scope.setting.user) if len(path.names) == 1 else None
    if found is None:
        raise errors.unknown_field(path.text, object_name, path.position)
    return Column(column_sql(schema, sobject, found, alias), found.type, (found.name,), path.position, found, sobject)
