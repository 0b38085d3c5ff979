"""What a refusal means for rows: another attempt in this run, another one in the next, or none without a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.client.retry import Action, Rule, decide, decide_job, decide_row
from sync.client.retry_rules import OTHERWISE
from sync.errors import RequestRefused
from sync.ledger import DEFERRED, REFUSED
from sync.write_back.outcomes import RowResult

NO_CODE = "NO_CODE"
"""For rows that were refused without a word why."""

_JOB_ENDED = "JOB_ENDED"
_PASSING = (Action.RETRY_NOW, Action.RETRY_LATER)


@dataclass(frozen=True)
class Sent:
    """One attempt to write rows of an object.

    Parameters
    ----------
    locked : rows that may be tried again in this run; their outcome is still open.
    refusal : why the org took no more requests for the object; the outcome of the rest is open too.
    """

    locked: Sequence[RowResult] = ()
    refusal: RequestRefused | None = None


def is_passing(code: str | None) -> bool:
    """Whether a row refused with this code is worth another attempt in this run."""
    return decide_row(code).action in _PASSING


def refused_row(key: str, record_id: str | None, code: str, message: str) -> RowResult:
    """A row that the org refused.

    What concerns the whole object (a field that has gone) is no fault of the row's: it is left for the next run, which
    sees the org's new schema.
    """
    rule = decide_row(code, message)
    left = rule.action in (*_PASSING, Action.STOP_OBJECT)
    return RowResult(key, record_id, DEFERRED if left else REFUSED, code, _with_remedy(message, rule))


def refused_request(error: RequestRefused) -> tuple[str, str]:
    """Code and message for the rows of a request that was refused as a whole."""
    return error.code or str(error.status), _with_remedy(str(error), decide(error.status, error.code, error.message))


def ended_job(state: str, message: str) -> tuple[str, str]:
    """Code and message for the rows that a job left when it ended in this state, other than complete."""
    return _JOB_ENDED, _with_remedy(f"job {state}: {message}" if message else f"job {state}", decide_job(message))


def _with_remedy(message: str, rule: Rule) -> str:
    """The message, and what to do about it where the table knows that."""
    known = rule.action is Action.STOP_OBJECT and rule is not OTHERWISE
    return f"{message}. Remedy: {rule.remedy}" if known else message
