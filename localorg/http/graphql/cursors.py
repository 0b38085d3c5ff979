"""Cursors of connections: opaque text that holds the number of a row, and its query's upper bound if there is one."""

from __future__ import annotations

import base64
import binascii
import re

_CURSOR = re.compile(r"v1:([0-9]{1,9})(?::([0-9]{1,9}))?")


def cursor_of(number: int, bound: int | None = None) -> str:
    """The cursor of the row with this number, counted from 1: `v1:2` in base64."""
    text = f"v1:{number}" if bound is None else f"v1:{number}:{bound}"
    return base64.b64encode(text.encode()).decode()


def place_of(cursor: str) -> tuple[int, int | None] | None:
    """The row number and upper bound in a cursor, None for text that is no cursor."""
    try:
        text = base64.b64decode(cursor.encode(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, UnicodeEncodeError):
        return None
    match = _CURSOR.fullmatch(text)
    return (int(match[1]), int(match[2]) if match[2] else None) if match else None
