"""Single rows: read, create, change, delete, by id or by an external id."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_body, json_response
from localorg.http.conditional import check_modified_since, check_unmodified_since
from localorg.http.errors import error_body, not_found
from localorg.http.fetch import fetch_record, ids_by_key
from localorg.http.roots import find_object
from localorg.http.session import current_user
from localorg.http.writes import Writer
from localorg.ids import id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import Field, SObject
from localorg.store.records import RowResult


def blueprint(org: LocalOrg, writer: Writer) -> Blueprint:
    """`/sobjects/X`, `/sobjects/X/{id}` and `/sobjects/X/Field/{value}`."""
    pages = Blueprint("rows", __name__)

    @pages.post("/sobjects/<name>")
    def create(name: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        return _created(writer.write(user, "insert", sobject, [json_body()])[0], sobject)

    @pages.get("/sobjects/<name>/<record_id>")
    def read(name: str, record_id: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        return _read(org, user, sobject, _id(record_id))

    @pages.patch("/sobjects/<name>/<record_id>")
    def change(name: str, record_id: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        body = json_body()
        _refuse_key(body, "Id")
        check_unmodified_since(org, sobject, _id(record_id))
        return _no_content(writer.write(user, "update", sobject, [body | {"Id": _id(record_id)}])[0])

    @pages.delete("/sobjects/<name>/<record_id>")
    def delete(name: str, record_id: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        return _no_content(writer.write(user, "delete", sobject, [{"Id": _id(record_id)}])[0])

    @pages.post("/sobjects/<name>/Id")
    def create_by_upsert(name: str) -> Response:
        return create(name)

    @pages.get("/sobjects/<name>/<key>/<path:value>")
    def read_by_key(name: str, key: str, value: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        if sobject.field(key) is None and is_id(key):
            return _read_parent(org, user, sobject, id18(key), value)
        ids = ids_by_key(org, sobject, key_field(user, sobject, key).name, value)
        return _several(sobject, ids) if len(ids) > 1 else _read(org, user, sobject, _only(ids))

    @pages.patch("/sobjects/<name>/<key>/<path:value>")
    def upsert(name: str, key: str, value: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        field = key_field(user, sobject, key)
        body = json_body()
        _refuse_key(body, field.name)
        ids = [value] if field.type == "id" else ids_by_key(org, sobject, field.name, value)
        if len(ids) > 1:
            return _several(sobject, ids)
        if not ids and request.args.get("updateOnly", "").lower() == "true":
            raise not_found()
        result = writer.write(user, "upsert", sobject, [body | {field.name: value}], key=field.name)[0]
        if not result.success:
            return _failed(result)
        answer: dict[str, object] = {"id": result.id, "success": True, "errors": [], "created": bool(result.created)}
        return json_response(answer, 201 if result.created else 200)

    @pages.delete("/sobjects/<name>/<key>/<path:value>")
    def delete_by_key(name: str, key: str, value: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        ids = ids_by_key(org, sobject, key_field(user, sobject, key).name, value)
        if len(ids) > 1:
            return _several(sobject, ids)
        return _no_content(writer.write(user, "delete", sobject, [{"Id": _only(ids)}])[0])

    return pages


def _id(text: str) -> str:
    """The 18-character id of a URL. Raises OrgError NOT_FOUND for a text that is none."""
    if not is_id(text):
        message = f"Provided external ID field does not exist or is not accessible: {text}"
        raise OrgError("NOT_FOUND", message, status=404)
    return id18(text)


def _only(ids: list[str]) -> str:
    if not ids:
        raise not_found()
    return ids[0]


def key_field(user: User, sobject: SObject, name: str) -> Field:
    """The field of that name by which a row can be addressed. Raises OrgError NOT_FOUND for any other."""
    field = sobject.field(name)
    if field is None or not field.id_lookup or not user.may_read(sobject.name, field.name):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise OrgError("NOT_FOUND", message, status=404)
    return field


def _refuse_key(body: dict[str, object], name: str) -> None:
    if any(key.lower() == name.lower() for key in body):
        message = f"The {name} field should not be specified in the sobject data."
        raise OrgError("INVALID_FIELD", message, (name,))


def _read(org: LocalOrg, user: User, sobject: SObject, record_id: str) -> Response:
    names = [name.strip() for name in request.args.get("fields", "").split(",") if name.strip()]
    record = fetch_record(org, user, g.base, sobject, record_id, names or None)
    check_modified_since(org, sobject, record_id)
    return json_response(record)


def _read_parent(org: LocalOrg, user: User, sobject: SObject, record_id: str, relationship: str) -> Response:
    reference = sobject.relationship(relationship.rstrip("/"))
    if reference is None or not user.may_read(sobject.name, reference.name):
        raise not_found()
    parent_id = fetch_record(org, user, g.base, sobject, record_id, [reference.name])[reference.name]
    parent = org.schema.by_prefix(str(parent_id)[:3]) if parent_id else None
    if parent is None or not user.may_read_object(parent.name):
        raise not_found()
    return _read(org, user, parent, str(parent_id))


def _several(sobject: SObject, ids: list[str]) -> Response:
    return json_response([f"{g.base}/sobjects/{sobject.name}/{each}" for each in ids], 300)


def _created(result: RowResult, sobject: SObject) -> Response:
    if not result.success:
        return _failed(result)
    response = json_response({"id": result.id, "success": True, "errors": []}, 201)
    response.headers["Location"] = f"{g.base}/sobjects/{sobject.name}/{result.id}"
    return response


def _no_content(result: RowResult) -> Response:
    return Response(status=204) if result.success else _failed(result)


def _failed(result: RowResult) -> Response:
    return json_response(error_body(result.errors, of_row=True), result.errors[0].status)
