"""Slack's incoming webhooks for tests: takes only what Slack documents, or misbehaves as it is told.

Source: Slack, "Sending messages using incoming webhooks" and the Block Kit reference: types, required fields, limits.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from tests.served import listening

PATH = "/services/T000/B000/secretsecret"
_TOP = {"text", "blocks", "unfurl_links", "unfurl_media"}
_LINK = re.compile(r"<(https?://[^|<>\s]+)\|([^<>\n]+)>")


@dataclass
class Slack:
    """What it has taken, and how it behaves.

    Attributes:
        address: of the webhook.
        messages: those taken.
        answers: statuses for the next messages, before it behaves again.
        takes_and_hangs: it takes a message and says nothing for as many seconds.
    """

    address: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    takes_and_hangs: float = 0.0

    def answer(self) -> Response:
        """One message."""
        if self.answers:
            status = self.answers.pop(0)
            return Response("rate_limited" if status == 429 else "rollup_error", status, {"Retry-After": "1"})
        told = problem(request.get_json(silent=True))
        if told is not None:
            return Response(f"invalid_blocks: {told}", 400)
        self.messages.append(request.get_json())
        time.sleep(self.takes_and_hangs)
        return Response("ok")


@contextmanager
def slack() -> Iterator[Slack]:
    """A stand-in until the end of the block."""
    app, made = Flask(__name__), Slack()
    app.add_url_rule(PATH, view_func=made.answer, methods=["POST"])
    with listening(app) as url:
        made.address = f"{url}{PATH}"
        yield made


def problem(message: Any) -> str | None:
    """Why Slack would not take a message; None when it would."""
    try:
        _check(isinstance(message, dict) and set(message) <= _TOP, "fields of the message")
        _check(0 < len(message["text"]) <= 40_000, "text")
        _mrkdwn(message["text"])
        _check(0 < len(message["blocks"]) <= 50, "number of blocks")
        for block in message["blocks"]:
            _KINDS[block["type"]](block)
    except (AssertionError, KeyError, TypeError) as error:
        return f"{type(error).__name__} {error}"
    return None


def _header(block: dict[str, Any]) -> None:
    _check(set(block) == {"type", "text"} and block["text"]["type"] == "plain_text", "header")
    _text(block["text"], 150)


def _section(block: dict[str, Any]) -> None:
    _check(set(block) <= {"type", "text", "fields"} and ("text" in block or "fields" in block), "section")
    _text(block["text"], 3000)


def _context(block: dict[str, Any]) -> None:
    _check(set(block) == {"type", "elements"} and 0 < len(block["elements"]) <= 10, "context")
    for element in block["elements"]:
        _text(element, 3000)


def _text(text: dict[str, Any], most: int) -> None:
    allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}[text["type"]]
    _check(set(text) <= allowed and 0 < len(text["text"]) <= most, f"text of {len(text['text'])} characters")
    if text["type"] == "mrkdwn":
        _mrkdwn(text["text"])


def _mrkdwn(text: str) -> None:
    """Everything in angle brackets is a link with a label, and every ampersand an escape."""
    left = _LINK.sub("", text)
    _check("<" not in left and ">" not in left, f"a bracket in {left!r}")
    _check(not re.search(r"&(?!amp;|lt;|gt;)", text), f"an ampersand in {text!r}")


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


_KINDS: dict[str, Callable[[dict[str, Any]], None]] = {"header": _header, "section": _section, "context": _context}
