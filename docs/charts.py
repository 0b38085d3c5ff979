"""Small charts as SVG text, readable on a light and on a dark page: bars, lines and steps. Same input, same bytes."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 46, 42
STYLE = """<style>
text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:13px}
.axis{stroke:#999}.grid{stroke:#e4e4e4}
.s0{fill:#0b5cab;stroke:#0b5cab}.s1{fill:#c4501b;stroke:#c4501b}.s2{fill:#2e844a;stroke:#2e844a}
@media (prefers-color-scheme:dark){text{fill:#ddd}.axis{stroke:#888}.grid{stroke:#3a3a3a}
.s0{fill:#57a3fd;stroke:#57a3fd}.s1{fill:#fe8f60;stroke:#fe8f60}.s2{fill:#45c65a;stroke:#45c65a}}
polyline.line{fill:none;stroke-width:2}
</style>"""
Values = Sequence[float | None]


def bars(title: str, labels: Sequence[str], series: Mapping[str, Values], unit: str = "") -> str:
    """Groups of bars, one group a label. `unit` is written behind the values of the axis; None leaves a gap."""
    top = _top(series)
    step = (WIDTH - LEFT - RIGHT) / len(labels)
    wide = step * 0.8 / len(series)
    parts = []
    for number, values in enumerate(series.values()):
        for place, value in enumerate(values):
            if value is not None:
                x, y = LEFT + step * (place + 0.1) + wide * number, _y(value, top)
                size = f'width="{max(wide - 1, 1):.1f}" height="{HEIGHT - BOTTOM - y:.1f}"'
                parts.append(f'<rect class="s{number}" stroke="none" x="{x:.1f}" y="{y:.1f}" {size}/>')
    return _chart(title, series, top, unit, parts + _labels(labels, step))


def lines(title: str, labels: Sequence[str], series: Mapping[str, Values], unit: str = "") -> str:
    """Lines over equally spaced points; an empty label is not written."""
    top = _top(series)
    step = (WIDTH - LEFT - RIGHT) / len(labels)
    parts = []
    for number, values in enumerate(series.values()):
        points = " ".join(
            f"{LEFT + step * (place + 0.5):.1f},{_y(value, top):.1f}"
            for place, value in enumerate(values)
            if value is not None
        )
        parts.append(f'<polyline class="s{number} line" points="{points}"/>')
    return _chart(title, series, top, unit, parts + _labels(labels, step))


def _top(series: Mapping[str, Values]) -> float:
    """A round number at or above all values."""
    highest = max(value for values in series.values() for value in values if value is not None)
    scale = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
    return next(scale * step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if scale * step >= highest)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top


def _labels(labels: Sequence[str], step: float) -> list[str]:
    found = []
    for place, label in enumerate(labels):
        if label:
            x = LEFT + step * (place + 0.5)
            found.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle">{escape(label)}</text>')
    return found


def _chart(title: str, series: Mapping[str, Values], top: float, unit: str, parts: Sequence[str]) -> str:
    """The frame: title, legend, four horizontal lines with their values, then the parts."""
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">']
    out += [STYLE, f"<title>{escape(title)}</title>", f'<text class="title" x="8" y="18">{escape(title)}</text>']
    for quarter in range(5):
        value = top * quarter / 4
        y = _y(value, top)
        kind = "grid" if quarter else "axis"
        out.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        text = f"{value:,.0f}" if top >= 8 else f"{value:g}"
        out.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}{escape(unit)}</text>')
    if len(series) > 1:
        x = LEFT
        for number, name in enumerate(series):
            out.append(f'<rect class="s{number}" x="{x}" y="28" width="10" height="10"/>')
            out.append(f'<text x="{x + 15}" y="37">{escape(name)}</text>')
            x += 30 + 7 * len(name)
    return "\n".join([*out, *parts, "</svg>"]) + "\n"
