"""Conditional requests: dates against LastModifiedDate to the second, and ETags of accounts."""

from __future__ import annotations

import datetime as dt
import hashlib
from email.utils import parsedate_to_datetime

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.wrappers import Response

from localorg.errors import OrgError
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.soql.scope import quoted

_WITH_ETAG = "Account"  # the only object whose rows have one
_HEADERS = ("If-Modified-Since", "If-Unmodified-Since", "If-Match", "If-None-Match")


def is_conditional() -> bool:
    """Whether the request sets a condition."""
    return any(name in request.headers for name in _HEADERS)


def check_read(org: LocalOrg, sobject: SObject, record_id: str) -> dict[str, str]:
    """The headers which tell a reader the row's state; 304 when the reader has it already.

    Raises OrgError: 412 PRECONDITION_FAILED when the row is not as the request demands, 400 for an invalid date.
    """
    check_write(org, sobject, record_id)
    etag, modified = _etag(org, sobject, record_id), _last_modified(org, sobject, record_id)
    headers = {"Last-Modified": http_date(modified)} if modified else {}
    headers |= {"ETag": etag} if etag else {}
    if etag is not None and "If-None-Match" in request.headers:
        if _names(request.headers["If-None-Match"], etag):
            raise HTTPException(response=Response(status=304, headers=headers))
        return headers
    since = _moment("If-Modified-Since")
    if since and modified and modified <= since:
        raise HTTPException(response=Response(status=304, headers=headers))
    return headers


def check_write(org: LocalOrg, sobject: SObject, record_id: str) -> None:
    """Raises OrgError: 412 PRECONDITION_FAILED when the row is not as the request demands, 400 for an invalid date."""
    _moment("If-Modified-Since")
    since = _moment("If-Unmodified-Since")
    modified = _last_modified(org, sobject, record_id) if since else None
    if since and modified and modified > since:
        raise precondition_failed("If-Unmodified-Since")
    wanted = request.headers.get("If-Match")
    etag = _etag(org, sobject, record_id) if wanted is not None else None
    if wanted is not None and etag is not None and not _names(wanted, etag):
        raise precondition_failed("If-Match")


def check_since(modified: dt.datetime) -> None:
    """The dates' conditions for something that is no row: 304 or 412 against the moment of its last change."""
    since, unmodified_since = _moment("If-Modified-Since"), _moment("If-Unmodified-Since")
    if unmodified_since and modified > unmodified_since:
        raise precondition_failed("If-Unmodified-Since")
    if since and modified <= since:
        raise HTTPException(response=Response(status=304, headers={"Last-Modified": http_date(modified)}))


def precondition_failed(header: str) -> OrgError:
    return OrgError("PRECONDITION_FAILED", f"The resource does not meet the condition in {header}", status=412)


def _moment(header: str) -> dt.datetime | None:
    value = request.headers.get(header)
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError, IndexError) as error:
        raise OrgError("INVALID_HEADER", f"{header} is no HTTP date: {value[:100]}") from error
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _names(header: str, etag: str) -> bool:
    """Whether a list of ETags has this one; `*` stands for any."""
    given = {each.strip().removeprefix("W/") for each in header.split(",")}
    return "*" in given or etag in given


def _etag(org: LocalOrg, sobject: SObject, record_id: str) -> str | None:
    if sobject.name != _WITH_ETAG:
        return None
    with org.database.reader() as connection:
        row = connection.execute(f'SELECT * FROM {quoted(sobject.name)} WHERE "Id" = ?', (record_id,)).fetchone()
    return f'"{hashlib.sha256(repr(row).encode()).hexdigest()[:32]}"' if row else None


def _last_modified(org: LocalOrg, sobject: SObject, record_id: str) -> dt.datetime | None:
    if sobject.field("LastModifiedDate") is None:
        return None
    sql = f'SELECT "LastModifiedDate" FROM {quoted(sobject.name)} WHERE "Id" = ?'
    with org.database.reader() as connection:
        row = connection.execute(sql, (record_id,)).fetchone()
    return dt.datetime.fromisoformat(row[0]) if row and row[0] else None
