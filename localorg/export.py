"""Writes the org as a folder of sObject CSVs that a load takes back."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from localorg.errors import ExportError
from localorg.http.bulk_csv import header_line, line_sql
from localorg.schema.model import SObject
from localorg.soql.scope import Column, quoted

if TYPE_CHECKING:
    from localorg.org import LocalOrg

_ROWS_AT_ONCE = 1_000
_GZIP_LEVEL = 1  # twice the size of the slowest level, in a fifth of its time
_SUFFIXES = (".csv", ".csv.gz")

# Called now and then with the object's name, the rows written of it so far, and all its rows.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file: whose rows, how many of them, how many of these are deleted, how many bytes."""

    file: str
    sobject: str
    rows: int
    deleted: int
    bytes: int


@dataclass(slots=True)
class ExportReport:
    """A whole folder."""

    folder: Path
    files: list[ExportedFile] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows in all files."""
        return sum(file.rows for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """The report for JSON."""
        return {"folder": str(self.folder), "rows": self.rows, "files": [asdict(file) for file in self.files]}


def export_folder(
    org: LocalOrg, folder: Path, *, replace: bool = False, zipped: bool = True, progress: Progress | None = None
) -> ExportReport:
    """Write one CSV for every object that has rows: all stored columns, ids, audit dates and history as they are.

    Deleted rows are in it, told by IsDeleted. The same org gives the same bytes. The folder appears when all is
    written, or not at all. replace: take the place of a folder of CSVs that is there. zipped: `.csv.gz`, else `.csv`.
    Raises ExportError for a folder that must not be replaced or a place that cannot be written.
    """
    folder = folder.absolute()
    _check(folder, replace)
    try:
        with _in_place_of(folder) as part, org.database.reader() as connection:
            report = ExportReport(folder)
            for sobject in sorted(org.schema.objects.values(), key=lambda each: each.name):
                written = _Table(connection, sobject, part, zipped).write(progress)
                if written is not None:
                    report.files.append(written)
    except OSError as error:
        raise ExportError(f"{folder} cannot be written ({error.strerror or error}): give another folder") from error
    return report


def _check(folder: Path, replace: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{folder} is no folder: give the name of one that is empty or not there")
    content = sorted(path.name for path in folder.iterdir())
    if content and not replace:
        raise ExportError(f"{folder} is not empty: give another folder, or --replace to write it anew")
    foreign = [name for name in content if not name.lower().endswith(_SUFFIXES)]
    if foreign:
        raise ExportError(f"{folder} holds {foreign[0]}, which no export wrote: give another folder")


@contextmanager
def _in_place_of(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one, which takes its place at the end and vanishes when anything goes wrong."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        yield part
        part.chmod(0o777 & ~_umask())
        if folder.exists() and any(folder.iterdir()):
            before = part.with_suffix(".before")
            folder.rename(before)
            part.rename(folder)
            shutil.rmtree(before)
        else:
            part.rename(folder)  # an empty folder gives way
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Table:
    """The rows of one object, in the order of their ids."""

    def __init__(self, connection: sqlite3.Connection, sobject: SObject, folder: Path, zipped: bool) -> None:
        self._connection = connection
        self._sobject = sobject
        self._path = folder / f"{sobject.name}{'.csv.gz' if zipped else '.csv'}"
        self._zipped = zipped
        # Rows of an object without IsDeleted that are deleted cannot be told as such: they stay behind.
        self._where = "1" if "IsDeleted" in sobject.fields else '"IsDeleted" = 0'

    def write(self, progress: Progress | None) -> ExportedFile | None:
        """Write the file; None for an object without rows."""
        name = self._sobject.name
        query = f'SELECT count(*), coalesce(sum("IsDeleted"), 0) FROM {quoted(name)} WHERE {self._where}'
        total, deleted = self._connection.execute(query).fetchone()
        if not total:
            return None
        done = 0
        with self._opened() as file:
            columns = self._columns()
            file.write(header_line(columns, ",", "\n").encode())
            lines = f'SELECT {line_sql(columns, ",", chr(10))} FROM {quoted(name)} WHERE {self._where} ORDER BY "Id"'
            cursor = self._connection.execute(lines)
            while block := cursor.fetchmany(_ROWS_AT_ONCE):
                file.write("".join(line for (line,) in block).encode())
                done += len(block)
                if progress is not None:
                    progress(name, done, total)
        return ExportedFile(self._path.name, name, done, deleted, self._path.stat().st_size)

    def _columns(self) -> tuple[Column, ...]:
        fields = self._sobject.stored_fields
        return tuple(Column(quoted(each.name), each.type, (each.name,), 0, each, self._sobject) for each in fields)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with self._path.open("xb") as raw:
            if not self._zipped:
                yield raw
                return
            # No name and no time inside: the same rows are the same bytes.
            with gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0) as packed:
                yield packed  # type: ignore[misc]  # GzipFile writes bytes as any binary file does
