"""Values of literals: what a string with escapes, a date or a moment in a query stands for in the store."""

from __future__ import annotations

import datetime as dt
import re

from localorg.soql.dates import stored_moment
from localorg.soql.errors import malformed
from localorg.soql.tree import Literal

FIRST_YEAR, LAST_YEAR = 1700, 4000
LONGEST_STRING = 4_000  # characters of one string in a condition

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f"}


def text_of(literal: Literal) -> str:
    """The string without its escapes. Raises QueryError for an escape that SOQL does not know."""
    return _unescape(literal, wildcards=False)


def pattern_of(literal: Literal) -> str:
    """The string as a LIKE pattern: `%` and `_` stay wildcards, and a backslash escapes them and itself."""
    return _unescape(literal, wildcards=True)


def _unescape(literal: Literal, *, wildcards: bool) -> str:
    raw = str(literal.value)
    if len(raw) > LONGEST_STRING:
        raise malformed(
            f"string literals in a condition are limited to {LONGEST_STRING:,} characters", literal.position
        )
    if "\\" not in raw:
        return raw

    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        if code in _PLAIN:
            return _PLAIN[code]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        if code == "\\":
            return "\\\\" if wildcards else "\\"
        if code in ("'", '"'):
            return code
        if code in ("%", "_"):
            return "\\" + code if wildcards else code
        reason = f"invalid string literal '{raw}'. Illegal character sequence '\\{code}' in string literal."
        raise malformed(reason, literal.position)

    return _ESCAPE.sub(replace, raw)


def day_of(literal: Literal) -> str:
    """A date literal as stored. Raises QueryError when there is no such day, or it is outside 1700 ... 4000."""
    try:
        day = dt.date.fromisoformat(str(literal.value))
    except ValueError as error:
        raise malformed(f"{error}: {literal.value}", literal.position) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise malformed(f"date {literal.value} is outside {FIRST_YEAR}-01-01 ... {LAST_YEAR}-12-31", literal.position)
    return day.isoformat()


def moment_of(literal: Literal) -> str:
    """A dateTime literal as stored (UTC, whole seconds). Raises QueryError when there is no such moment."""
    try:
        moment = dt.datetime.fromisoformat(str(literal.value).upper())
        stored = stored_moment(moment)
    except (ValueError, OverflowError) as error:
        raise malformed(f"{error}: {literal.value}", literal.position) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise malformed(f"date {literal.value} is outside {FIRST_YEAR}-01-01 ... {LAST_YEAR}-12-31", literal.position)
    return stored
