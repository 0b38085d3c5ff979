"""Doing what users ask for: all that waits together, with one refresh."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from sidecar import refresh as flow
from sidecar.book.calendar import today
from sidecar.configuration import Configuration
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.errors import AwaitsConfirmationError
from sidecar.service.requests import mailbox
from sidecar.service.requests.kinds import PREVIEW, RECALCULATIONS, START, STOP, problem, records
from sidecar.service.requests.mailbox import DONE, FAILED, REFUSED, Answer, Request
from sidecar.service.requests.preview import preview
from sidecar.service.requests.rights import may_read
from sidecar.service.requests.subscription import subscription
from sync import Mirror, Org

_log = logging.getLogger(__name__)
_WAITS = "Recalculated. What is new is shown as soon as an administrator of the sidecar has confirmed it."


def fulfil(
    org: Org,
    mirror: Mirror,
    configuration: Configuration,
    unsubscribed: Unsubscribed,
    requests: Sequence[Request],
    refresh: Callable[[], flow.Refresh],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> flow.Refresh | None:
    """Answer all of these requests; a refresh is made once, if any of them needs it.

    Answers hold no value of a record: whoever may read requests may read them.

    Args:
        unsubscribed: who wants no digest, which requests may change.
        requests: waiting ones.
        refresh: makes one.
        now: the clock.

    Returns:
        The refresh, None where none was made.

    Raises:
        sync.SyncError: the org did not take the answers; the next look finds the requests again.
    """
    mailbox.take(org, requests)
    day = today(mirror, now())
    answers = [Answer(request, REFUSED, text) for request in requests if (text := problem(request)) is not None]
    sound = [request for request in requests if request.kind in RECALCULATIONS and problem(request) is None]
    previews = [request for request in requests if request.kind == PREVIEW]
    done, recalculated = _recalculate(org, mirror, sound, refresh)
    answers += [*recalculated, *_preview(org, mirror, configuration, previews, day)]
    answers += _subscribe(unsubscribed, requests)
    mailbox.answer(org, answers, now())
    _log.info("%s", "; ".join(f"{a.request.kind} {a.request.id}: {a.status}" for a in answers))
    return done


def _recalculate(
    org: Org, mirror: Mirror, sound: list[Request], refresh: Callable[[], flow.Refresh]
) -> tuple[flow.Refresh | None, list[Answer]]:
    done, answers = None, []
    try:
        allowed = may_read(org, sound)
        answers = [Answer(request, REFUSED, _unseen(request)) for request in sound if request.id not in allowed]
        sound = [request for request in sound if request.id in allowed]
        if sound:
            done = refresh()
        answers += [_recalculated(mirror, done, request) for request in sound if done]
    except AwaitsConfirmationError:
        answers += [Answer(request, DONE, _WAITS) for request in sound]
    except Exception:
        answers += _failed(sound)
    return done, answers


def _preview(
    org: Org, mirror: Mirror, configuration: Configuration, requests: list[Request], day: date
) -> list[Answer]:
    try:
        return list(preview(org, mirror, configuration, requests, day))
    except Exception:
        return _failed(requests)


def _subscribe(unsubscribed: Unsubscribed, requests: Sequence[Request]) -> list[Answer]:
    """In the order in which they were made: the last word of a user counts."""
    asked = [request for request in requests if request.kind in (STOP, START)]
    try:
        return [subscription(unsubscribed, request) for request in asked]
    except Exception:
        return _failed(asked)


def _failed(requests: Sequence[Request]) -> list[Answer]:
    """The answer to requests that an exception stopped; it is logged, since it may name what only some may see."""
    _log.exception("requests of users failed")
    text = "It did not work. Ask again later, or ask your administrator: the reason is in the sidecar's log."
    return [Answer(request, FAILED, text) for request in requests]


def _unseen(request: Request) -> str:
    return f"You cannot see this {RECALCULATIONS[request.kind].named}."


def _recalculated(mirror: Mirror, done: flow.Refresh, request: Request) -> Answer:
    kind, found = RECALCULATIONS[request.kind], records(mirror, request)
    if not found and kind.named is None:
        return Answer(request, REFUSED, "The sidecar knows no account and no deal that you own.")
    if not found:
        return Answer(request, REFUSED, f"The sidecar knows no {kind.named} of this Id: nobody lets it see one.")
    refused = sum(row.record_id in found for row in done.written.refused)
    changed = sum(record in found for record in done.plan.changes["record_id"].to_pylist())
    if refused:
        return Answer(request, FAILED, f"{refused:,} records were refused by the org; they are tried again.")
    if not changed:
        return Answer(request, DONE, f"Recalculated: all values of {kind.about} stand as they were.")
    values = "1 value" if changed == 1 else f"{changed:,} values"
    return Answer(request, DONE, f"Recalculated: {values} of {kind.about} {'is' if changed == 1 else 'are'} new.")
