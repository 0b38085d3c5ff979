"""Messages to Slack through incoming webhooks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from pydantic import SecretStr
from urllib3.exceptions import MaxRetryError, NewConnectionError

from sidecar.delivery.errors import NotTaken, OutcomeUnknown

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
Payload = Mapping[str, Any]

_LATER = (requests.codes.too_many_requests, requests.codes.request_timeout)
_REASON = re.compile(r"[a-z_]{1,60}")


@dataclass(frozen=True)
class Post:
    """A message to a channel.

    Attributes:
        webhook: its address is a secret, so no error and no log shows it.
        payload: `text`, and `blocks` of Block Kit.
        whose: what to call the webhook in errors.
    """

    webhook: SecretStr
    payload: Payload
    whose: str


def post(message: Post) -> None:
    """Post a message.

    Raises:
        NotTaken: it was refused or the server cannot be reached.
        OutcomeUnknown: the server was lost while it had it.

    Source: Slack, "Sending messages using incoming webhooks", handling errors.
    """
    answer = _answer(message)
    if answer.status_code != requests.codes.ok:
        raise NotTaken(_refusal(answer, message.whose))


def probe(webhook: SecretStr, whose: str) -> None:
    """See whether a webhook is alive: an empty message is refused as such by one that is, and nothing is posted.

    Raises:
        NotTaken, OutcomeUnknown: it is not, or cannot be reached.
    """
    answer = _answer(Post(webhook, {}, whose))
    if answer.status_code not in (requests.codes.ok, requests.codes.bad_request):
        raise NotTaken(_refusal(answer, whose))


def _answer(message: Post) -> requests.Response:
    try:
        return requests.post(
            message.webhook.get_secret_value(),
            json=message.payload,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        if _was_never_sent(error):
            raise NotTaken(
                f"{message.whose} cannot be reached ({type(error).__name__}). Remedy: check its address and the network"
            ) from None
        raise OutcomeUnknown(
            f"{message.whose} was lost during a message ({type(error).__name__}). Remedy: look into the channel"
        ) from None


def _refusal(answer: requests.Response, whose: str) -> str:
    reason = f" ({answer.text})" if _REASON.fullmatch(answer.text) else ""
    text = f"{whose} answered {answer.status_code}{reason}"
    if answer.status_code in _LATER or answer.status_code >= requests.codes.server_error:
        return f"{text}. Remedy: none is needed; it is tried again"
    return f"{text}. Remedy: make a new incoming webhook in Slack and put it into the configuration"


def _was_never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    if not isinstance(error, requests.ConnectionError | requests.Timeout):
        return True  # an address that is none
    inner = error.args[0] if error.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)
