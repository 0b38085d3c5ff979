"""Cursors of connections: opaque text that holds the number of a row."""

from __future__ import annotations

import base64
import binascii

_VERSION = "v1:"


def cursor_of(number: int) -> str:
    """The cursor of the row with this number, counted from 1: `v1:2` in base64."""
    return base64.b64encode(f"{_VERSION}{number}".encode()).decode()


def number_of(cursor: str) -> int | None:
    """The row number in a cursor, None for text that is no cursor."""
    try:
        text = base64.b64decode(cursor.encode(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, UnicodeEncodeError):
        return None
    number = text.removeprefix(_VERSION)
    return int(number) if text.startswith(_VERSION) and number.isdigit() else None
