"""How a URL names a row: by its id, by an external id, or as the parent of another row."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request
from werkzeug.exceptions import MethodNotAllowed

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.errors import not_found
from localorg.http.fetch import fetch_record, ids_by_key
from localorg.ids import id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import ChildRelationship, Field, SObject

_NO_ROWS = ("describe", "updated", "deleted")  # resources beside the rows, which can only be read


@dataclass(frozen=True)
class Address:
    """The rows that a path names; several when an external id is not unique."""

    sobject: SObject
    ids: tuple[str, ...]

    @property
    def only(self) -> str:
        """The id of the one row. Raises OrgError NOT_FOUND when there is none."""
        if not self.ids:
            raise not_found()
        return self.ids[0]


def row_id(text: str) -> str:
    """The 18-character id of a URL. Raises OrgError NOT_FOUND for a text that is none."""
    if not is_id(text):
        raise no_external_id(text)
    return id18(text)


def own_id(sobject: SObject, text: str) -> str:
    """The id of a row of this object that is to be written. Raises OrgError MALFORMED_ID for another object's id."""
    if text.lower() in _NO_ROWS:
        raise MethodNotAllowed(["HEAD", "GET"])
    record_id = row_id(text)
    if sobject.key_prefix and record_id[:3] != sobject.key_prefix:
        message = f"{sobject.label} ID: id value of incorrect type: {record_id}"
        raise OrgError("MALFORMED_ID", message, ("Id",))
    return record_id


def key_field(user: User, sobject: SObject, name: str) -> Field:
    """The field of that name by which a row can be addressed. Raises OrgError NOT_FOUND for any other."""
    field = sobject.field(name)
    if field is None or not field.id_lookup or not user.may_read(sobject.name, field.name):
        raise no_external_id(name)
    return field


def address_of(org: LocalOrg, user: User, sobject: SObject, key: str, value: str) -> Address:
    """What `X/Field__c/value` names, or `X/{id}/Relationship`, the row's parent. Raises OrgError 404."""
    if key == "describe":  # layouts, compact layouts: none here
        raise not_found()
    if sobject.field(key) is None and is_id(key):
        return _parent(org, user, sobject, id18(key), value)
    field = key_field(user, sobject, key)
    if field.type == "id":
        return Address(sobject, (own_id(sobject, value),))
    return Address(sobject, tuple(ids_by_key(org, sobject, field.name, value)))


def children_of(user: User, sobject: SObject, name: str) -> ChildRelationship | None:
    """The child relationship of this name, as far as the user may read its rows."""
    found = sobject.child_relationship(name.rstrip("/"))
    return found if found is not None and user.may_read(found.child_object, found.field) else None


def wanted_fields() -> list[str] | None:
    """The fields that the URL asks for, each once; None for all."""
    names = [name.strip() for name in request.args.get("fields", "").split(",") if name.strip()]
    return list({name.lower(): name for name in names}.values()) or None


def no_external_id(name: str) -> OrgError:
    message = f"Provided external ID field does not exist or is not accessible: {name}"
    return OrgError("NOT_FOUND", message, status=404)


def _parent(org: LocalOrg, user: User, sobject: SObject, record_id: str, relationship: str) -> Address:
    reference = sobject.relationship(relationship.rstrip("/"))
    if reference is None or not user.may_read(sobject.name, reference.name):
        raise not_found()
    parent_id = fetch_record(org, user, g.base, sobject, record_id, [reference.name])[reference.name]
    parent = org.schema.by_prefix(str(parent_id)[:3]) if parent_id else None
    if parent is None or not user.may_read_object(parent.name):
        raise not_found()
    return Address(parent, (str(parent_id),))
