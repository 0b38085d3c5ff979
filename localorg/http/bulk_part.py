"""Writes a run of a table's rows as CSV lines, in this process or as `python -m localorg.http.bulk_part` in its own.

SQLite formats the lines, and it does so in one thread of a process at a time: a second process is what makes a large
export quicker. Nothing but the standard library is needed for it, so that the process starts in no time.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

READY, HOLD, HELD, WRITE = "ready", "hold", "held", "write"
Pieces = list[tuple[int, int]]
_PIECE_BYTES = 2**20
_FEWEST, _MOST = 50, 10_000  # rowids at a time


@dataclass(frozen=True)
class Part:
    """The rows `first` to `last` (rowids) of a query.

    sql: answers a piece as bytes and its number of rows, for the rowids bound last. parameters: what is bound before.
    """

    sql: str
    parameters: tuple[str | int | float | None, ...]
    first: int
    last: int


def write_part(connection: sqlite3.Connection, part: Part, rows: BinaryIO, tell: Callable[[int], None]) -> Pieces:
    """Write the lines of a part to `rows`.

    tell: is told the rowid reached after each piece; what it raises ends the writing.
    Returns for each piece the number of its rows and its bytes.
    """
    pieces: Pieces = []
    position, width = part.first, 4 * _FEWEST
    while position <= part.last:
        end = min(position + width, part.last + 1)
        lines, count = connection.execute(part.sql, (*part.parameters, position, end)).fetchone()
        if count:
            rows.write(lines)
            pieces.append((count, len(lines)))
            width = max(_FEWEST, min(_MOST, width * _PIECE_BYTES // len(lines)))
        position = end
        tell(position)
    return pieces


def take_hold(connection: sqlite3.Connection) -> None:
    """See the present state of the database from now on; a BEGIN alone does not."""
    connection.rollback()
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()


def order_text(database: Path, rows: Path, part: Part) -> str:
    """What a process of its own reads as the first line of its input."""
    return json.dumps({"database": str(database), "rows": str(rows), "part": asdict(part)})


def read_pieces(text: str) -> Pieces:
    """The last line of a process' output."""
    pieces: Sequence[Sequence[int]] = json.loads(text)
    return [(count, size) for count, size in pieces]


def main() -> int:
    """Write one part. The order is the first line of the input; then come `hold`, as often as need be, and `write`.

    The answers are `ready`, `held` to each `hold`, and the pieces.
    """
    order = json.loads(sys.stdin.readline())
    part = Part(**{**order["part"], "parameters": tuple(order["part"]["parameters"])})
    connection = sqlite3.connect(f"{Path(order['database']).as_uri()}?mode=ro", uri=True, isolation_level=None)
    _say(READY)
    while (word := sys.stdin.readline().strip()) == HOLD:
        take_hold(connection)
        _say(HELD)
    if word != WRITE:
        return 1
    with Path(order["rows"]).open("wb") as rows:
        pieces = write_part(connection, part, rows, lambda _: None)
    _say(json.dumps(pieces))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
