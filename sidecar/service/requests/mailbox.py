"""The requests in the org: those that wait, and the answers to them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sidecar.questions import ask
from sidecar.targets import REQUEST
from sync import Org, UnexpectedAnswer, soql

NEW, WORKING, DONE, REFUSED, FAILED = "New", "Working", "Done", "Refused", "Failed"
_KIND, _RECORD, _STATUS, _RESPONSE, _FINISHED = (
    f"Sidecar_{name}__c" for name in ("Kind", "Record_Id", "Status", "Response", "Finished_At")
)
MOST = 50
"""Requests of one look; the others wait for the next."""
_MOST_FORGOTTEN = 200  # of one deletion (sObject Collections)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """What a user asked for.

    Attributes:
        id: of the request's own record.
        kind: the label that the user chose.
        record_id: what it is about, as the user gave it: any text, or none.
        user_id: who made it. The platform sets it, so it cannot be another's.
    """

    id: str
    kind: str
    record_id: str
    user_id: str


@dataclass(frozen=True)
class Answer:
    """What became of a request: its new status, and a text without anything that only some users may see."""

    request: Request
    status: str
    text: str


def waiting(org: Org) -> list[Request]:
    """Requests without an answer, the oldest first; one API call.

    A request that says it is worked on was so by a service that was stopped, since there is one and it works on them
    while it looks: it is taken up again.
    """
    fields = ("Id", _KIND, _RECORD, "CreatedById")
    where = soql.one_of(_STATUS, [NEW, WORKING])
    rows = ask(org, REQUEST.object, fields, where, order_by=["CreatedDate", "Id"], limit=MOST)
    return [Request(row["Id"], row[_KIND] or "", row[_RECORD] or "", row["CreatedById"]) for row in rows]


def take(org: Org, requests: Sequence[Request]) -> None:
    """Show that they are being worked on; one API call."""
    _write(org, [{"id": request.id, _STATUS: WORKING} for request in requests])


def answer(org: Org, answers: Sequence[Answer], finished_at: datetime) -> None:
    """Write the answers and the moment (aware) at which they were found; one API call."""
    finished = finished_at.isoformat(timespec="milliseconds")
    _write(org, [{"id": a.request.id, _STATUS: a.status, _RESPONSE: a.text, _FINISHED: finished} for a in answers])


def forget(org: Org, before: datetime) -> int:
    """Put requests that were answered before a moment into the recycle bin, so that they take no storage for good.

    Two API calls, and at most 200 requests: the others go another time. What the org keeps is logged.

    Returns:
        How many went.
    """
    rows = ask(org, REQUEST.object, ["Id"], soql.compare(_FINISHED, "<", before), limit=_MOST_FORGOTTEN)
    if not rows:
        return 0
    params = {"ids": ",".join(row["Id"] for row in rows), "allOrNone": "false"}
    results = org.json("DELETE", "/composite/sobjects", params=params)
    kept = [error["message"] for result in results if not result["success"] for error in result["errors"]]
    if kept:
        _log.warning("%s of %s old requests cannot be removed: %s", len(kept), len(rows), kept[0])
    return len(rows) - len(kept)


def _write(org: Org, records: list[dict[str, Any]]) -> None:
    if not records:
        return
    body = {"allOrNone": False, "records": [{"attributes": {"type": REQUEST.object}, **row} for row in records]}
    results = org.json("PATCH", "/composite/sobjects", json=body)
    refused = [error["message"] for result in results if not result["success"] for error in result["errors"]]
    # a request that its user deleted meanwhile needs no answer
    kept = [text for text in refused if "deleted" not in text.lower()]
    if kept:
        raise UnexpectedAnswer(f"{len(kept)} of {len(records)} answers to requests were refused: {kept[0]}")
