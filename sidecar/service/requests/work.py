"""Doing what users ask for: all that waits together, with one refresh."""

import logging
import re
from collections.abc import Sequence

from sidecar import refresh as flow
from sidecar.configuration import Configuration
from sidecar.service.requests import mailbox
from sidecar.service.requests.mailbox import DONE, FAILED, REFUSED, Answer, Request
from sidecar.service.requests.preview import preview
from sidecar.service.requests.rights import may_read
from sync import Mirror, Org, Progress

_log = logging.getLogger(__name__)

RECALCULATE, PREVIEW = "Recalculate account", "Preview digest"
_ACCOUNT_ID = re.compile(r"001[A-Za-z0-9]{12}([A-Za-z0-9]{3})?")
_RECORDS = """SELECT "Id" FROM "Account" WHERE "Id"[:15] = $account
    UNION ALL SELECT "Id" FROM "Opportunity" WHERE "AccountId"[:15] = $account"""


def fulfil(
    org: Org, mirror: Mirror, configuration: Configuration, requests: Sequence[Request], progress: Progress
) -> flow.Refresh | None:
    """Answer all of these requests; a refresh is made once, if any of them needs it.

    Answers hold no value of a record: whoever may read requests may read them.

    Args:
        requests: waiting ones.

    Returns:
        The refresh, None where none was made.

    Raises:
        sync.SyncError: the org did not take the answers; the next look finds the requests again.
    """
    mailbox.take(org, requests)
    answers = [Answer(request, REFUSED, text) for request in requests if (text := _problem(request)) is not None]
    sound = [request for request in requests if request.kind == RECALCULATE and _problem(request) is None]
    previews = [request for request in requests if request.kind == PREVIEW]
    done, recalculated = _recalculate(org, mirror, configuration, sound, progress)
    answers += [*recalculated, *_preview(org, mirror, configuration, previews)]
    mailbox.answer(org, answers)
    _log.info("%s", "; ".join(f"{a.request.kind} {a.request.id}: {a.status}" for a in answers))
    return done


def _recalculate(
    org: Org, mirror: Mirror, configuration: Configuration, sound: list[Request], progress: Progress
) -> tuple[flow.Refresh | None, list[Answer]]:
    done, answers = None, []
    try:
        allowed = may_read(org, sound)
        answers = [Answer(r, REFUSED, "You cannot see this account.") for r in sound if r.id not in allowed]
        sound = [request for request in sound if request.id in allowed]
        if sound:
            done = flow.refresh(org, mirror, configuration, None, progress)
        answers += [_recalculated(mirror, done, request) for request in sound if done]
    except Exception:
        answers += _failed(sound)
    return done, answers


def _preview(org: Org, mirror: Mirror, configuration: Configuration, requests: list[Request]) -> list[Answer]:
    try:
        return list(preview(org, mirror, configuration, requests))
    except Exception:
        return _failed(requests)


def _failed(requests: Sequence[Request]) -> list[Answer]:
    """The answer to requests that an exception stopped; it is logged, since it may name what only some may see."""
    _log.exception("requests of users failed")
    text = "It did not work. Ask again later, or ask your administrator: the reason is in the sidecar's log."
    return [Answer(request, FAILED, text) for request in requests]


def _problem(request: Request) -> str | None:
    """Why a request cannot be done by anybody; None when it can."""
    if request.kind not in (RECALCULATE, PREVIEW):
        return f"This version of the sidecar cannot do this. It can: {RECALCULATE}, {PREVIEW}."
    if request.kind == RECALCULATE and not _ACCOUNT_ID.fullmatch(request.record_id):
        return "This is no account. Record Id takes the 15 or 18 characters of an account's Id."
    return None


def _recalculated(mirror: Mirror, done: flow.Refresh, request: Request) -> Answer:
    rows = mirror.connection.execute(_RECORDS, {"account": request.record_id[:15]}).fetchall()
    records = {str(record) for (record,) in rows}
    if not records:
        return Answer(request, REFUSED, "The sidecar knows no account of this Id: nobody lets it see one.")
    refused = sum(row.record_id in records for row in done.written.refused)
    changed = sum(record in records for record in done.plan.changes["record_id"].to_pylist())
    if refused:
        return Answer(request, FAILED, f"{refused:,} records were refused by the org; they are tried again.")
    if not changed:
        return Answer(request, DONE, "Recalculated: all values of the account and its deals stand as they were.")
    return Answer(request, DONE, f"Recalculated: {changed:,} values of the account and its deals are new.")
