"""`/updated` and `/deleted`: ids of rows changed or deleted in a span of time."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, request

from localorg.clock import stamp
from localorg.errors import OrgError
from localorg.http.body import json_response
from localorg.http.roots import find_object
from localorg.http.session import current_user
from localorg.org import LocalOrg
from localorg.soql.scope import quoted

UPDATED_DAYS = 30
DELETED_DAYS = 15
MOST_IDS = 600_000
_MINUTE = dt.timedelta(minutes=1)


def blueprint(org: LocalOrg) -> Blueprint:
    """The replication resources."""
    pages = Blueprint("changes", __name__)

    @pages.get("/sobjects/<name>/updated")
    def updated(name: str) -> Response:
        sobject = find_object(org, current_user(), name)
        start, end, covered = _span(org, UPDATED_DAYS)
        sql = (
            f'SELECT "Id" FROM {quoted(sobject.name)} '
            'WHERE "SystemModstamp" >= ? AND "SystemModstamp" < ? AND "IsDeleted" = 0 ORDER BY "SystemModstamp" LIMIT ?'
        )
        with org.database.reader() as connection:
            ids = [row[0] for row in connection.execute(sql, (stamp(start), stamp(end), MOST_IDS + 1))]
        if len(ids) > MOST_IDS:
            raise OrgError("EXCEEDED_ID_LIMIT", f"more than {MOST_IDS} ids: ask for a shorter span")
        return json_response({"ids": ids, "latestDateCovered": _shown(covered)})

    @pages.get("/sobjects/<name>/deleted")
    def deleted(name: str) -> Response:
        sobject = find_object(org, current_user(), name)
        start, end, covered = _span(org, DELETED_DAYS)
        sql = (
            f'SELECT "Id", "SystemModstamp" AS deleted FROM {quoted(sobject.name)} '
            'WHERE "SystemModstamp" >= ?1 AND "SystemModstamp" < ?2 AND "IsDeleted" = 1 '
            'UNION ALL SELECT id, deleted FROM "_purged" WHERE object = ?3 AND deleted >= ?1 AND deleted < ?2 '
            "ORDER BY deleted"
        )
        with org.database.reader() as connection:
            rows = connection.execute(sql, (stamp(start), stamp(end), sobject.name)).fetchall()
        return json_response(
            {
                "deletedRecords": [{"id": row[0], "deletedDate": _shown_stamp(row[1])} for row in rows],
                "earliestDateAvailable": _shown(org.clock.now() - dt.timedelta(days=DELETED_DAYS)),
                "latestDateCovered": _shown(covered),
            }
        )

    return pages


def _span(org: LocalOrg, days: int) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    """start, end (both whole minutes) and the latest date covered: before that of any write which is still open.

    Raises OrgError INVALID_REPLICATION_DATE for a span too short, too old or in the wrong order.
    """
    start, end, now = _moment("start"), _moment("end"), org.clock.now()
    if end - start < _MINUTE:
        raise _bad_span("endDate must be at least one minute greater than startDate")
    if start < now - dt.timedelta(days=days):
        raise _bad_span(f"startDate cannot be more than {days} days ago")
    open_since = org.locks.oldest
    covered = now if open_since is None else min(now, dt.datetime.fromisoformat(open_since))
    return start, end, min(end, covered.replace(second=0, microsecond=0))


def _moment(name: str) -> dt.datetime:
    # A plus sign which was not encoded arrives as a space.
    text = request.args.get(name, "").strip().replace(" ", "+")
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(dt.UTC).replace(second=0, microsecond=0)
    except (ValueError, OverflowError) as error:
        raise _bad_span(f"{name} is no ISO 8601 date and time: {text!r}") from error
    raise _bad_span(f"{name} has no time zone: {text!r}")


def _bad_span(message: str) -> OrgError:
    return OrgError("INVALID_REPLICATION_DATE", message)


def _shown(moment: dt.datetime) -> str:
    return _shown_stamp(stamp(moment))


def _shown_stamp(text: str) -> str:
    return text.removesuffix("Z") + "+0000"
