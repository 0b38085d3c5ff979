"""One org as the rest of this package sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

import requests

from sync.client.retry import read_answer
from sync.client.session import OrgSession, Usage
from sync.client.settings import OrgSettings
from sync.errors import ConfigurationError, RequestRefused, UnexpectedAnswer
from sync.schema import ObjectSchema, read_describe

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce

CLIENT_NAME = "salesforce-sidecar"


_SUBREQUESTS = 25
"""Of one composite request, which counts as one call."""


@dataclass(frozen=True)
class Described:
    """Schemas by the name that was asked for, and the org's clock (naive UTC) when it answered."""

    schemas: Mapping[str, ObjectSchema | None]
    asked_at: datetime | None


class Org:
    """A logged-in org. Made by `Org.connect`; usable as a context manager, which closes its connections."""

    def __init__(self, session: OrgSession) -> None:
        self.session = session
        self.instance_url = session.token.instance_url
        self.org_id = session.token.org_id
        self._root = f"/services/data/v{session.settings.api_version}"
        self._described: dict[str, ObjectSchema] = {}

    @classmethod
    def connect(cls, settings: OrgSettings) -> Org:
        """Log in.

        Raises ConfigurationError (wrong key, user, audience, address or clock: the message says which and the remedy)
        or RetryLater (the login host is busy or down).
        """
        return cls(OrgSession(settings))

    @cached_property
    def salesforce(self) -> Salesforce:
        """The same session as a simple-salesforce client, for calls that have no method here."""
        from simple_salesforce.api import Salesforce  # takes a quarter of a second, and few ask for it

        return Salesforce(
            instance_url=self.instance_url,
            session_id=self.session.token.access_token,
            version=self.session.settings.api_version,
            session=self.session,
        )

    @property
    def calls(self) -> int:
        """API calls made so far, repeats included."""
        return self.session.calls

    @property
    def usage(self) -> Usage | None:
        """The org's own count of requests in 24 hours, None before the first answer that carries it."""
        return self.session.usage

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """One call of the data API.

        Parameters
        ----------
        method, kwargs : as for `requests.Session.request`, and `repeatable` (see `OrgSession`).
        path : below the version (`/query`), or absolute as the org hands it out (`/services/data/...`).

        Raises RequestRefused for a permanent refusal, RetryLater when the org does not serve it, ConfigurationError
        when the version is unknown or the session is not accepted.
        """
        url = self.url(path)
        headers = {"Sforce-Call-Options": f"client={CLIENT_NAME}", **kwargs.pop("headers", {})}
        response = self.session.request(method, url, headers=headers, **kwargs)
        answer = read_answer(response)
        if answer.status >= 300:
            response.close()
            place = f"{method} {path.partition('?')[0]}"
            raise RequestRefused(answer.status, answer.code, answer.message, fields=answer.fields, where=place)
        return response

    def url(self, path: str) -> str:
        """Full address of a path."""
        return self.instance_url + (path if path.startswith("/services/") else self._root + path)

    def json(self, method: str, path: str, **kwargs: Any) -> Any:
        """`call`, with the answer's JSON; raises UnexpectedAnswer when it is none."""
        response = self.call(method, path, **kwargs)
        try:
            return response.json()
        except ValueError:
            raise UnexpectedAnswer(f"{method} {path} was answered with something that is no JSON") from None

    def describe(self, name: str, *, fresh: bool = False) -> ObjectSchema:
        """Schema of one object as this user sees it, kept for the life of the connection unless `fresh` is asked.

        Raises RequestRefused with status 404 when the org has no such object (or hides it).
        """
        known = None if fresh else self._described.get(name.lower())
        if known is None:
            known = read_describe(self.json("GET", f"/sobjects/{name}/describe"))
            self._described[name.lower()] = known
        return known

    def describe_all(self, names: Sequence[str]) -> Described:
        """Fresh schemas of objects, 25 with one call; None for those that the org has not (or hides).

        They are read whole each time, since what field-level security shows can change without any date changing.
        """
        schemas: dict[str, ObjectSchema | None] = {}
        asked_at: datetime | None = None
        for start in range(0, len(names), _SUBREQUESTS):
            some = names[start : start + _SUBREQUESTS]
            answers, asked_at = self._describe_some(some)
            for name, answer in zip(some, answers, strict=True):
                schemas[name] = self._take_in(name, answer)
        return Described(schemas, asked_at)

    def _describe_some(self, names: Sequence[str]) -> tuple[list[dict[str, Any]], datetime | None]:
        parts = [
            {"method": "GET", "url": f"{self._root}/sobjects/{name}/describe", "referenceId": f"d{number}"}
            for number, name in enumerate(names)
        ]
        body = {"allOrNone": False, "compositeRequest": parts}
        try:
            response = self.call("POST", "/composite", json=body, repeatable=True)  # only reads
            found = {part["referenceId"]: part for part in response.json()["compositeResponse"]}
            return [found[part["referenceId"]] for part in parts], org_time(response)
        except (ValueError, KeyError, TypeError) as error:
            raise UnexpectedAnswer(f"POST /composite was not answered with the describes asked for: {error}") from None

    def _take_in(self, name: str, answer: Mapping[str, Any]) -> ObjectSchema | None:
        status = answer["httpStatusCode"]
        if status == 404:
            return None
        if status != 200:
            return self.describe(name, fresh=True)  # with repeats, and the refusal if it stays one
        schema = read_describe(answer["body"])
        self._described[name.lower()] = schema
        return schema

    def check_version(self) -> None:
        """Raise ConfigurationError unless the org serves the configured API version."""
        offered = [entry["version"] for entry in self.json("GET", "/services/data")]
        version = self.session.settings.api_version
        if version not in offered:
            raise ConfigurationError(f"api_version is {version!r}: this org serves {', '.join(offered)}")

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def __enter__(self) -> Org:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def org_time(response: requests.Response) -> datetime | None:
    """The org's clock (naive UTC) when it gave this answer, None if the answer does not say."""
    try:
        return parsedate_to_datetime(response.headers["Date"]).astimezone(UTC).replace(tzinfo=None)
    except (KeyError, ValueError):
        return None
