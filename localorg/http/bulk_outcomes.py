"""What became of the rows of a Bulk ingest: the files of its successful and failed ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from localorg.errors import OrgError
from localorg.http.bulk_csv import DELIMITERS, LINE_ENDS
from localorg.http.bulk_upload import Line, csv_text
from localorg.http.jobs import Job
from localorg.store.records import RowResult

SUCCESSFUL, FAILED = "successful.csv", "failed.csv"


class Outcomes:
    """The two files, without header. They are taken back to what the job's account says of them when it goes on."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._files = {name: folder / name for name in (SUCCESSFUL, FAILED)}
        self._delimiter = DELIMITERS[job.text("columnDelimiter")]
        self._line_end = LINE_ENDS[job.text("lineEnding")]
        for name, file in self._files.items():  # what was written after the last finished transaction is void
            file.touch()
            with file.open("r+b") as opened:
                opened.truncate(job.number(_size_key(name)))

    def add(self, lines: Sequence[Line], results: Sequence[RowResult]) -> dict[str, int]:
        """Note what became of each line. Returns the files' lengths in bytes, for the job's account."""
        good: list[Line] = []
        bad: list[Line] = []
        for line, result in zip(lines, results, strict=True):
            if result.success:
                good.append((result.id or "", "true" if result.created else "false", *line))
            else:
                bad.append((result.id or "", error_text(result.errors), *line))
        for name, noted in ((SUCCESSFUL, good), (FAILED, bad)):
            if noted:
                with self._files[name].open("a", encoding="utf-8", newline="") as file:
                    file.write(csv_text(noted, self._delimiter, self._line_end))
        return {_size_key(name): file.stat().st_size for name, file in self._files.items()}


def _size_key(name: str) -> str:
    return f"bytes {name}"


def error_text(errors: Sequence[OrgError]) -> str:
    """`CODE:message:fields--`, one after the other."""
    return ";".join(
        f"{error.code}:{error.message}:{', '.join(error.fields)}{' ' if error.fields else ''}--" for error in errors
    )
