"""The digest's pictures as PNG: the quarter's curve, and a thermometer for each segment.

They are drawn twice as large as they are kept, which smooths all edges, with the font that Pillow brings along:
same numbers, same bytes, on any machine. Pillow is loaded when the first picture is drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sidecar.delivery.words import money
from sidecar.digest.content import Digest, Figures, Week

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

WIDTH, CURVE_HEIGHT, BAR_HEIGHT = 536, 260, 18
"""In the mail, in CSS pixels; the files have twice as many."""

_DENSITY = 2
_SCALE = 2 * _DENSITY
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 172, 16, 32
_TEXT, _SMALL = 19, 16
_BAND, _PROJECTED, _BOOKED, _PLAN, _GREY, _GRID = "#d8e6fe", "#0b5cab", "#2e844a", "#8c4b02", "#5c5c5c", "#e5e5e5"
_LIKELY, _BEST, _TRACK, _WHITE = "#91db8b", "#cdefc4", "#c9c9c9", "#ffffff"
Point = tuple[float, float]


def curve(digest: Digest) -> bytes:
    """Booked, projection with its range, and plan over the weeks of the quarter, on white.

    Args:
        digest: with at least two weeks.
    """
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH * _SCALE, CURVE_HEIGHT * _SCALE), _WHITE)
    draw = ImageDraw.Draw(picture)
    weeks, plan = digest.weeks, digest.whole.plan
    first, last = weeks[0].day, max(digest.ends or weeks[-1].day, weeks[-1].day)
    top = 1.05 * max(*(max(week.best, week.booked) for week in weeks), plan or 0, 1)

    def at(day: date, value: float) -> Point:
        across = (day - first) / max(last - first, timedelta(days=1))
        x = _LEFT + across * (WIDTH - _LEFT - _RIGHT)
        return x * _SCALE, _y(value, top) * _SCALE

    _grid(draw, first, last, at)
    best, worst = ([at(week.day, getattr(week, name)) for week in weeks] for name in ("best", "worst"))
    draw.polygon([*best, *reversed(worst)], fill=_BAND)
    if plan is not None:
        _dashes(draw, at(first, plan), at(last, plan), _PLAN)
    for name, colour in (("booked", _BOOKED), ("commit", _PROJECTED)):
        points = [at(week.day, getattr(week, name)) for week in weeks]
        draw.line(points, fill=colour, width=3 * _SCALE, joint="curve")
        _dot(draw, points[-1], colour)
    _names(draw, weeks[-1], plan, top)
    return _file(picture, colours=96)


def thermometer(figures: Figures) -> bytes:
    """Booked, what is projected beyond it, the best, and a mark at the plan; on nothing, for light and dark mails."""
    from PIL import Image, ImageDraw

    size = WIDTH * _SCALE, BAR_HEIGHT * _SCALE
    longest = max(figures.plan or 0, figures.best, figures.booked, 1)
    high, edge = (BAR_HEIGHT - 4) * _SCALE, 2 * _SCALE
    inner = Image.new("RGB", size, _TRACK)
    draw = ImageDraw.Draw(inner)
    for value, colour in ((figures.best, _BEST), (figures.commit, _LIKELY), (figures.booked, _BOOKED)):
        if value > 0:
            draw.rectangle((0, 0, size[0] * value / longest, size[1]), fill=colour)
    shape = Image.new("L", size, 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, edge, size[0] - 1, edge + high), radius=high / 2, fill=255)
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste(inner, mask=shape)
    if figures.plan:
        x = min(size[0] * figures.plan / longest, size[0] - 3 * _SCALE)
        mark = ImageDraw.Draw(picture)
        mark.rectangle((x - 3 * _SCALE, 0, x + 3 * _SCALE, size[1]), fill=_WHITE)
        mark.rectangle((x - 1.5 * _SCALE, 0, x + 1.5 * _SCALE, size[1]), fill=_PLAN)
    return _file(picture, colours=64)


def curve_in_words(digest: Digest) -> str:
    """What the curve shows, for those who see no pictures."""
    now, whole = digest.weeks[-1], digest.whole
    plan = f"The plan is {money(whole.plan)}. " if whole.plan is not None else ""
    return (
        f"The quarter week by week. {plan}Booked so far: {money(now.booked)}. The projection went from"
        f" {money(digest.weeks[0].commit)} to {money(now.commit)}; it lies between {money(now.worst)} at worst and"
        f" {money(now.best)} at best."
    )


def thermometer_in_words(figures: Figures) -> str:
    """What a thermometer shows."""
    return (
        f"{figures.name}: {money(figures.booked)} booked, {money(figures.commit)} projected, {money(figures.best)} at"
        f" best; plan {money(figures.plan)}"
    )


def _y(value: float, top: float) -> float:
    return CURVE_HEIGHT - _BOTTOM - (CURVE_HEIGHT - _BOTTOM - _TOP) * max(value, 0) / top


def _grid(draw: ImageDraw.ImageDraw, first: date, last: date, at: object) -> None:
    from PIL import ImageFont

    assert callable(at)
    font = ImageFont.load_default(_SMALL * _SCALE)
    left, right = at(first, 0), at(last, 0)
    draw.line((left, right), fill=_GREY, width=_SCALE)
    days = (last - first).days
    for share in (0.0, 1 / 3, 2 / 3, 1.0):
        day = first + timedelta(days=round(days * share))
        x, y = at(day, 0)
        draw.line((x, y, x, _TOP * _SCALE), fill=_GRID, width=_SCALE)
        anchor = "la" if share == 0 else "ra" if share == 1 else "ma"
        draw.text((x, y + 8 * _SCALE), f"{day.day} {day:%b}", font=font, fill=_GREY, anchor=anchor)


def _dashes(draw: ImageDraw.ImageDraw, start: Point, end: Point, colour: str) -> None:
    x, step = start[0], 10 * _SCALE
    while x < end[0]:
        draw.line((x, start[1], min(x + 0.6 * step, end[0]), start[1]), fill=colour, width=2 * _SCALE)
        x += step


def _dot(draw: ImageDraw.ImageDraw, point: Point, colour: str) -> None:
    x, y = point
    for radius, fill in ((7 * _SCALE, _WHITE), (5 * _SCALE, colour)):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def _names(draw: ImageDraw.ImageDraw, now: Week, plan: float | None, top: float) -> None:
    """Each line's name and value at the right, as high as the line ends but apart from each other."""
    from PIL import ImageFont

    font = ImageFont.load_default(_TEXT * _SCALE)
    names = [(now.booked, "Booked", _BOOKED), (now.commit, "Projected", _PROJECTED)]
    names += [(plan, "Plan", _PLAN)] if plan is not None else []
    names.sort(key=lambda entry: -entry[0])
    heights = _apart([_y(value, top) for value, _, _ in names], _TEXT + 4, _TOP, CURVE_HEIGHT - _BOTTOM)
    x = (WIDTH - _RIGHT + 10) * _SCALE
    for (value, name, colour), height in zip(names, heights, strict=True):
        draw.text((x, height * _SCALE), f"{name} {money(value)}", font=font, fill=colour, anchor="lm")


def _apart(heights: Sequence[float], least: float, top: float, bottom: float) -> list[float]:
    """The heights, from the top down, moved as little as keeps them `least` apart and within the frame."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + least if placed else top))
    limit = bottom
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - least
    return placed


def _file(picture: Image.Image, colours: int) -> bytes:
    """The PNG, with few colours, since mails should be small."""
    from PIL import Image

    small = picture.resize((WIDTH * _DENSITY, picture.height * _DENSITY // _SCALE), Image.Resampling.LANCZOS)
    method = Image.Quantize.FASTOCTREE if picture.mode == "RGBA" else Image.Quantize.MEDIANCUT
    out = io.BytesIO()
    small.quantize(colours, method=method).save(out, "PNG", optimize=True)
    return out.getvalue()


def bars_of(segments: Iterable[Figures]) -> dict[str, bytes]:
    """The thermometers by the names that the mail gives them."""
    return {f"segment-{number}": thermometer(part) for number, part in enumerate(segments, start=1)}
