"""A second process for half of a large export."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from localorg.http.bulk_part import HELD, HOLD, READY, WRITE, Part, Pieces, order_text, read_pieces, take_hold

_ATTEMPTS = 20
_FILES = "part-"


class HelperError(Exception):
    """The process has ended before its work was done."""


class Helper:
    """The process, at work on its part. `finish()` adds what it wrote to the whole."""

    def __init__(self, process: subprocess.Popen[bytes], rows: Path) -> None:
        self._process = process
        self._rows = rows

    def ask(self, text: str) -> str:
        """Say a line and read one. Raises HelperError when the process has ended."""
        self.tell(text)
        return self.listen()

    def tell(self, text: str) -> None:
        """Say a line."""
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(text.encode() + b"\n")
        except BrokenPipeError as error:
            raise HelperError from error

    def listen(self) -> str:
        """Read a line. Raises HelperError when the process has ended."""
        pipe = self._process.stdout
        text = pipe.readline().decode().strip() if pipe is not None else ""
        if not text:
            raise HelperError
        return text

    def finish(self, rows: BinaryIO) -> Pieces:
        """Wait for the end, and add the lines to `rows`."""
        pieces = read_pieces(self.listen())
        with self._rows.open("rb") as written:
            shutil.copyfileobj(written, rows, 2**20)
        return pieces


@contextmanager
def helping(database: Path, connection: sqlite3.Connection, part: Part, folder: Path) -> Iterator[Helper | None]:
    """A process that writes a part from the very state of the database that `connection` sees from then on.

    None, when others write so much that the two never see the same. It does not outlive the block.
    Raises HelperError when it ends before its work is done.
    """
    rows = folder / f"{_FILES}{secrets.token_hex(4)}"
    # Unbuffered: what a process that has ended did not take must not wait to be written when the pipe is closed.
    process = subprocess.Popen(
        [sys.executable, "-m", "localorg.http.bulk_part"], bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        try:
            helper = Helper(process, rows)
            if helper.ask(order_text(database.resolve(), rows, part)) == READY and _same(database, connection, helper):
                helper.tell(WRITE)
                yield helper
            else:
                yield None
        finally:
            process.kill()
            rows.unlink(missing_ok=True)


def drop_left_overs(folder: Path) -> None:
    """Remove what the processes of a killed server left."""
    for file in folder.glob(f"{_FILES}*"):
        file.unlink()


def _same(database: Path, connection: sqlite3.Connection, helper: Helper) -> bool:
    """Let both take hold of the database, again whenever somebody wrote between the two."""
    with closing(sqlite3.connect(database, isolation_level=None)) as watch:
        for _ in range(_ATTEMPTS):
            (before,) = watch.execute("PRAGMA data_version").fetchone()
            take_hold(connection)
            if helper.ask(HOLD) != HELD:
                return False
            if watch.execute("PRAGMA data_version").fetchone() == (before,):
                return True
    return False
