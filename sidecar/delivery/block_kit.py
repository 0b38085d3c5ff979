"""Blocks of Slack's Block Kit within their limits, in which texts of the org are only text.

Source: Slack, Block Kit reference (header, section, context, actions) and "Formatting text for app surfaces".
"""

import re
from collections.abc import Sequence
from typing import Any

from sidecar.delivery.words import one_line

Block = dict[str, Any]

HEADER_LENGTH, SECTION_LENGTH, MOST_BLOCKS = 150, 3000, 50
_NAME_LENGTH, _FALLBACK_LENGTH = 200, 600
_NOTHING = "–"  # Slack takes no empty text
# Look-alikes for what Slack would take as a format, where it stands at a word's edge.
_FORMATS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_AT_AN_EDGE = re.compile(r"(?<!\w)[*_~`]+|[*_~`]+(?!\w)")


def plain(text: str) -> str:
    """A text that Slack shows as it is: no links, mentions or formats come from records' names."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _AT_AN_EDGE.sub(lambda found: found[0].translate(_FORMATS), escaped)


def name(text: str) -> str:
    """A record's text on one line, cut where it is very long, shown as it is."""
    return plain(clipped(one_line(text), _NAME_LENGTH)) or _NOTHING


def link(address: str, text: str) -> str:
    """A link with a record's text on it."""
    return f"<{address}|{name(text)}>"


def header(text: str) -> Block:
    """A large line; its text is never interpreted."""
    shown = clipped(one_line(text), HEADER_LENGTH) or _NOTHING
    return {"type": "header", "text": {"type": "plain_text", "text": shown, "emoji": False}}


def section(lines: Sequence[str]) -> Block:
    """Lines of mrkdwn; lines that no longer fit are left out as a whole, so that no format is cut."""
    kept, length = [], 0
    for line in lines:
        length += len(line) + 1
        if length > SECTION_LENGTH:
            break
        kept.append(line)
    return {"type": "section", "text": _mrkdwn("\n".join(kept))}


def context(text: str) -> Block:
    """A small grey line of mrkdwn."""
    return {"type": "context", "elements": [_mrkdwn(text)]}


def payload_of(fallback: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """A whole message; the fallback is what a notification shows."""
    return {
        "text": plain(clipped(one_line(fallback), _FALLBACK_LENGTH)) or _NOTHING,
        "blocks": list(blocks[:MOST_BLOCKS]),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}  # verbatim: names of channels in it become no links
