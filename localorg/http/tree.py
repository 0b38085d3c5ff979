"""Trees: rows with their children, inserted in one call, all or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, Response

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.errors import row_errors
from localorg.http.json_types import check_types
from localorg.http.roots import find_object
from localorg.http.session import current_user
from localorg.http.writes import Writer
from localorg.org import LocalOrg
from localorg.schema.model import ChildRelationship, SObject
from localorg.store.records import UNKNOWN_OBJECT

MOST_ROWS = 200
MOST_TYPES = 5
MOST_DEPTH = 5


@dataclass
class _Node:
    """A row of the tree. path: where it is in the body. link: its reference to the parent. id: once it is written."""

    reference: str
    sobject: SObject
    values: dict[str, object]
    path: tuple[str | int, ...]
    parent: _Node | None
    link: str | None
    id: str | None = None
    errors: Sequence[OrgError] = ()


class _RolledBackError(Exception):
    """Undoes what was written before a row was refused."""


def blueprint(org: LocalOrg, writer: Writer) -> Blueprint:
    """`/composite/tree/X`."""
    pages = Blueprint("tree", __name__)

    @pages.post("/composite/tree/<name>")
    def create(name: str) -> Response:
        user = current_user()
        levels = _levels(org, user, find_object(org, user, name), json_body())
        nodes = [node for level in levels for node in level]
        repeated = _repeated(nodes)
        if repeated is not None:
            error = OrgError("INVALID_INPUT", "Duplicate ReferenceId provided in the request.")
            return _failed([(repeated, (error,))])
        try:
            with org.database.writer():
                for level in levels:
                    _insert(writer, user, level)
        except _RolledBackError:
            return _failed([(node.reference, node.errors) for node in nodes if node.errors])
        results = [{"referenceId": node.reference, "id": node.id} for node in nodes]
        return json_response({"hasErrors": False, "results": results}, 201)

    return pages


def _levels(org: LocalOrg, user: User, root: SObject, body: Mapping[str, object]) -> list[list[_Node]]:
    """The rows by their depth. Raises OrgError for what is no tree, or too large a one."""
    levels = [list(_nodes(user, root, body, (), None, None))]
    while levels[-1]:
        if len(levels) > MOST_DEPTH:
            raise OrgError("INVALID_INPUT", f"a tree is at most {MOST_DEPTH} levels deep")
        levels.append([child for node in levels[-1] for child in _children(org, user, node)])
    nodes = [node for level in levels for node in level]
    if len(nodes) > MOST_ROWS:
        raise OrgError("EXCEEDED_ID_LIMIT", f"a tree has at most {MOST_ROWS} records")
    if len({node.sobject.name for node in nodes}) > MOST_TYPES:
        raise OrgError("INVALID_INPUT", f"a tree has records of at most {MOST_TYPES} types")
    return levels[:-1]


def _nodes(
    user: User,
    sobject: SObject,
    holder: Mapping[str, object],
    path: tuple[str | int, ...],
    parent: _Node | None,
    link: str | None,
) -> Iterator[_Node]:
    """The rows of `{"records": [...]}`. path: where that is in the body."""
    records = holder.get("records")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise unexpected_json("a list of records", records)
    for place, record in enumerate(records):
        attributes = record.get("attributes")
        named = attributes if isinstance(attributes, dict) else {}
        reference, kind = named.get("referenceId"), named.get("type")
        if not isinstance(reference, str) or not reference:
            raise OrgError("INVALID_INPUT", "every record needs attributes with a referenceId")
        if not isinstance(kind, str) or kind.lower() != sobject.name.lower():
            raise OrgError("INVALID_INPUT", f"record {reference}: expected the type {sobject.name} in its attributes")
        values = {key: value for key, value in record.items() if key != "attributes"}
        here = (*path, "records", place)
        check_types(user, sobject, values, here)
        yield _Node(reference, sobject, values, here, parent, link)


def _children(org: LocalOrg, user: User, node: _Node) -> list[_Node]:
    """Take the rows below a row out of its values."""
    found: list[_Node] = []
    for key, value in list(node.values.items()):
        relationship = node.sobject.child_relationship(key)
        if relationship is not None and isinstance(value, dict) and "records" in value:
            del node.values[key]
            child = _child_object(org, user, relationship)
            found += _nodes(user, child, value, (*node.path, key), node, relationship.field)
    return found


def _child_object(org: LocalOrg, user: User, relationship: ChildRelationship) -> SObject:
    if not user.may_read(relationship.child_object, relationship.field):
        raise OrgError("INVALID_TYPE", UNKNOWN_OBJECT.format(relationship.child_object))
    return org.schema.objects[relationship.child_object]


def _repeated(nodes: Sequence[_Node]) -> str | None:
    seen: set[str] = set()
    for node in nodes:
        if node.reference in seen:
            return node.reference
        seen.add(node.reference)
    return None


def _insert(writer: Writer, user: User, level: Sequence[_Node]) -> None:
    """Write the rows of a level, whose parents are there. Raises _RolledBackError when one is refused."""
    for _, group in groupby(level, key=lambda node: node.sobject.name):
        nodes = list(group)
        rows = [node.values | ({node.link: node.parent.id} if node.link and node.parent else {}) for node in nodes]
        results = writer.write(user, "insert", nodes[0].sobject, rows)
        for node, result in zip(nodes, results, strict=True):
            node.id, node.errors = result.id, result.errors
    if any(node.errors for node in level):
        raise _RolledBackError


def _failed(refused: Sequence[tuple[str, Sequence[OrgError]]]) -> Response:
    results = [{"referenceId": reference, "errors": row_errors(errors)} for reference, errors in refused]
    return json_response({"hasErrors": True, "results": results}, 400)
