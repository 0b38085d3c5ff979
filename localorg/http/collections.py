"""sObject collections: up to 200 rows in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from flask import Blueprint, Response, g, request

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.addresses import key_field
from localorg.http.body import json_body, json_response, unexpected_json
from localorg.http.errors import row_errors
from localorg.http.fetch import fetch_records
from localorg.http.json_types import check_types
from localorg.http.roots import find_object
from localorg.http.session import current_user
from localorg.http.writes import ROLLED_BACK, Operation, Row, Writer
from localorg.ids import id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.store.records import UNKNOWN_OBJECT, RowResult

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
        return collection.answer("insert", *_rows(org))

    @pages.patch("/composite/sobjects")
    def change() -> Response:
        return collection.answer("update", *_rows(org))

    @pages.patch("/composite/sobjects/<name>/<key>")
    def upsert(name: str, key: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        field = key_field(user, sobject, key)
        rows, all_or_none = _rows(org, of=sobject)
        results = writer.write(user, "upsert", sobject, rows, key=field.name, all_or_none=all_or_none)
        return json_response([_answer(each, "upsert") for each in results])

    @pages.delete("/composite/sobjects")
    def delete() -> Response:
        ids = _listed("ids", needed=True)
        _check_count(len(ids), MOST_ROWS)
        rows: list[Row] = [{"Id": each, "attributes": {"type": _type_of(org, each)}} for each in ids]
        return collection.answer("delete", rows, request.args.get("allOrNone", "").lower() == "true")

    @pages.get("/composite/sobjects/<name>")
    def read(name: str) -> Response:
        return _read(org, name, _listed("ids", needed=True), _listed("fields"))

    @pages.post("/composite/sobjects/<name>")
    def read_many(name: str) -> Response:
        body = json_body()
        return _read(org, name, _texts(body, "ids"), _texts(body, "fields"))

    return pages


class _Collection:
    """Writes rows of several objects: a chunk ends where the object changes."""

    def __init__(self, org: LocalOrg, writer: Writer) -> None:
        self._org = org
        self._writer = writer

    def answer(self, operation: Operation, rows: Sequence[Row], all_or_none: bool) -> Response:
        """Write all chunks. Raises OrgError when there are too many."""
        chunks = [(name, list(group)) for name, group in groupby(rows, key=_type_name)]
        if len(chunks) > MOST_CHUNKS:
            raise OrgError("INVALID_INPUT", f"a collection may have at most {MOST_CHUNKS} chunks of one type each")
        user = current_user()
        if all_or_none:
            results = self._all_or_none(user, operation, chunks)
        else:
            results = [result for chunk in chunks for result in self._chunk(user, operation, *chunk, False)]
        return json_response([_answer(each, operation) for each in results])

    def _all_or_none(
        self, user: User, operation: Operation, chunks: Sequence[tuple[str, Sequence[Row]]]
    ) -> list[RowResult]:
        if len(chunks) == 1:  # one write, which undoes itself and may wait for locks
            return self._chunk(user, operation, *chunks[0], True)
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
            return [RowResult(None, False, None, (_unknown_type(name, row, operation),)) for row in rows]
        return self._writer.write(user, operation, sobject, rows, all_or_none=all_or_none)


def _rolled_back(result: RowResult) -> RowResult:
    return RowResult(result.id, False, result.created, (ROLLED_BACK,)) if result.success else result


def _unknown_type(name: str, row: Row, operation: Operation) -> OrgError:
    if operation == "delete":
        return OrgError("MALFORMED_ID", f"malformed id {row['Id']}")
    return OrgError("INVALID_TYPE", UNKNOWN_OBJECT.format(name))


def _type_name(row: Row) -> str:
    attributes = row.get("attributes")
    name = attributes.get("type") if isinstance(attributes, Mapping) else None
    if not isinstance(name, str):
        raise OrgError("INVALID_INPUT", "every record needs attributes with the type of its object")
    return name


def _type_of(org: LocalOrg, record_id: str) -> str:
    sobject = org.schema.by_prefix(record_id[:3])
    return sobject.name if sobject else ""


def _rows(org: LocalOrg, of: SObject | None = None) -> tuple[list[Row], bool]:
    """The body's records and its allOrNone. of: the object to which all belong, whether they say so or not."""
    body = json_body()
    records, all_or_none = body.get("records"), body.get("allOrNone")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise unexpected_json("a list of records", records)
    if all_or_none not in (None, True, False):
        raise unexpected_json("instance of boolean", all_or_none)
    _check_count(len(records), MOST_ROWS)
    for place, record in enumerate(records):
        sobject = _object_of(org, record, of)
        if sobject is not None:
            check_types(current_user(), sobject, record, ("records", place))
    return records, all_or_none is True


def _object_of(org: LocalOrg, record: Row, of: SObject | None) -> SObject | None:
    if of is None:
        return org.schema.get(_type_name(record))
    if "attributes" in record and _type_name(record).lower() != of.name.lower():
        raise OrgError("INVALID_INPUT", f"every record must be of the type in the URL, {of.name}")
    return of


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
    once = {each.lower(): each for each in fields}
    return json_response(fetch_records(org, user, g.base, sobject, known, once.values()))


def _listed(name: str, *, needed: bool = False) -> list[str]:
    found = [each.strip() for each in request.args.get(name, "").split(",") if each.strip()]
    if needed and not found:
        raise OrgError("INVALID_INPUT", f"{name}: name at least one")
    return found


def _texts(body: Mapping[str, object], name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise unexpected_json(f"a list of texts for {name}", value)
    return value
