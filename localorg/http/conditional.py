"""If-Modified-Since and If-Unmodified-Since on rows: to the second, against LastModifiedDate."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.soql.scope import quoted


def check_modified_since(org: LocalOrg, sobject: SObject, record_id: str) -> None:
    """Answer 304 when the row has not changed since the moment the request names."""
    moment = _moment("If-Modified-Since")
    modified = _last_modified(org, sobject, record_id) if moment else None
    if moment and modified and modified <= moment:
        raise HTTPException(response=Response(status=304))


def check_unmodified_since(org: LocalOrg, sobject: SObject, record_id: str) -> None:
    """Raise OrgError PRECONDITION_FAILED (412) when the row has changed since the moment the request names."""
    moment = _moment("If-Unmodified-Since")
    modified = _last_modified(org, sobject, record_id) if moment else None
    if moment and modified and modified > moment:
        message = "The record has been modified since the moment in If-Unmodified-Since"
        raise OrgError("PRECONDITION_FAILED", message, status=412)


def _moment(header: str) -> dt.datetime | None:
    value = request.headers.get(header)
    if value is None:
        return None
    try:
        return parsedate_to_datetime(value)
    except ValueError as error:
        raise OrgError("INVALID_HEADER", f"{header} is no HTTP date: {value}") from error


def _last_modified(org: LocalOrg, sobject: SObject, record_id: str) -> dt.datetime | None:
    if sobject.field("LastModifiedDate") is None:
        return None
    sql = f'SELECT "LastModifiedDate" FROM {quoted(sobject.name)} WHERE "Id" = ?'
    with org.database.reader() as connection:
        row = connection.execute(sql, (record_id,)).fetchone()
    return dt.datetime.fromisoformat(row[0]) if row and row[0] else None
