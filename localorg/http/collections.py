"""sObject collections: up to 200 rows in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.errors import row_errors
from localorg.http.fetch import fetch_records
from localorg.http.roots import find_object
from localorg.http.rows import key_field
from localorg.http.session import current_user
from localorg.http.writes import ROLLED_BACK, Operation, Row, Writer
from localorg.ids import id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.store.records import RowResult

MOST_ROWS = 200
MOST_READ = 2_000
MOST_CHUNKS = 10


class _RolledBackError(Exception):
    """Undoes the chunks that were written before one failed."""


def blueprint(org: LocalOrg, writer: Writer) -> Blueprint:
    """`/composite/sobjects` and below."""
    pages = Blueprint("collections", __name__)
    collection = _Collection(org, writer)

    @pages.post("/composite/sobjects")
    def create() -> Response:
        rows, all_or_none = _rows()
        return json_response([_answer(each, "insert") for each in collection.write("insert", rows, all_or_none)])

    @pages.patch("/composite/sobjects")
    def change() -> Response:
        rows, all_or_none = _rows()
        return json_response([_answer(each, "update") for each in collection.write("update", rows, all_or_none)])

    @pages.patch("/composite/sobjects/<name>/<key>")
    def upsert(name: str, key: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        field = key_field(user, sobject, key)
        rows, all_or_none = _rows()
        results = writer.write(user, "upsert", sobject, rows, key=field.name, all_or_none=all_or_none)
        return json_response([_answer(each, "upsert") for each in results])

    @pages.delete("/composite/sobjects")
    def delete() -> Response:
        ids = [each.strip() for each in request.args.get("ids", "").split(",") if each.strip()]
        _check_count(len(ids), MOST_ROWS)
        all_or_none = request.args.get("allOrNone", "").lower() == "true"
        rows: list[Row] = [{"Id": each, "attributes": {"type": _type_of(org, each)}} for each in ids]
        return json_response([_answer(each, "delete") for each in collection.write("delete", rows, all_or_none)])

    @pages.get("/composite/sobjects/<name>")
    def read(name: str) -> Response:
        return _read(org, name, _listed(request.args.get("ids")), _listed(request.args.get("fields")))

    @pages.post("/composite/sobjects/<name>")
    def read_many(name: str) -> Response:
        body = json_body()
        return _read(org, name, _texts(body.get("ids")), _texts(body.get("fields")))

    return pages


class _Collection:
    """Writes rows of several objects: a chunk ends where the object changes."""

    def __init__(self, org: LocalOrg, writer: Writer) -> None:
        self._org = org
        self._writer = writer

    def write(self, operation: Operation, rows: Sequence[Row], all_or_none: bool) -> list[RowResult]:
        """Write all chunks. Raises OrgError when there are too many."""
        chunks = [(name, list(group)) for name, group in groupby(rows, key=_type_name)]
        if len(chunks) > MOST_CHUNKS:
            raise OrgError("INVALID_INPUT", f"a collection may have at most {MOST_CHUNKS} chunks of one type each")
        user = current_user()
        if not all_or_none:
            return [result for name, chunk in chunks for result in self._chunk(user, operation, name, chunk, False)]
        results: list[RowResult] = []
        try:
            with self._org.database.writer():
                for name, chunk in chunks:
                    results += self._chunk(user, operation, name, chunk, True)
                if not all(result.success for result in results):
                    raise _RolledBackError
        except _RolledBackError:
            return [_rolled_back(result) for result in results]
        return results

    def _chunk(
        self, user: User, operation: Operation, name: str, rows: Sequence[Row], all_or_none: bool
    ) -> list[RowResult]:
        sobject = self._org.schema.get(name)
        if sobject is None or not user.may_read_object(sobject.name):
            return [RowResult(None, False, None, (_unknown_type(name, operation),)) for _ in rows]
        return self._writer.write(user, operation, sobject, rows, all_or_none=all_or_none)


def _rolled_back(result: RowResult) -> RowResult:
    return RowResult(result.id, False, result.created, (ROLLED_BACK,)) if result.success else result


def _unknown_type(name: str, operation: Operation) -> OrgError:
    if operation == "delete":
        return OrgError("MALFORMED_ID", "malformed id")
    return OrgError("INVALID_TYPE", f"sObject type '{name}' is not supported.")


def _type_name(row: Row) -> str:
    attributes = row.get("attributes")
    name = attributes.get("type") if isinstance(attributes, Mapping) else None
    if not isinstance(name, str):
        raise OrgError("INVALID_INPUT", "every record needs attributes with the type of its object")
    return name


def _type_of(org: LocalOrg, record_id: str) -> str:
    sobject = org.schema.by_prefix(record_id[:3])
    return sobject.name if sobject else ""


def _rows() -> tuple[list[Row], bool]:
    body = json_body()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise unexpected_json("a list of records", records)
    _check_count(len(records), MOST_ROWS)
    return records, body.get("allOrNone") is True


def _check_count(count: int, most: int) -> None:
    if count > most:
        message = f"record limit reached. cannot submit more than {most} records in this collection"
        raise OrgError("EXCEEDED_ID_LIMIT", message)


def _answer(result: RowResult, operation: Operation) -> dict[str, object]:
    answer: dict[str, object] = {} if result.id is None else {"id": result.id}
    answer |= {"success": result.success, "errors": row_errors(result.errors)}
    return answer | ({"created": result.success and bool(result.created)} if operation == "upsert" else {})


def _read(org: LocalOrg, name: str, ids: list[str], fields: list[str]) -> Response:
    user = current_user()
    sobject: SObject = find_object(org, user, name)
    _check_count(len(ids), MOST_READ)
    if not fields:
        raise OrgError("INVALID_INPUT", "fields: name at least one field")
    known = [id18(each) if is_id(each) else each for each in ids]
    return json_response(fetch_records(org, user, g.base, sobject, known, fields))


def _listed(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").split(",") if each.strip()]


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise unexpected_json("a list of texts", value)
    return value
