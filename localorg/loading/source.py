"""Reads a CSV file, plain or gzipped, in batches of text columns."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, TextIO, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from localorg.errors import LoadError

BATCH_BYTES = 8 * 1024 * 1024
LONGEST_VALUE = 4 * 1024 * 1024
SUFFIXES = (".csv", ".csv.gz")


class Source:
    """One CSV file with a header."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.stem = next(path.name.removesuffix(s) for s in reversed(SUFFIXES) if path.name.lower().endswith(s))
        self.size = path.stat().st_size
        self.malformed_rows = 0
        self._raw: BinaryIO | None = None

    def header(self) -> list[str]:
        """The column names. Raises LoadError for an empty or unreadable file."""
        try:
            with self._text() as text:
                names = next(csv.reader(text), [])
        except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
            raise LoadError(f"{self.name} cannot be read as CSV in UTF-8: {error}") from error
        names = [name.strip() for name in names]
        if not names:
            raise LoadError(f"{self.name} is empty: expected a header line with API field names")
        return names

    @property
    def position(self) -> int:
        """Bytes of the file that are read."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else 0

    def batches(self, header: Sequence[str], columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The columns as texts, blank as null. Rows with too many or too few values are left out and counted.

        header: all columns of the file; columns: those wanted. Raises LoadError if the file is not UTF-8 or is cut.
        """
        with self.path.open("rb") as raw:
            self._raw = raw
            stream = gzip.GzipFile(fileobj=raw) if self._zipped else raw
            try:
                yield from pa_csv.open_csv(
                    cast(IO[Any], pa.PythonFile(stream, mode="r")),
                    read_options=pa_csv.ReadOptions(
                        use_threads=False, block_size=BATCH_BYTES, column_names=list(header), skip_rows=1
                    ),
                    parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=self._malformed),
                    convert_options=pa_csv.ConvertOptions(
                        column_types={name: pa.string() for name in header},
                        include_columns=list(columns),
                        null_values=[""],
                        strings_can_be_null=True,
                        quoted_strings_can_be_null=True,
                    ),
                )
            except (pa.ArrowInvalid, OSError, EOFError) as error:
                if "Empty CSV" not in str(error):
                    raise LoadError(f"{self.name} cannot be read as CSV in UTF-8: {error}") from error

    def lines(self, records: Mapping[int, object], width: int) -> tuple[dict[int, int], list[tuple[int, int]]]:
        """Where records stand in the file.

        records: numbers of well-formed records (0 is the first after the header). width: number of columns.
        Returns record number -> line, and (line, number of values) of every malformed row.
        """
        lines: dict[int, int] = {}
        malformed: list[tuple[int, int]] = []
        number = -1
        with self._text() as text:
            reader = csv.reader(text)
            next(reader)
            start = reader.line_num + 1
            for record in reader:
                if len(record) == width:
                    number += 1
                    if number in records:
                        lines[number] = start
                elif record:
                    malformed.append((start, len(record)))
                start = reader.line_num + 1
        return lines, malformed

    @property
    def _zipped(self) -> bool:
        return self.name.lower().endswith(".gz")

    @contextmanager
    def _text(self) -> Iterator[TextIO]:
        # The limit is the interpreter's: it is put back for whoever else reads CSV.
        limit = csv.field_size_limit(LONGEST_VALUE)
        try:
            with (
                self.path.open("rb") as raw,
                io.TextIOWrapper(gzip.GzipFile(fileobj=raw) if self._zipped else raw, "utf-8-sig", newline="") as text,
            ):
                yield text
        finally:
            csv.field_size_limit(limit)

    def _malformed(self, _: pa_csv.InvalidRow) -> Literal["skip"]:
        self.malformed_rows += 1
        return "skip"
