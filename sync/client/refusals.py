"""A refused login, turned into what to mend.

Source: Salesforce help, "OAuth Authorization Flow Errors".
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from sync.client.retry import Action, decide
from sync.client.settings import OrgSettings
from sync.errors import ConfigurationError, RetryLater, SyncError

_TOLERATED_SKEW_SECONDS = 120


@dataclass(frozen=True)
class _Remedy:
    """What to do about a refusal with this error (any when empty) whose description holds this text."""

    error: str
    text: str
    advice: str


_APPROVE = "admit its profile or permission set to the app (policy: admin approved users are pre-authorized)"
_USER = "check username (it is not the e-mail address) and that the user is active"
_REMEDIES = (
    _Remedy(
        "invalid_client_id",
        "",
        "copy consumer_key again from the connected app (a new app takes about ten minutes to become known)",
    ),
    _Remedy(
        "",
        "audience",
        "set login_url (or audience) to https://login.salesforce.com for production, https://test.salesforce.com for"
        " a sandbox",
    ),
    _Remedy("", "hasn't approved", f"check that username exists in this org, then {_APPROVE}"),
    _Remedy("invalid_app_access", "", _APPROVE),
    _Remedy("", "invalid assertion", "private_key_file must be the key whose certificate was uploaded to the app"),
    _Remedy("", "ip restricted", "this machine's address is outside the ranges that the profile or the app allows"),
    _Remedy("unsupported_grant_type", "", "allow the JWT bearer flow in the app: turn on its digital signatures"),
    _Remedy("inactive_org", "", "the org is closed or locked: ask its administrator"),
    _Remedy("inactive_user", "", _USER),
    _Remedy("", "authentication failure", _USER),
    _Remedy("", "user", _USER),
)


def explain(settings: OrgSettings, response: requests.Response, body: Mapping[str, Any]) -> SyncError:
    """The error to raise for an answer of the token endpoint that carries no session.

    ConfigurationError when a person has to mend something, RetryLater when the host is busy or down.
    """
    error, description = str(body.get("error", "")), str(body.get("error_description", ""))
    said = f"{response.status_code} {error} {description}".rstrip()
    if decide(response.status_code, error, description).action in (Action.RETRY_NOW, Action.RETRY_LATER):
        return RetryLater(f"{settings.login_url} put the login off ({said}): run again later")
    if not error:
        return ConfigurationError(
            f"login_url is {settings.login_url!r}, which answered {said} and no OAuth answer: expected Salesforce's"
            " login host or the org's My Domain"
        )
    remedy = _clock_remedy(response) or _remedy(error, description)
    return ConfigurationError(
        f"{settings.login_url} refused the login of {settings.username!r}: {error} ({description}). Remedy: {remedy}"
    )


def _remedy(error: str, description: str) -> str:
    for remedy in _REMEDIES:
        if remedy.error in ("", error) and remedy.text in description.lower():
            return remedy.advice
    return "check consumer_key, username and private_key_file against the connected app"


def _clock_remedy(response: requests.Response) -> str | None:
    """An assertion is valid for minutes: with a wrong clock it looks expired, or not yet valid, to the org."""
    try:
        theirs = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return None
    skew = time.time() - theirs
    if abs(skew) <= _TOLERATED_SKEW_SECONDS:
        return None
    side = "ahead of" if skew > 0 else "behind"
    return f"set this machine's clock (NTP): it is {abs(skew):.0f} s {side} the org's"
