"""How values are shown on pages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint
from markupsafe import Markup

from sidecar.service.tasks import Tasks

_WIDEST = 80
_NUMBER = re.compile(r"-?\d{1,15}\.\d+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_MONEY = 1000
"""A fraction of so much and more is taken for money."""


def add_filters(pages: Blueprint, tasks: Tasks) -> None:
    """Filters `moment`, `number`, `short` and `state_class` for the templates."""
    filters: dict[str, Callable[..., object]] = {
        "moment": lambda value: moment(value, tasks.zone or ZoneInfo("UTC")),
        "number": number,
        "short": lambda value: short(value, tasks.zone or ZoneInfo("UTC")),
        "state_class": state_class,
    }
    for name, function in filters.items():
        pages.add_app_template_filter(function, name)


def moment(value: str | datetime | None, zone: ZoneInfo) -> str:
    """A moment in a time zone, to the minute; a naive one is UTC."""
    if value is None:
        return "–"
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    there = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(zone)
    return Markup('<time datetime="{}">{}</time>').format(there.isoformat(), f"{there:%Y-%m-%d %H:%M}")


def number(value: float | None) -> str:
    """A whole number with separators of thousands; a fraction with what digits it needs, money with its cents."""
    if value is None:
        return "–"
    if isinstance(value, int) or float(value).is_integer():
        return f"{value:,.0f}"
    text = f"{value:,.2f}"
    return text if abs(value) >= _MONEY else text.rstrip("0").rstrip(".")


def short(value: str | None, zone: ZoneInfo) -> str:
    """A value of the ledger; explanations, which are long JSON, by their size, numbers with separators, moments in a
    time zone."""
    if value is None or value == "":
        return "–"
    if len(value) > _WIDEST and value[0] in "{[":
        return Markup('<span class="size whole">explanation, {} characters</span>').format(f"{len(value):,}")
    if _MOMENT.fullmatch(value):
        return moment(value, zone)
    if _NUMBER.fullmatch(value):
        return number(float(value))
    return value if len(value) <= _WIDEST else f"{value[:_WIDEST]}…"


def state_class(state: str) -> str:
    """The badge of a state of runs, values and operations."""
    kinds = {"done": "good", "written": "good", "failed": "bad", "refused": "bad", "killed": "bad"}
    return kinds.get(state, "plain" if state in ("planned", "waiting", "working", "running") else "fair")
