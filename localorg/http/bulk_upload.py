"""The CSV that a client uploads to a Bulk ingest job: read once to judge it as a whole, once more to write its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pa_csv

from localorg.errors import OrgError

MOST_FIELDS = 5_000
LONGEST_HEADER = 32_000  # characters
LONGEST_FIELD = 131_072
LONGEST_RECORD = 400_000
_BLOCK_BYTES = 4 * 2**20  # larger than the longest record with all its quotes
_QUOTES_WITHIN = 4 * 2**20  # bytes searched for quotes at once
_QUOTE, _LINE_FEED, _RETURN = (ord(sign) for sign in '"\n\r')

Line = tuple[str, ...]


@dataclass(frozen=True)
class Upload:
    """The file: its column names, and its rows in order."""

    file: Path
    delimiter: str

    def header(self) -> list[str]:
        """The column names, none for an empty upload. Raises OrgError InvalidBatch for what is no CSV."""
        with self.file.open("rb") as file:
            # four bytes are the longest character; one character more tells that there are too many
            first = file.readline(4 * LONGEST_HEADER + 1)
        try:
            text = first.decode().rstrip("\r\n")
            names = next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except (csv.Error, UnicodeDecodeError) as error:
            raise _no_csv(str(error)) from error
        if len(text) > LONGEST_HEADER:
            raise _no_csv(f"The header row is longer than {LONGEST_HEADER} characters")
        return names

    def check(self) -> int:
        """Read the whole file. Returns the number of its rows.

        Raises OrgError InvalidBatch for a broken line, a value or row that is too long, or text that is not UTF-8.
        """
        header = self.header()
        if len(header) > MOST_FIELDS:
            raise _no_csv(f"The header has {len(header)} fields, {MOST_FIELDS} are possible")
        self._check_quotes()
        return sum(_checked(batch) for batch in self._batches(header))

    def lines(self, first: int, count: int) -> Iterator[list[Line]]:
        """The rows from number `first` on, up to `count` at a time; a group never reaches over a multiple of it."""
        header = self.header()
        skipped, waiting = 0, list[Line]()
        place = first
        for batch in self._batches(header):
            if skipped + batch.num_rows <= first:
                skipped += batch.num_rows
                continue
            columns = [column.to_pylist() for column in batch.columns]
            rows = list(zip(*columns, strict=True))[max(first - skipped, 0) :]
            skipped += batch.num_rows
            waiting += rows
            while len(waiting) >= (size := count - place % count):
                yield waiting[:size]
                place += size
                waiting = waiting[size:]
        if waiting:
            yield waiting

    def _batches(self, header: Sequence[str]) -> Iterator[pa.RecordBatch]:
        if not header:
            return
        names = [str(number) for number in range(len(header))]  # names as they came may be there twice
        wrong: list[pa_csv.InvalidRow] = []

        def keep(row: pa_csv.InvalidRow) -> Literal["error"]:
            wrong.append(row)
            return "error"

        try:
            with self.file.open("rb") as file:
                yield from pa_csv.open_csv(
                    cast(IO[Any], file),
                    read_options=pa_csv.ReadOptions(
                        use_threads=False, block_size=_BLOCK_BYTES, column_names=names, skip_rows=1
                    ),
                    parse_options=pa_csv.ParseOptions(
                        delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=keep
                    ),
                    convert_options=pa_csv.ConvertOptions(
                        column_types={name: pa.string() for name in names}, strings_can_be_null=False
                    ),
                )
        except pa.ArrowInvalid as error:
            if wrong:
                found, row = wrong[0].actual_columns, wrong[0].text[:200]
                raise _no_csv(f"A row has {found} fields, the header has {len(header)}: {row}") from error
            if "Empty CSV" not in str(error):
                raise _no_csv(str(error)) from error

    def _check_quotes(self) -> None:
        """Raise OrgError for a quote inside a value that is not doubled, or not within quotes."""
        if self.file.stat().st_size:
            self._judge_quotes(np.memmap(self.file, dtype=np.uint8, mode="r"))

    def _judge_quotes(self, data: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        borders = np.array([ord(self.delimiter), _LINE_FEED, _RETURN, _QUOTE], dtype=np.uint8)
        count = 0
        for start in range(0, len(data), _QUOTES_WITHIN):
            places = np.flatnonzero(data[start : start + _QUOTES_WITHIN] == _QUOTE) + start
            opening = (np.arange(count, count + len(places)) % 2) == 0
            count += len(places)
            before, after = places[opening] - 1, places[~opening] + 1
            beside = np.concatenate([before[before >= 0], after[after < len(data)]])
            if not np.isin(data[beside], borders).all():
                raise _no_csv("Found unescaped quote. A value with quote should be within a quote")
        if count % 2:
            raise _no_csv("EOF reached before closing an opened quote")


def _checked(batch: pa.RecordBatch) -> int:
    """The number of rows of a batch. Raises OrgError for values or rows that are too long."""
    length: Any = pyarrow.compute.utf8_length
    total: Any = None
    for column in batch.columns:
        lengths = length(column)
        if len(lengths) and pyarrow.compute.max(lengths).as_py() > LONGEST_FIELD:
            raise _no_csv(f"A value is longer than {LONGEST_FIELD} characters")
        total = lengths if total is None else pyarrow.compute.add(total, lengths)
    if total is not None and len(total) and pyarrow.compute.max(total).as_py() > LONGEST_RECORD:
        raise _no_csv(f"A row is longer than {LONGEST_RECORD} characters")
    return batch.num_rows


def _no_csv(reason: str) -> OrgError:
    return OrgError("InvalidBatch", f"Failed to parse CSV. {reason}")


def csv_text(lines: Sequence[Sequence[str]], delimiter: str, line_end: str) -> str:
    """Rows as lines in which every value is quoted."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, delimiter=delimiter, lineterminator=line_end).writerows(lines)
    return text.getvalue()
