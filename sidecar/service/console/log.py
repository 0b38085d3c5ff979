"""The log as it grows."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template, request

from sidecar.service.tasks import Tasks

_BYTES = 40_000
_LEVEL = re.compile(r"\S+ \S+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) ")


@dataclass(frozen=True)
class Line:
    """A line and its level in small letters; lines without one, as of a traceback, have none."""

    level: str
    text: str


@dataclass(frozen=True)
class Part:
    """Whole lines of the log, and where the next ones begin."""

    lines: list[Line]
    next: int


def add_log(pages: Blueprint, tasks: Tasks) -> None:
    """`/log`, and `/log/lines` for what was written since."""
    file = tasks.state.service_folder / "service.log"

    @pages.get("/log")
    def log() -> str:
        return render_template("log.html", part=tail(file))

    @pages.get("/log/lines")
    def lines() -> Response:
        return jsonify(asdict(tail(file, request.args.get("after", type=int))))


def tail(file: Path, after: int | None = None) -> Part:
    """The end of a log file.

    Args:
        after: bytes that are known already; None, or more than there are (a new file was begun), for the end as a
            whole.
    """
    if not file.exists():
        return Part([], 0)
    with file.open("rb") as opened:
        size = opened.seek(0, 2)
        start = after if after is not None and 0 <= after <= size else max(0, size - _BYTES)
        start = max(start, size - _BYTES)
        opened.seek(start)
        content = opened.read(size - start)
    whole, _, rest = content.rpartition(b"\n")
    skipped = 0
    if start and start != after:  # in the middle of a line
        skipped = whole.find(b"\n") + 1
    text = whole[skipped:].decode(errors="replace")
    found = [Line(_level(line), line) for line in text.split("\n") if line]
    return Part(found, size - len(rest))


def _level(line: str) -> str:
    found = _LEVEL.match(line)
    return found.group(1).lower() if found else ""
