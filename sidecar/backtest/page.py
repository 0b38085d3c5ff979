"""The backtest as one HTML page that needs nothing else: tables and plots drawn as SVG."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

WIDTH, HEIGHT, EDGE, TOP, RIGHT = 420, 260, 44, 24, 24
_Tick = tuple[float, str]
PERCENT: tuple[_Tick, ...] = ((0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %"))
WEEKS: tuple[_Tick, ...] = tuple((week / 13, str(week)) for week in range(1, 13))
COLOURS = {"commit": "#0b5cab", "stage_weighted": "#ba0517", "commit_category": "#8c4b02", "last_year": "#5c5c5c"}
NAMES = {
    "commit": "our commit",
    "stage_weighted": "stage-weighted pipeline",
    "commit_category": "commit category",
    "last_year": "last year's same week",
}
COLUMNS = {
    "quarters": "quarters",
    "rows": "rows",
    "coverage_80": "80 % ranges hold",
    "width_vs_naive": "width against a naive range",
    "error_week4": "median error in week 4",
    "error_week4_vs_stage_weighted": "against stage-weighted pipeline",
    "error_week4_vs_commit_category": "against commit category",
    "error_week4_vs_last_year": "against last year",
    "bias": "expected / final",
}
TABLES = {"levels": "By level", "segments": "Org by segment", "pillars": "Org by pillar", "reps": "By rep"}
STYLE = """body{font:14px/1.5 system-ui,sans-serif;color:#181818;max-width:1100px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:right}
th:first-child,td:first-child{text-align:left}figure{display:inline-block;margin:0 1rem 1rem 0}
figcaption{font-weight:600}text{font-size:11px;fill:#444}.thin{color:#767676}"""


def page(result: Mapping[str, Any], as_of: pd.Timestamp) -> str:
    """The page as HTML.

    Args:
        result: the `summary` of the replayed quarters.
        as_of: the day up to which history was looked at.
    """
    parts = [f"<h1>Backtest as of {as_of:%Y-%m-%d}</h1>", _lead(result)]
    parts += [f"<figure><figcaption>{escape(title)}</figcaption>{drawing}</figure>" for title, drawing in plots(result)]
    if result["quarters"]:
        parts += [f"<h2>{title}</h2>{_table(result[key])}" for key, title in TABLES.items()]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Backtest</title>'
        f"<style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def plots(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The title and the SVG of each plot; none where nothing was replayed. They bear no style of their own, so a page
    with a strict policy can show them.

    Args:
        result: as for `page`.
    """
    if not result["quarters"]:
        return []
    return [
        ("Deals won in the quarter: given against won", _reliability(result["reliability"]["quarter"])),
        ("Deals won at all: given against won", _reliability(result["reliability"]["win"])),
        ("Reps: 80 % ranges that held, by week", _coverage(result["by_week"])),
        ("Reps: median error by week", _errors(result["by_week"]) + _legend()),
    ]


def _lead(result: Mapping[str, Any]) -> str:
    quarters = ", ".join(result["quarters"]) or "none: two whole quarters must lie before the first one"
    left_out = "".join(f"<li>Left out: the quarter from {escape(reason)}</li>" for reason in result["left_out"])
    return (
        f"<p>Quarters replayed (first days): {escape(quarters)}. Each was learned from what was known as it began and"
        " projected at the end of its weeks 1 to 12 with what was known then. Rows in grey rest on few cases.</p>"
        f"<ul>{left_out}</ul>"
    )


def _table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{escape(label)}</th>" for label in ("", *COLUMNS.values()))
    lines = [
        f"<tr{' class=thin' if row['thin'] else ''}><td>{escape(name)}</td>"
        + "".join(f"<td>{_cell(column, row[column])}</td>" for column in COLUMNS)
        + "</tr>"
        for name, row in rows.items()
    ]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "–"
    if column == "coverage_80":
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if column in ("quarters", "rows", "error_week4") else f"{value:.2f}"


def _svg(inside: str, x_label: str, y_label: str, x_ticks: Sequence[_Tick], y_ticks: Sequence[_Tick]) -> str:
    """A plot: what is inside, its axes, and at each tick (share of the axis, text) a line or a number."""
    lines = "".join(f'<path d="M{EDGE} {_y(share)}H{WIDTH - RIGHT}" stroke="#e5e5e5"/>' for share, _ in y_ticks)
    numbers = "".join(
        f'<text x="{EDGE - 6}" y="{_y(share) + 4}" text-anchor="end">{escape(text)}</text>' for share, text in y_ticks
    )
    numbers += "".join(
        f'<text x="{_x(share)}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{escape(text)}</text>'
        for share, text in x_ticks
    )
    axes = (
        f'<path d="M{EDGE} {TOP}V{HEIGHT - EDGE}H{WIDTH - RIGHT}" fill="none" stroke="#767676"/>'
        f'<text x="{(WIDTH + EDGE) // 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text x="2" y="12">{escape(y_label)}</text>'
    )
    label = escape(f"{y_label} by {x_label}")
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg role="img" aria-label="{label}" {size}>{lines}{axes}{numbers}{inside}</svg>'


def _x(share: float) -> float:
    return round(EDGE + share * (WIDTH - EDGE - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - EDGE - share * (HEIGHT - EDGE - TOP), 1)


def _line(points: Sequence[tuple[float, float]], colour: str, dash: str = "") -> str:
    path = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'


def _reliability(bins: Sequence[Mapping[str, float]]) -> str:
    most = max((each["deals"] for each in bins), default=1)
    dots = "".join(
        f'<circle cx="{_x(each["given"])}" cy="{_y(each["won"])}" r="{3 + 7 * (each["deals"] / most) ** 0.5:.1f}"'
        f' fill="#0b5cab" fill-opacity=".7"><title>{each["deals"]:,.0f} deals: given {each["given"]:.0%},'
        f" won {each['won']:.0%}</title></circle>"
        for each in bins
    )
    return _svg(_line([(0, 0), (1, 1)], "#999", "4") + dots, "probability given", "share won", PERCENT, PERCENT)


def _coverage(weeks: Mapping[str, Mapping[str, Any]]) -> str:
    points = [(int(week) / 13, row["coverage_80"]) for week, row in weeks.items()]
    return _svg(_line([(0, 0.8), (1, 0.8)], "#999", "4") + _line(points, "#0b5cab"), "week", "held", WEEKS, PERCENT)


def _errors(weeks: Mapping[str, Mapping[str, Any]]) -> str:
    step = _step(max((row[name] or 0.0 for row in weeks.values() for name in COLOURS), default=1.0) / 4)
    lines = [
        _line(
            [(int(week) / 13, row[name] / (4 * step)) for week, row in weeks.items() if row[name] is not None], colour
        )
        for name, colour in COLOURS.items()
    ]
    amounts = [(count / 4, _amount(count * step)) for count in range(5)]
    return _svg("".join(lines), "week", "median error", WEEKS, amounts)


def _step(least: float) -> float:
    """The next round number: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if least <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * digit for digit in (1.0, 2.0, 2.5, 5.0, 10.0) if power * digit >= least * (1.0 - 1e-9))


def _amount(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _legend() -> str:
    mark = '<svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" fill="{}"/></svg> {}'
    marks = (mark.format(colour, escape(NAMES[name])) for name, colour in COLOURS.items())
    return f"<div>{' &nbsp; '.join(marks)}</div>"
