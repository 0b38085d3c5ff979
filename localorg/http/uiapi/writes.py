"""Writes of the UI API: one record at a time, answered with the record as it then is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from localorg.errors import OrgError
from localorg.http.uiapi.body import mapping_of
from localorg.http.uiapi.errors import WriteError, bad_record_id, no_object
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.record_ui import layout_selection
from localorg.http.uiapi.records import RecordReader
from localorg.http.writes import Operation, Row, Writer
from localorg.ids import id18
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject
from localorg.soql.scope import quoted

PROPERTIES = (
    "allowSaveOnDuplicate",
    "apiName",
    "fields",
    "handleOwnerChange",
    "includeFieldsInBody",
    "triggerOtherEmail",
    "triggerUserEmail",
    "useDefaultRule",
)
_COLLISION = (
    "This record was modified by {name} during your edit session. Make a note of the data you entered, then reload the "
    "record and enter your updates again."
)


@dataclass(frozen=True)
class RecordWrites:
    """Writes as the reader's viewer. `unmodified_since` is the request's If-Unmodified-Since."""

    reader: RecordReader
    writer: Writer
    package: PagePackage
    unmodified_since: str | None = None

    def create(self, body: Mapping[str, object]) -> Json:
        """`POST .../records` with {apiName, fields}. Raises OrgError for a malformed body, else WriteError."""
        name = body.get("apiName")
        sobject = self.reader.org.schema.get(name) if isinstance(name, str) else None
        if sobject is None or not self.reader.viewer.user.may_read_object(sobject.name):
            raise no_object(str(name))
        record_id = self._write("insert", "create", sobject, mapping_of(body, "fields"))
        return self._record(sobject, record_id, body)

    def update(self, record_id: str, body: Mapping[str, object]) -> Json:
        """`PATCH .../records/{id}` with {fields}. Raises OrgError, WriteError."""
        sobject = self.reader.object_of(record_id)
        fields = {name: value for name, value in mapping_of(body, "fields").items() if name.lower() != "id"}
        self._guarded("update", sobject, {**fields, "Id": id18(record_id)})
        return self._record(sobject, id18(record_id), body)

    def delete(self, record_id: str) -> None:
        """`DELETE .../records/{id}`. Raises OrgError, WriteError."""
        self._guarded("delete", self.reader.object_of(record_id), {"Id": id18(record_id)})

    def _guarded(self, operation: Operation, sobject: SObject, row: dict[str, object]) -> None:
        """Write unless somebody else has since the moment the client knows; nobody writes in between."""
        since = _moment(self.unmodified_since)
        if since is None:
            self._write(operation, operation, sobject, row)
            return
        with self.reader.org.database.writer():
            self._check_unmodified(operation, sobject, str(row["Id"]), since)
            self._write(operation, operation, sobject, row)

    def _write(self, operation: Operation, verb: str, sobject: SObject, row: Row) -> str:
        try:
            (result,) = self.writer.write(self.reader.viewer.user, operation, sobject, [row])
        except OrgError as error:
            raise WriteError([error], verb, sobject) from error
        if not result.success or result.id is None:
            raise WriteError(result.errors, verb, sobject)
        return result.id

    def _check_unmodified(self, verb: str, sobject: SObject, record_id: str, since: dt.datetime) -> None:
        if sobject.field("LastModifiedDate") is None:
            return
        sql = (
            'SELECT t."LastModifiedDate", u."Name" '
            f'FROM {quoted(sobject.name)} t LEFT JOIN "User" u ON u."Id" = t."LastModifiedById" WHERE t."Id" = ?'
        )
        with self.reader.org.database.writer() as connection:
            row = connection.execute(sql, (record_id,)).fetchone()
        if row and row[0] and dt.datetime.fromisoformat(row[0]).replace(microsecond=0) > since:
            message = _COLLISION.format(name=row[1] or "another user")
            raise WriteError([OrgError("CollisionDetectedException", message, status=412)], verb, sobject)

    def _record(self, sobject: SObject, record_id: str, body: Mapping[str, object]) -> Json:
        """The record with the layout's fields, and with those that were written if that is asked for."""
        wanted = body.get("includeFieldsInBody") is True
        written = [f"{sobject.name}.{name}" for name in mapping_of(body, "fields")] if wanted else []
        selection = layout_selection(self.reader, self.package, sobject, optional=written)
        found = self.reader.records(sobject, [record_id], selection)
        if not found:
            raise bad_record_id(record_id)
        return found[record_id]


def _moment(header: str | None) -> dt.datetime | None:
    """An HTTP date, or a record's lastModifiedDate as components hand it over."""
    if header is None:
        return None
    for parse in (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            moment = parse(header)
        except (ValueError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    raise OrgError("INVALID_HEADER", f"If-Unmodified-Since is no HTTP date: {header}")
