"""The HTTP session under every call to an org: token, counting, retries.

simple-salesforce works on this session too, so whatever is asked through it is counted, renewed and retried alike.
"""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

from sync.client.login import Token, Unreachable, log_in
from sync.client.retry import Action, BackOff, OrgAnswer, read_answer
from sync.client.retry_rules import plain
from sync.client.settings import OrgSettings
from sync.client.transport import TIMEOUT_SECONDS, allow_plain_instance, mount_adapters
from sync.errors import ConfigurationError, OrgUnavailable, OutcomeUnknown, RequestLimitReached, SyncError

_REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})
_UNANSWERED = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,  # the answer broke off
    requests.exceptions.ContentDecodingError,
)
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


@dataclass(frozen=True)
class Usage:
    """The org's API requests of the last 24 hours, as it said with its last answer."""

    used: int
    maximum: int


class OrgSession(requests.Session):
    """A requests session that is logged in to one org.

    `request` takes one argument more: `repeatable`, whether a request without an answer may be sent again. By default
    it follows the method: this package only sends updates by Id and upserts by external id as PATCH, for which a
    repeat changes nothing; a POST is never repeated unless the caller says so.
    """

    def __init__(self, settings: OrgSettings, back_off: BackOff | None = None) -> None:
        super().__init__()
        mount_adapters(self)
        if settings.ca_bundle is not None:
            self.verify = str(settings.ca_bundle)
        self.settings = settings
        self.back_off = back_off or BackOff()
        self.pause: Callable[[float], None] = time.sleep
        self.calls = 0
        self.usage: Usage | None = None
        self._counting = threading.Lock()
        self._renewing = threading.Lock()
        self._http = requests.Session()
        mount_adapters(self._http)
        self._http.verify = self.verify
        self._token = log_in(settings, self._http)
        allow_plain_instance(self, self._token.instance_url)
        self.auth = self._authorize

    @property
    def token(self) -> Token:
        """The present session of the org."""
        return self._token

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if urlsplit(request.url or "").netloc == urlsplit(self._token.instance_url).netloc:
            request.headers["Authorization"] = f"Bearer {self._token.access_token}"
        return request

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send, and repeat as the retry table says. Answers that are refusals are returned as they are."""
        verb = (method.decode() if isinstance(method, bytes) else method).upper()
        repeatable = bool(kwargs.pop("repeatable", verb in _REPEATABLE_METHODS))
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        kwargs.setdefault("allow_redirects", False)
        waits = self.back_off.waits()
        attempts, renewed = 0, False
        while True:
            token = self._token
            answer, response = self._attempt(verb, url, *args, repeatable=repeatable, **kwargs)
            attempts += 1
            rule = answer.rule
            match rule.action:
                case Action.RENEW_SESSION if not renewed:
                    self._renew(token)
                    renewed = True
                    continue
                case Action.RENEW_SESSION:
                    raise ConfigurationError(
                        f"the org refused a session that it had just given ({answer.message}): check that the app's"
                        " scopes include api and that the user may use the API"
                    )
                case Action.STOP_RUN:
                    raise _stopped(answer)
                case Action.RETRY_NOW if rule.uncertain and not repeatable:
                    raise OutcomeUnknown(f"{verb} {_path(url)} was sent and not answered: {answer.message}")
                case Action.RETRY_NOW:
                    pass
                case _ if response is not None:
                    return response
            wait = next(waits, None) if rule.attempts is None or attempts < rule.attempts else None
            if wait is None and rule.then is Action.STOP_OBJECT and response is not None:
                return response
            if wait is None:
                raise OrgUnavailable(
                    f"the org did not serve {verb} {_path(url)} in {attempts} attempts; the last answer"
                    f" was {answer.status or 'none'} {answer.code} {answer.message}"
                )
            self.pause(wait)

    def _attempt(
        self, verb: str, url: str | bytes, *args: Any, repeatable: bool, **kwargs: Any
    ) -> tuple[OrgAnswer, requests.Response | None]:
        if isinstance(kwargs.get("data"), io.IOBase):
            kwargs["data"].seek(0)  # a repeat sends the file from its beginning
        with self._counting:
            self.calls += 1
        try:
            response = super().request(verb, url, *args, **kwargs)
        except requests.exceptions.SSLError as error:
            raise ConfigurationError(
                f"the org's certificate is not trusted ({type(error).__name__}). Remedy: behind a company's proxy, set"
                " ca_bundle under [org] to a PEM file of its authorities"
            ) from None
        except _UNANSWERED as error:
            # without an answer the org may have done it, unless no connection came about
            return OrgAnswer(503 if not _never_sent(error) else 429, "", f"no answer ({type(error).__name__})"), None
        self._note_usage(response)
        return read_answer(response), response

    def _note_usage(self, response: requests.Response) -> None:
        match = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if match:
            self.usage = Usage(int(match.group(1)), int(match.group(2)))

    def _renew(self, refused: Token) -> None:
        """Log in again, once for all threads that saw `refused` refused."""
        with self._renewing:
            if self._token is not refused:
                return
            try:
                self._token = log_in(self.settings, self._http)
            except Unreachable as error:
                raise OrgUnavailable(f"the session ended and could not be renewed: {error}") from error

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        super().close()


def _stopped(answer: OrgAnswer) -> SyncError:
    """The error that ends the run: a limit passes by itself, everything else is a person's matter."""
    if plain(answer.code) == plain("REQUEST_LIMIT_EXCEEDED"):
        return RequestLimitReached(f"the org's API requests are used up ({answer.message}): run again later")
    return ConfigurationError(
        f"the org answered {answer.status} {answer.code}: {answer.message}. Remedy: {answer.rule.remedy}"
    )


def _never_sent(error: requests.exceptions.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _path(url: str | bytes) -> str:
    return urlsplit(url.decode() if isinstance(url, bytes) else url).path
