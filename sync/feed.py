"""Rows from a folder of CSV or Parquet files into a table of the mirror.

A file is read again only when it changed (name, size and time of change; then its hash), and its rows are kept in one
transaction with the note that it was read. A file that is gone leaves its rows: folders are tidied up. Where two files
have rows with the same key, those of the file that was read last stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from sync.errors import ConfigurationError
from sync.mirror import Mirror
from sync.mirror.sql import column_list, first_row, quoted, text_literal
from sync.mirror.tables import count
from sync.progress import SILENT, Progress

_TYPES = {"text": "VARCHAR", "date": "DATE", "number": "DOUBLE"}
_WORDS = {"text": "a text", "date": "a date such as 2026-03-31", "number": "a number"}
_INCOMING, _CHECKED = "feed_incoming", "feed_checked"
_ROW = "number_of_row"
_SHOWN = 20


@dataclass(frozen=True)
class FeedColumn:
    """One column: its name in files and table, its kind ("text", "date" or "number"), whether a row needs it, and the
    object of the mirror that it refers to, by Id or by another field; the table holds the Id."""

    name: str
    kind: str = "text"
    required: bool = False
    refers_to: str | None = None
    by: str = "Id"


@dataclass(frozen=True)
class Feed:
    """A table that is filled from files; `key` are the columns by which one row replaces another."""

    table: str
    columns: tuple[FeedColumn, ...]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        """Under which its files are remembered: they are read again when they are to be matched by another field."""
        return "".join([self.table, *(f" by {each.by}" for each in self.columns if each.by != "Id")])


@dataclass(frozen=True)
class FeedReport:
    """What was read: files, rows taken, rows refused, and each problem with its file and row (the first of them)."""

    files: int = 0
    unchanged: int = 0
    rows: int = 0
    refused: int = 0
    problems: tuple[str, ...] = field(default_factory=tuple)


def read_feed(mirror: Mirror, feed: Feed, folder: Path, *, progress: Progress = SILENT) -> FeedReport:
    """Bring new and changed files of a folder into the feed's table.

    A row with a value that is none of its column's kind, without a required value, or of an unknown record is refused
    with its file and row (the first row below the header is 1); a file that cannot be read at all is refused whole,
    and what was read of it before stays. Problems are told again until the file is mended.

    Raises ConfigurationError when there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"{folder} is no folder: expected one with .csv or .parquet files. Remedy: see [feeds]"
        )
    _make_table(mirror, feed)
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".csv", ".parquet"))
    progress.stage(f"files of {feed.table}", len(paths))
    rows = unchanged = refused = 0
    problems: list[str] = []
    for path in paths:
        done = _FileRead(mirror, feed, path).bring()
        rows, refused, unchanged = rows + done.rows, refused + done.refused, unchanged + done.unchanged
        problems += done.problems
        progress.advance()
    return FeedReport(len(paths), unchanged, rows, refused, tuple(problems[:_SHOWN]))


def _make_table(mirror: Mirror, feed: Feed) -> None:
    """Make the table, or give one of an earlier version its new columns and have the files read again for them."""
    connection, table = mirror.connection, f"main.{quoted(feed.table)}"
    columns = {column.name: f"{quoted(column.name)} {_TYPES[column.kind]}" for column in feed.columns}
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (file VARCHAR NOT NULL, {', '.join(columns.values())})")
    known = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    new = [each for name, each in columns.items() if name not in known]
    if new:
        with mirror.transaction(f"columns of {feed.table}"):
            for each in new:
                connection.execute(f"ALTER TABLE {table} ADD COLUMN {each}")
            connection.execute("DELETE FROM _sync.feed_files WHERE feed = ?", [feed.name])


@dataclass(frozen=True)
class _FileRead:
    mirror: Mirror
    feed: Feed
    path: Path

    def bring(self) -> FeedReport:
        """Read the file unless it is known."""
        connection, state = self.mirror.connection, self.path.stat()
        known = first_row(
            connection,
            "SELECT size, modified, hash, problem FROM _sync.feed_files WHERE feed = ? AND file = ?",
            [self.feed.name, self.path.name],
        )
        if known and known[:2] == (state.st_size, state.st_mtime_ns):
            return FeedReport(1, 1, problems=_lines(known[3]))
        with self.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if known and known[2] == digest:
            report = FeedReport(1, 1, problems=_lines(known[3]))
            with self.mirror.transaction(f"file of {self.feed.table}"):
                self._note(state.st_size, state.st_mtime_ns, digest, report)
            return report
        report = self._prepare()
        with self.mirror.transaction(f"file of {self.feed.table}"):
            if report.files:
                report = replace(report, rows=self._keep())
            report = replace(report, files=1)
            self._note(state.st_size, state.st_mtime_ns, digest, report)
        return report

    def _note(self, size: int, modified: int, digest: str, report: FeedReport) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        self.mirror.connection.execute(
            "INSERT OR REPLACE INTO _sync.feed_files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [self.feed.name, self.path.name, size, modified, digest, report.rows, now, "\n".join(report.problems)],
        )

    def _prepare(self) -> FeedReport:
        """Read and check the rows, before anything is changed; no file is counted where none could be read."""
        connection, name = self.mirror.connection, self.path.name
        try:
            columns = self._open()
        except duckdb.Error as error:
            return FeedReport(problems=(f"{name}: cannot be read: {str(error).splitlines()[0]}",))
        missing = [each.name for each in self.feed.columns if each.required and each.name not in columns]
        if missing:
            told = f"{name}: column {', '.join(missing)} is missing; it has {', '.join(columns)}"
            return FeedReport(problems=(told,))
        self._check(columns)
        bad = connection.execute(f"SELECT row, reason FROM {_CHECKED} WHERE reason <> '' ORDER BY row").fetchall()
        return FeedReport(1, refused=len(bad), problems=tuple(f"{name}, row {row}: {why}" for row, why in bad[:_SHOWN]))

    def _open(self) -> Mapping[str, str]:
        """The file's rows as texts in a temporary table; its columns by their names in small letters."""
        place = text_literal(str(self.path))
        source = f"read_parquet({place})"
        if self.path.suffix.lower() == ".csv":
            source = f"read_csv({place}, header = true, all_varchar = true, parallel = false, null_padding = false)"
        self.mirror.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_INCOMING} AS SELECT CAST(COLUMNS(*) AS VARCHAR),"
            f" row_number() OVER () AS {_ROW} FROM {source}"
        )
        described = self.mirror.connection.execute(f"DESCRIBE {_INCOMING}").fetchall()[:-1]
        return {str(each[0]).strip().lower(): str(each[0]) for each in described}

    def _check(self, columns: Mapping[str, str]) -> None:
        """The rows with their values by kind, and the reason against each that is refused."""
        texts = {each.name: _text(columns.get(each.name)) for each in self.feed.columns}
        reasons = [reason for each in self.feed.columns for reason in _reasons(each, texts[each.name])]
        joins = "".join(
            f" LEFT JOIN ({_records(each, each.refers_to)}) {_found(each)}"
            f" ON {_compared(each, texts[each.name])} = {_found(each)}.compared"
            for each in self.feed.columns
            if each.refers_to is not None
        )
        values = ", ".join(f"{_value(each, texts[each.name])} AS {quoted(each.name)}" for each in self.feed.columns)
        self.mirror.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_CHECKED} AS SELECT i.{_ROW} AS row,"
            f" concat_ws('; ', {', '.join(reasons)}) AS reason, {values} FROM {_INCOMING} i{joins}"
        )

    def _keep(self) -> int:
        """Replace what the table holds of this file, and rows of the same key; the last of equal rows stays."""
        connection, table = self.mirror.connection, f"main.{quoted(self.feed.table)}"
        names, key = column_list(each.name for each in self.feed.columns), column_list(self.feed.key)
        same = " AND ".join(f"t.{quoted(name)} IS NOT DISTINCT FROM c.{quoted(name)}" for name in self.feed.key)
        good = f"{_CHECKED} c WHERE reason = ''"
        connection.execute(f"DELETE FROM {table} WHERE file = ?", [self.path.name])
        connection.execute(f"DELETE FROM {table} t WHERE EXISTS (SELECT 1 FROM {good} AND {same})")
        kept = count(
            connection,
            f"INSERT INTO {table} (file, {names}) SELECT {text_literal(self.path.name)}, {names} FROM {good}"
            f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY row DESC) = 1",
        )
        connection.execute(f"DROP TABLE {_CHECKED}; DROP TABLE {_INCOMING}")
        return kept


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.splitlines())


def _found(column: FeedColumn) -> str:
    """The name under which the records that a column refers to are joined."""
    return quoted(f"found_{column.name}")


def _records(column: FeedColumn, sobject: str) -> str:
    """SQL of what a value is compared with, and the Id it stands for: none where several records share it."""
    compared = _compared(column, f"CAST({quoted(column.by)} AS VARCHAR)")
    return (
        f"SELECT {compared} AS compared, any_value(Id) AS Id FROM main.{quoted(sobject)} GROUP BY 1 HAVING count(*) = 1"
    )


def _compared(column: FeedColumn, text: str) -> str:
    """Ids count by their first 15 characters, keys and names whatever their case."""
    return f"left({text}, 15)" if column.by == "Id" else f"lower(trim({text}))"


def _text(column: str | None) -> str:
    return f"nullif(trim(i.{quoted(column)}), '')" if column is not None else "CAST(NULL AS VARCHAR)"


def _value(column: FeedColumn, text: str) -> str:
    if column.refers_to is not None:
        return f"{_found(column)}.Id"
    return f"TRY_CAST({text} AS {_TYPES[column.kind]})"


def _reasons(column: FeedColumn, text: str) -> Sequence[str]:
    """SQL of what may be wrong with a value, NULL when nothing is."""
    value, name = _value(column, text), column.name
    bad = f"{value} IS NULL" + (f" OR NOT isfinite({value})" if column.kind != "text" else "")
    expected = _WORDS[column.kind]
    if column.refers_to is not None:
        what = "an Id of" if column.by == "Id" else f"the {column.by} of one"
        expected = f"{what} {column.refers_to} in the mirror"
    wrong = f"CASE WHEN {text} IS NOT NULL AND ({bad}) THEN '{name} is ' || {text} || ', expected {expected}' END"
    lacking = f"CASE WHEN {text} IS NULL THEN '{name} is empty' END"
    return (wrong, lacking) if column.required else (wrong,)
