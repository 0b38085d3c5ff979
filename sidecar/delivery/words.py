"""How messages put texts of the org, money and days."""

import re
from datetime import date

_THOUSAND, _MILLION = 1_000, 1_000_000
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")
_DAY = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # they would turn the text around them


def one_line(text: str) -> str:
    """A text of the org on one line, without control characters: it can neither add lines nor turn its neighbours."""
    return " ".join(text.translate(_CONTROLS).translate(_TURNING).split())


def money(value: float | None) -> str:
    """Money in three figures or so: 480K, 1.62M; a dash where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    if size >= 0.9995 * _MILLION:
        told = f"{size / _MILLION:.2f}M"
    else:
        told = f"{size / _THOUSAND:.0f}K" if size >= 0.9995 * _THOUSAND else f"{size:.0f}"
    return f"-{told}" if value < 0 and told != "0" else told


def signed(value: float) -> str:
    """Money with its sign, in three figures or so."""
    return _with_plus(money(value))


def exact(value: float) -> str:
    """Money with its sign, to the dollar: +104,627."""
    return _with_plus(f"{round(value):,}")


def day(value: date) -> str:
    """A day: 23 Nov 2026."""
    return f"{value.day} {value:%b %Y}"


def with_days(text: str) -> str:
    """The words of a score or an action, in which days stand as 2026-11-23, with days as messages put them.

    What only looks like a day or stands within a longer word is left alone.
    """

    def told(found: re.Match[str]) -> str:
        try:
            return day(date.fromisoformat(found.group()))
        except ValueError:  # such as the 31st of a shorter month
            return found.group()

    return _DAY.sub(told, text)


def _with_plus(told: str) -> str:
    return told if told.startswith("-") or told == "0" else f"+{told}"
