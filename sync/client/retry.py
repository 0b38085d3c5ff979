"""What to do with an answer: one table from HTTP status, error code and text to an action."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import requests


class Action(Enum):
    """What the client does next."""

    ACCEPT = "hand the answer on"
    RENEW = "renew the session, then repeat once"
    WAIT = "wait, then repeat: the org did nothing"
    WAIT_IF_REPEATABLE = "wait, then repeat if that is harmless: the org may have done it"
    STOP = "end the run: the day's requests are used up"
    REFUSE = "hand the refusal on: a repeat changes nothing"


@dataclass(frozen=True)
class Rule:
    """Matches when every part that is given fits."""

    action: Action
    status: int | None = None
    code: str | None = None
    text: str | None = None

    def fits(self, status: int, code: str, text: str) -> bool:
        """Whether this rule speaks about such an answer."""
        return (
            (self.status is None or self.status == status)
            and (self.code is None or self.code == code)
            and (self.text is None or self.text in text)
        )


RULES: tuple[Rule, ...] = (
    Rule(Action.WAIT, code="REQUEST_LIMIT_EXCEEDED", text="ConcurrentPerOrgLongTxn"),
    Rule(Action.STOP, code="REQUEST_LIMIT_EXCEEDED"),
    Rule(Action.REFUSE, status=401, text="Connected app is not attached to Agent"),
    Rule(Action.REFUSE, status=401, text="This session is not valid for use with the REST API"),
    Rule(Action.RENEW, status=401),
    Rule(Action.RENEW, status=403, text="Bad_OAuth_Token"),
    Rule(Action.WAIT, code="UNABLE_TO_LOCK_ROW"),
    Rule(Action.WAIT_IF_REPEATABLE, code="QUERY_TIMEOUT"),
    Rule(Action.WAIT_IF_REPEATABLE, code="SERVER_UNAVAILABLE"),
    Rule(Action.WAIT, status=420),
    Rule(Action.WAIT, status=429),
    Rule(Action.WAIT_IF_REPEATABLE, status=500),
    Rule(Action.WAIT_IF_REPEATABLE, status=502),
    Rule(Action.WAIT_IF_REPEATABLE, status=503),
    Rule(Action.WAIT_IF_REPEATABLE, status=504),
)
"""The first rule that fits decides; an answer of 400 and more that none fits is a refusal."""


@dataclass(frozen=True)
class OrgAnswer:
    """Status, error code, message and fields of an error answer; code and fields are empty for a good one."""

    status: int
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()

    @property
    def action(self) -> Action:
        """What the table says."""
        if self.status < 300 or self.status == 304:
            return Action.ACCEPT
        for rule in RULES:
            if rule.fits(self.status, self.code, self.message):
                return rule.action
        return Action.REFUSE


def read_answer(response: requests.Response) -> OrgAnswer:
    """Take status and Salesforce's error out of a response; a page of HTML counts as an error without a code."""
    if response.status_code < 300:
        return OrgAnswer(response.status_code)
    try:
        body = response.json()
    except ValueError:
        return OrgAnswer(response.status_code, "", " ".join(response.text.split())[:200])
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return OrgAnswer(response.status_code, "", str(body)[:200])
    code = first.get("errorCode") or first.get("statusCode") or first.get("error") or ""
    message = first.get("message") or first.get("error_description") or ""
    return OrgAnswer(response.status_code, str(code), str(message), tuple(first.get("fields") or ()))


@dataclass(frozen=True)
class BackOff:
    """Waiting times that double up to a cap, each drawn at random from its upper half so that clients spread out."""

    first_seconds: float = 0.5
    cap_seconds: float = 30.0
    attempts: int = 5

    def waits(self) -> Iterator[float]:
        """Seconds to wait after the first, second ... failed attempt; ends when the attempts are used up."""
        for attempt in range(self.attempts - 1):
            full = min(self.cap_seconds, self.first_seconds * 2**attempt)
            yield full * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
