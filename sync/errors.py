"""What can go wrong, grouped by what the caller should do next.

`SyncError` is the root. `ConfigurationError` and its children need a person (exit code 2); `RetryLater` and its
children mend themselves (run again); the others describe one request, one job or one answer. Their names state
what is the case or what to do.
"""

from __future__ import annotations

from collections.abc import Sequence


class SyncError(Exception):
    """Root of everything this package raises on purpose."""


class ConfigurationError(SyncError):
    """A person has to change a setting, a key, a permission or a name; repeating the run does not help."""


class MissingField(ConfigurationError):  # noqa: N818 - names a state
    """Required objects or fields that the integration user cannot see.

    `names` holds `Object` or `Object.Field`, one entry for each thing that is missing.
    """

    def __init__(self, message: str, names: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.names = tuple(names)


class MissingPackage(MissingField):
    """Nothing of our package is in the org: it was never deployed, or no permission set was assigned."""


class RetryLater(SyncError):  # noqa: N818 - names a state
    """Nothing is wrong with the settings; the same run succeeds at another time."""


class OrgUnavailable(RetryLater):
    """The org did not answer, or answered 5xx, as often as we were willing to ask."""


class RequestLimitReached(RetryLater):
    """The org's daily API requests are used up; what is left to do waits for the next run."""


class MirrorBusy(RetryLater):
    """Another process holds the mirror file."""


class JobFailed(RetryLater):
    """A bulk job ended as Failed or Aborted, or did not end before its deadline; `reason` is the org's word on it."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class Incomplete(JobFailed):
    """Fewer rows came than the org had spoken of, so nothing of them is kept."""


class ObjectStopped(RetryLater):
    """Objects that are needed could not be read; `names` lists them."""

    def __init__(self, message: str, names: Sequence[str]) -> None:
        super().__init__(message)
        self.names = tuple(names)


class OutcomeUnknown(RetryLater):
    """A request that must not be repeated blindly was sent and not answered."""


class RequestRefused(SyncError):  # noqa: N818 - names a state
    """The org refused one request for a reason that a repeat would not change.

    `code` is Salesforce's errorCode (empty when the answer was no Salesforce error), `fields` the fields it named.
    """

    def __init__(self, status: int, code: str, message: str, *, fields: Sequence[str] = (), where: str = "") -> None:
        place = f" ({where})" if where else ""
        super().__init__(f"the org answered {status} {code or 'without an error code'}{place}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = tuple(fields)


class UnexpectedAnswer(SyncError):  # noqa: N818 - names a state
    """The org answered something that the protocol does not allow (a looping locator, a missing column)."""
