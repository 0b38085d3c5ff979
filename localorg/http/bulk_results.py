"""Results of a finished Bulk query: a file of lines, and an index of its pieces so that any run of rows is served."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROWS, INDEX = "rows.csv", "rows.index"
_BLOCK_BYTES = 2**20
_QUOTE, _LINE_FEED = ord('"'), ord("\n")


def write_index(folder: Path, pieces: Iterable[tuple[int, int]]) -> int:
    """Keep where the pieces (rows, bytes) of the file lie. Returns the number of all rows."""
    places = array("Q", [0, 0])
    for count, size in pieces:
        places.extend((places[-2] + count, places[-1] + size))
    with (folder / INDEX).open("wb") as index:
        places.tofile(index)
    return places[-2]


@dataclass(frozen=True)
class Slice:
    """A run of result lines: `first` row, `count` of rows, where their bytes are."""

    file: Path
    first: int
    count: int
    start: int
    length: int

    def blocks(self, header: bytes) -> Iterator[bytes]:
        """The header line and the rows, in blocks."""
        yield header
        left = self.length
        with self.file.open("rb") as rows:
            rows.seek(self.start)
            while left > 0:
                block = rows.read(min(_BLOCK_BYTES, left))
                left -= len(block)
                yield block


def result_slice(folder: Path, first: int, count: int) -> Slice:
    """`count` rows of a finished job from row `first` on, fewer at the end."""
    places = array("Q", (folder / INDEX).read_bytes())
    total = places[-2]
    end = min(first + count, total)
    file = folder / ROWS
    start_byte, end_byte = _byte_of(file, places, first), _byte_of(file, places, end)
    return Slice(file, first, end - first, start_byte, end_byte - start_byte)


def _byte_of(file: Path, places: array[int], row: int) -> int:
    """Where a row begins: from the index the piece it is in, from the piece's own text the rest."""
    piece = bisect_right(places[0::2], row) - 1
    first, start = places[2 * piece], places[2 * piece + 1]
    if row == first:
        return start
    with file.open("rb") as rows:
        rows.seek(start)
        text = np.frombuffer(rows.read(places[2 * piece + 3] - start), dtype=np.uint8)
    # Every value is quoted: a line ends at a line feed after an even number of quotes.
    outside = np.cumsum(text == _QUOTE) % 2 == 0
    ends = np.flatnonzero((text == _LINE_FEED) & outside)
    return start + int(ends[row - first - 1]) + 1
