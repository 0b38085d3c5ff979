"""Single rows: read, create, change, delete, by id, by an external id or through a relationship."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.addresses import Address, address_of, children_of, key_field, own_id, row_id, wanted_fields
from localorg.http.body import json_body, json_response
from localorg.http.conditional import check_read, check_write, is_conditional
from localorg.http.errors import error_body, not_found
from localorg.http.fetch import fetch_record, ids_by_key
from localorg.http.json_types import check_types
from localorg.http.query import asked
from localorg.http.recent import Recent
from localorg.http.roots import find_object
from localorg.http.session import current_user
from localorg.http.writes import Writer
from localorg.ids import id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import ChildRelationship, SObject
from localorg.soql.run import Queries
from localorg.store.records import RowResult


def blueprint(org: LocalOrg, writer: Writer, queries: Queries, recent: Recent) -> Blueprint:
    """`/sobjects/X`, `/sobjects/X/{id}`, `/sobjects/X/Field/{value}` and `/sobjects/X/{id}/Relationship`."""
    pages = Blueprint("rows", __name__)
    rows = _Rows(org, writer, queries, recent)

    @pages.post("/sobjects/<name>")
    def create(name: str) -> Response:
        return rows.create(rows.object(name), upsert=False)

    @pages.post("/sobjects/<name>/Id")
    def create_by_upsert(name: str) -> Response:
        return rows.create(rows.object(name), upsert=True)

    @pages.get("/sobjects/<name>/<record_id>")
    def read(name: str, record_id: str) -> Response:
        return rows.read(Address(rows.object(name), (row_id(record_id),)))

    @pages.patch("/sobjects/<name>/<record_id>")
    def change(name: str, record_id: str) -> Response:
        sobject = rows.object(name)
        return rows.change(Address(sobject, (own_id(sobject, record_id),)))

    @pages.delete("/sobjects/<name>/<record_id>")
    def delete(name: str, record_id: str) -> Response:
        sobject = rows.object(name)
        return rows.delete(Address(sobject, (own_id(sobject, record_id),)))

    @pages.get("/sobjects/<name>/<key>/<path:value>")
    def read_by_key(name: str, key: str, value: str) -> Response:
        sobject = rows.object(name)
        children = children_of(current_user(), sobject, value)
        if children is not None and sobject.field(key) is None and is_id(key):
            return rows.children(sobject, id18(key), children)
        return rows.read(address_of(org, current_user(), sobject, key, value))

    @pages.patch("/sobjects/<name>/<key>/<path:value>")
    def change_by_key(name: str, key: str, value: str) -> Response:
        sobject = rows.object(name)
        if sobject.field(key) is None and is_id(key):
            return rows.change(address_of(org, current_user(), sobject, key, value))
        return rows.upsert(sobject, key, value)

    @pages.delete("/sobjects/<name>/<key>/<path:value>")
    def delete_by_key(name: str, key: str, value: str) -> Response:
        return rows.delete(address_of(org, current_user(), rows.object(name), key, value))

    return pages


class _Rows:
    """What the resources do with the rows they name."""

    def __init__(self, org: LocalOrg, writer: Writer, queries: Queries, recent: Recent) -> None:
        self._org = org
        self._writer = writer
        self._queries = queries
        self._recent = recent

    def object(self, name: str) -> SObject:
        """The object of the URL. Raises OrgError NOT_FOUND."""
        return find_object(self._org, current_user(), name)

    def create(self, sobject: SObject, *, upsert: bool) -> Response:
        """Insert the row of the body; by the upsert form the answer tells that it is new."""
        user = current_user()
        body = _row_of_body(user, sobject)
        result = self._writer.write(user, "insert", sobject, [body])[0]
        if not result.success:
            return _failed(result)
        self._recent.note(user, sobject.name, str(result.id))
        answer: dict[str, object] = {"id": result.id, "success": True, "errors": []}
        response = json_response(answer | ({"created": True} if upsert else {}), 201)
        response.headers["Location"] = f"{g.base}/sobjects/{sobject.name}/{result.id}"
        return response

    def read(self, address: Address) -> Response:
        """The row, as far as its reader may see it and has not got it."""
        if len(address.ids) > 1:
            return _several(address)
        user, record_id = current_user(), address.only
        record = fetch_record(self._org, user, g.base, address.sobject, record_id, wanted_fields())
        headers = check_read(self._org, address.sobject, record_id)
        self._recent.note(user, address.sobject.name, record_id)
        response = json_response(record)
        response.headers.update(headers)
        return response

    def children(self, sobject: SObject, record_id: str, relationship: ChildRelationship) -> Response:
        """The rows below a row, as a query's answer."""
        user = current_user()
        fetch_record(self._org, user, g.base, sobject, record_id, ["Id"])
        names = wanted_fields() or [each.name for each in user.readable_fields(relationship.child_object)]
        known = self._org.schema.objects[relationship.child_object]
        for name in names:
            if known.field(name) is None or not user.may_read(known.name, name):
                message = f"No such column '{name}' on sobject of type {known.name}"
                raise OrgError("INVALID_FIELD", message)
        text = f"SELECT {', '.join(names)} FROM {known.name} WHERE {relationship.field} = '{record_id}'"
        return json_response(self._queries.query(asked(), text))

    def change(self, address: Address) -> Response:
        """Change the row by the body, if it is as the request demands."""
        user, record_id = current_user(), address.only
        body = _row_of_body(user, address.sobject)
        _refuse_key(body, "Id")
        with self._checked(address.sobject, record_id):
            result = self._writer.write(user, "update", address.sobject, [body | {"Id": record_id}])[0]
        if result.success:
            self._recent.note(user, address.sobject.name, record_id)
        return _no_content(result)

    def delete(self, address: Address) -> Response:
        """Put the row into the recycle bin."""
        if len(address.ids) > 1:
            return _several(address)
        return _no_content(self._writer.write(current_user(), "delete", address.sobject, [{"Id": address.only}])[0])

    def upsert(self, sobject: SObject, key: str, value: str) -> Response:
        """Change the row with this external id, or insert it."""
        user = current_user()
        field = key_field(user, sobject, key)
        body = _row_of_body(user, sobject)
        _refuse_key(body, field.name)
        if field.type == "id":
            value = own_id(sobject, value)
        ids = [value] if field.type == "id" else ids_by_key(self._org, sobject, field.name, value)
        if len(ids) > 1:
            return _several(Address(sobject, tuple(ids)))
        if not ids and request.args.get("updateOnly", "").lower() == "true":
            raise not_found()
        with self._checked(sobject, ids[0] if ids else None):
            result = self._writer.write(user, "upsert", sobject, [body | {field.name: value}], key=field.name)[0]
        if not result.success:
            return _failed(result)
        self._recent.note(user, sobject.name, str(result.id))
        answer: dict[str, object] = {"id": result.id, "success": True, "errors": [], "created": bool(result.created)}
        return json_response(answer, 201 if result.created else 200)

    @contextmanager
    def _checked(self, sobject: SObject, record_id: str | None) -> Iterator[None]:
        """Check the request's conditions and keep others from writing until the write is done."""
        if not is_conditional() or record_id is None:
            yield
            return
        with self._org.database.writer():
            check_write(self._org, sobject, record_id)
            yield


def _row_of_body(user: User, sobject: SObject) -> dict[str, object]:
    body = json_body()
    check_types(user, sobject, body)
    return body


def _refuse_key(body: dict[str, object], name: str) -> None:
    if any(key.lower() == name.lower() for key in body):
        message = f"The {name} field should not be specified in the sobject data."
        raise OrgError("INVALID_FIELD", message, (name,))


def _several(address: Address) -> Response:
    return json_response([f"{g.base}/sobjects/{address.sobject.name}/{each}" for each in address.ids], 300)


def _no_content(result: RowResult) -> Response:
    return Response(status=204) if result.success else _failed(result)


def _failed(result: RowResult) -> Response:
    return json_response(error_body(result.errors, of_row=True), result.errors[0].status)
