"""Writes of the UI API: one record at a time, answered with the record as it then is."""

from __future__ import annotations

from collections.abc import Mapping

from localorg.errors import OrgError
from localorg.http.uiapi.errors import WriteError, bad_record_id, no_object
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.record_ui import layout_selection
from localorg.http.uiapi.records import RecordReader
from localorg.ids import id18
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject


def create(reader: RecordReader, package: PagePackage, body: Mapping[str, object]) -> Json:
    """`POST .../records` with {apiName, fields}. Raises OrgError for a malformed body, else WriteError."""
    name = body.get("apiName")
    sobject = reader.org.schema.get(name) if isinstance(name, str) else None
    if sobject is None or not reader.viewer.user.may_read_object(sobject.name):
        raise no_object(str(name))
    result = reader.org.records(reader.viewer.user).insert(sobject.name, [_fields(body)])[0]
    if not result.success or result.id is None:
        raise WriteError(result.errors, "create", sobject)
    return _record(reader, package, sobject, result.id, body)


def update(reader: RecordReader, package: PagePackage, record_id: str, body: Mapping[str, object]) -> Json:
    """`PATCH .../records/{id}` with {fields}. Raises OrgError, WriteError."""
    sobject = reader.object_of(record_id)
    row = {**_fields(body), "Id": id18(record_id)}
    result = reader.org.records(reader.viewer.user).update(sobject.name, [row])[0]
    if not result.success:
        raise WriteError(result.errors, "update", sobject)
    return _record(reader, package, sobject, id18(record_id), body)


def delete(reader: RecordReader, record_id: str) -> None:
    """`DELETE .../records/{id}`. Raises OrgError, WriteError."""
    sobject = reader.object_of(record_id)
    result = reader.org.records(reader.viewer.user).delete(sobject.name, [id18(record_id)])[0]
    if not result.success:
        raise WriteError(result.errors, "delete", sobject)


def _fields(body: Mapping[str, object]) -> dict[str, object]:
    fields = body.get("fields")
    if not isinstance(fields, Mapping):
        raise OrgError("POST_BODY_PARSE_ERROR", "expected a JSON object with fields, an object of values by field name")
    return {str(name): value for name, value in fields.items()}


def _record(
    reader: RecordReader, package: PagePackage, sobject: SObject, record_id: str, body: Mapping[str, object]
) -> Json:
    """The record with the layout's fields and those that were written."""
    written = [f"{sobject.name}.{name}" for name in _fields(body)]
    selection = layout_selection(reader, package, sobject, optional=written)
    found = reader.records(sobject, [record_id], selection)
    if not found:
        raise bad_record_id(record_id)
    return found[record_id]
