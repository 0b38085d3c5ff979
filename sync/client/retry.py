"""What to do with an answer, a refused record or a failed job: all ask the one table of `retry_rules`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from sync.client.retry_rules import OTHERWISE, ROW_OTHERWISE, RULES, Action, Rule, plain

__all__ = ["Action", "BackOff", "OrgAnswer", "Rule", "decide", "decide_job", "decide_row", "read_answer"]

_ACCEPTED = Rule(Action.ACCEPT)
_JOB_ERROR = re.compile(r"\s*([A-Za-z_]+)\s*:")


def decide(status: int, code: str = "", text: str = "") -> Rule:
    """The rule for an answer of the org."""
    if status < 300:
        return _ACCEPTED
    return _first(status, code, text) or OTHERWISE


def decide_row(code: str | None, text: str = "") -> Rule:
    """The rule for one record that was refused with this code, in a collection or a bulk job."""
    return (_first(None, code, text) if code else None) or ROW_OTHERWISE


def decide_job(message: str) -> Rule:
    """The rule for a bulk job that failed with this message, which begins with a code such as `InvalidBatch : `."""
    match = _JOB_ERROR.match(message)
    return (_first(None, match.group(1), message) if match else None) or OTHERWISE


def _first(status: int | None, code: str, text: str) -> Rule | None:
    wanted = plain(code)
    return next((rule for rule in RULES if rule.fits(status, wanted, text)), None)


@dataclass(frozen=True)
class OrgAnswer:
    """Status, error code, message and fields of an error answer; code and fields are empty for a good one."""

    status: int
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        """What the table says."""
        return decide(self.status, self.code, self.message)


def read_answer(response: requests.Response) -> OrgAnswer:
    """Take status and Salesforce's error out of a response; a page of HTML counts as an error without a code."""
    if response.status_code < 300:
        return OrgAnswer(response.status_code)
    try:
        body = response.json()
    except ValueError:
        return OrgAnswer(response.status_code, "", " ".join(response.text.split())[:200])
    return read_error(response.status_code, body)


def read_error(status: int, body: object) -> OrgAnswer:
    """Take Salesforce's error out of the JSON of a refusal."""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return OrgAnswer(status, "", str(body)[:200])
    code = first.get("errorCode") or first.get("statusCode") or first.get("error") or ""
    message = first.get("message") or first.get("error_description") or ""
    return OrgAnswer(status, str(code), str(message), tuple(first.get("fields") or ()))


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
