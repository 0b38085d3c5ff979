"""Cuts a stream of CSV into blocks that end where a record ends.

Arrow could cut the stream itself, but only by reading from a thread of its own. Such a thread may still hold the stream
when the interpreter ends, and then takes the whole process down. So Arrow is given finished blocks instead.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO

BLOCK_BYTES = 1 << 20


def record_blocks(stream: IO[bytes] | io.RawIOBase, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Blocks of about `block_bytes`, each a whole number of records; the last one may lack its line end.

    A line end inside quotes does not end a record. Quotes are doubled inside quotes, so a line end is outside when
    an even number of them came before.
    """
    held: list[bytes] = []
    inside = False
    while block := stream.read(block_bytes):
        end, inside = _last_record_end(block, inside)
        if end == 0:
            held.append(block)
            continue
        yield b"".join([*held, block[:end]])
        held = [block[end:]]
    rest = b"".join(held)
    if rest:
        yield rest


def _last_record_end(block: bytes, inside: bool) -> tuple[int, bool]:
    """Position behind the last line end that is outside quotes (0: none), and whether the block ends inside quotes.

    `inside` tells the same of the block's beginning.
    """
    ends_inside = inside ^ bool(block.count(b'"') % 2)
    stop, quoted = len(block), ends_inside
    while True:
        position = block.rfind(b"\n", 0, stop)
        if position < 0:
            return 0, ends_inside
        quoted ^= bool(block.count(b'"', position, stop) % 2)
        if not quoted:
            return position + 1, ends_inside
        stop = position


def split_header(block: bytes) -> tuple[list[str], bytes]:
    """Column names of the first line, and what follows it."""
    line, _, rest = block.partition(b"\n")
    return next(csv.reader([line.decode("utf-8-sig").rstrip("\r")])), rest
