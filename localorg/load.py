"""Loads a folder of sObject CSVs, as Data Loader writes them, into the org."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

import numpy as np

from localorg.access import STANDARD_PROFILE
from localorg.errors import LoadError
from localorg.loading.aftermath import dangling, give_numbers, protect_ids, settle
from localorg.loading.arrow import Column, array
from localorg.loading.columns import ColumnReader
from localorg.loading.derive import Columns, Facts, derive, fill_audit
from localorg.loading.merge import Merge, is_empty
from localorg.loading.report import FileReport, LoadReport, Problem, Progress
from localorg.loading.source import SUFFIXES, Source
from localorg.loading.unknown_stages import add_unknown_stages
from localorg.schema.model import Field, SObject
from localorg.schema.stored import object_to_json, save
from localorg.store.directory import admin_id
from localorg.store.periods import read_calendar
from localorg.store.sql import delete_statement, quoted
from localorg.store.stages import read_stages

if TYPE_CHECKING:
    from localorg.org import LocalOrg

# Set-up of the org as a whole: what the folder says replaces what was there.
REPLACED = ("OpportunityStage", "CurrencyType", "FiscalYearSettings", "Period", "ForecastingType")
_FIRST = ("Organization", "OpportunityStage", "Profile", "UserRole", "User", "Account", "Opportunity")


def load_folder(org: LocalOrg, folder: Path, progress: Progress | None = None) -> LoadReport:
    """Load every `<Object>.csv` and `<Object>.csv.gz` of a folder; each file is one transaction.

    Ids, audit dates and history rows are kept as they are. A row that is in the org with the same values is not
    touched; one with other values is updated. Rows that change, or that join an object which has rows already, get this
    moment as SystemModstamp, so that a client sees them; an org that was never served has no such client. Broken rows
    are refused and reported with the reason; the rest of their file is loaded.
    Raises LoadError if the folder is missing or holds no such file.
    """
    sources = _sources(folder)
    loader = _Loader(org, sources, progress)
    for source in sources:
        loader.load(source)
    loader.finish()
    return loader.report


def _is_unseen(org: LocalOrg) -> bool:
    """Whether no client can know the org: it was never served, so it has no connected app to log in by."""
    with org.database.reader() as connection:
        found = connection.execute("""SELECT 1 FROM "_setting" WHERE key = 'connected_app'""").fetchone()
    return found is None


def _sources(folder: Path) -> list[Source]:
    if not folder.is_dir():
        raise LoadError(f"{folder} is not a folder; give a folder of CSV files named after their sObject")
    files = [path for path in folder.iterdir() if path.is_file() and path.name.lower().endswith(SUFFIXES)]
    if not files:
        raise LoadError(f"{folder} holds no CSV files; expected files such as Opportunity.csv or Opportunity.csv.gz")
    order = {name.lower(): position for position, name in enumerate(_FIRST)}
    sources = [Source(path) for path in files]
    return sorted(sources, key=lambda source: (order.get(source.stem.lower(), len(order)), source.name))


@dataclass(slots=True)
class _Shape:
    """What a file's columns are: header, the fields they stand for, and their readers."""

    header: list[str]
    fields: dict[str, Field]
    readers: dict[str, ColumnReader]


class _Loader:
    def __init__(self, org: LocalOrg, sources: list[Source], progress: Progress | None) -> None:
        self._org = org
        self._progress = progress
        self._bytes_before = 0
        self._bytes = max(sum(source.size for source in sources), 1)
        self._loaded: dict[str, Collection[str]] = {}
        self._now = org.clock.stamp()
        self._unseen = _is_unseen(org)
        self.report = LoadReport()

    def load(self, source: Source) -> None:
        """Load one file in one transaction; a file that cannot be read at all is reported."""
        sobject = self._org.schema.get(source.stem)
        summary = FileReport(source.name, sobject.name if sobject else None)
        self.report.files.append(summary)
        if sobject is None:
            known = "the org has no object of this name; is the package deployed?"
            self._tell(source, None, f"{source.stem}: {known}")
            return
        try:
            shape = self._shape(source, sobject)
            with self._org.database.writer() as connection:
                self._load_rows(connection, source, sobject, shape, summary)
        except LoadError as error:
            self._tell(source, None, str(error))
            self.report.files[-1] = FileReport(source.name, sobject.name)
            return
        self._loaded[sobject.name] = {*self._loaded.get(sobject.name, ()), *shape.fields}
        self._bytes_before += source.size

    def finish(self) -> None:
        """Derive what follows from all files, and report references that lead nowhere."""
        with self._org.database.writer() as connection:
            settle(connection, self._loaded, self._now)
        self._org.refresh_settings()
        with self._org.database.reader() as connection:
            for name, columns in self._loaded.items():
                sobject = self._org.schema.objects[name]
                for column in columns:
                    field = sobject.fields[column]
                    count = dangling(connection, self._org.schema, sobject, field) if field.reference_to else 0
                    if count:
                        reason = f"{count} rows refer to records that the org does not have; kept as they are"
                        file = next(file.file for file in self.report.files if file.sobject == name)
                        self.report.add(Problem(file, None, column, reason, refused=False))

    def _shape(self, source: Source, sobject: SObject) -> _Shape:
        header = source.header()
        fields: dict[str, Field] = {}
        for name in header:
            field = sobject.field(name)
            if field is None or not field.stored:
                reason = "the object has no such field" if field is None else "a computed field cannot be loaded"
                self._tell(source, name, f"{reason}; the column is left out", refused=False)
            elif field.name in fields or header.count(name) > 1:
                raise LoadError(f"{source.name} has the column {name} twice")
            else:
                fields[field.name] = field
        if "Id" not in fields:
            raise LoadError(f"{source.name} has no Id column: export it with record ids")
        for field in sobject.fields.values():
            if field.required and field.name not in fields and not _derivable(sobject, field, fields):
                self._tell(source, field.name, "the file has no such column; it stays blank", refused=False)
        schema = self._org.schema
        return _Shape(header, fields, {name: ColumnReader(schema, sobject, f) for name, f in fields.items()})

    def _load_rows(
        self, connection: Connection, source: Source, sobject: SObject, shape: _Shape, summary: FileReport
    ) -> None:
        headings = {field: heading for heading in shape.header if (f := sobject.field(heading)) for field in (f.name,)}
        merge: Merge | None = None
        faults: dict[int, list[tuple[str, str]]] = {}
        ids: list[str] = []
        for batch in source.batches(shape.header, [headings[name] for name in shape.fields]):
            texts = {name: batch.column(headings[name]) for name in shape.fields}
            if merge is None:
                sobject, shape = self._with_prefix(connection, sobject, shape, texts["Id"])
            start = summary.rows
            bad: dict[int, list[tuple[str, str]]] = {}
            columns = _convert(texts, shape.readers, bad)
            columns, positions = _without(columns, bad)
            self._note_stages(connection, source, sobject, columns)
            columns = fill_audit(derive(columns, self._facts(connection, sobject)), self._facts(connection, sobject))
            if merge is None:
                compared = [name for name in columns if name in shape.fields or name not in _FILLED]
                merge = Merge(connection, sobject, list(columns), compared, self._now, unseen=self._unseen)
            for place in merge.add(columns):
                bad[int(positions[place])] = [("Id", f"{columns['Id'][place]} came before in this file")]
            faults.update((start + row, reasons) for row, reasons in bad.items())
            if sobject.name in REPLACED:
                ids.extend(columns["Id"].to_pylist())
            summary.rows += batch.num_rows
            self._show(source, summary.rows)
        if merge is not None:
            summary.inserted, summary.updated, summary.unchanged = merge.finish()
        if sobject.name in REPLACED and ids:
            _keep_only(connection, sobject.name, ids)
        protect_ids(connection, sobject)
        give_numbers(connection, sobject)
        self._tell_faults(source, shape, faults, summary)

    def _facts(self, connection: Connection, sobject: SObject) -> Facts:
        admin = admin_id(connection)
        (profile,) = connection.execute('SELECT "Id" FROM "Profile" WHERE "Name" = ?', (STANDARD_PROFILE,)).fetchone()
        return Facts(
            sobject, read_stages(connection), read_calendar(connection), admin, profile, self._org.org_id, self._now
        )

    def _with_prefix(
        self, connection: Connection, sobject: SObject, shape: _Shape, ids: Column
    ) -> tuple[SObject, _Shape]:
        """A custom object has another key prefix in each org: an empty one takes over that of the export."""
        first = next((value for value in ids.to_pylist() if value), "")
        prefix, schema = first[:3], self._org.schema
        if not sobject.custom or len(prefix) < 3 or schema.by_prefix(prefix) or not is_empty(connection, sobject.name):
            return sobject, shape
        sobject = replace(sobject, key_prefix=prefix)
        schema.put([sobject])
        save(connection, "object", sobject.name, object_to_json(sobject))
        readers = {**shape.readers, "Id": ColumnReader(schema, sobject, sobject.fields["Id"])}
        return sobject, replace(shape, readers=readers)

    def _note_stages(self, connection: Connection, source: Source, sobject: SObject, columns: Columns) -> None:
        if sobject.name in ("Opportunity", "OpportunityHistory") and "StageName" in columns:
            for text in add_unknown_stages(connection, columns, self._now):
                self._tell(source, "StageName", text, refused=False)

    def _tell_faults(
        self, source: Source, shape: _Shape, faults: Mapping[int, list[tuple[str, str]]], summary: FileReport
    ) -> None:
        summary.refused = len(faults) + source.malformed_rows
        summary.rows += source.malformed_rows
        if not summary.refused:
            return
        lines, malformed = source.lines(faults, len(shape.header))
        for number, reasons in sorted(faults.items()):
            for column, reason in reasons:
                self.report.add(Problem(source.name, lines.get(number), column, reason))
        for line, count in malformed:
            reason = f"the row has {count} values, the header {len(shape.header)}"
            self.report.add(Problem(source.name, line, None, reason))

    def _tell(self, source: Source, column: str | None, reason: str, *, refused: bool = True) -> None:
        self.report.add(Problem(source.name, None, column, reason, refused))

    def _show(self, source: Source, rows: int) -> None:
        if self._progress is not None:
            done = self._bytes_before + source.position
            self._progress(source.name, rows, min(done / self._bytes, 1.0))


# Filled with defaults where the file lacks them: no reason to call a row changed.
_FILLED = frozenset(
    {"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp", "OwnerId", "IsActive"}
    | {"ProfileId", "UserType", "TimeZoneSidKey", "Username"}
)


def _derivable(sobject: SObject, field: Field, fields: Iterable[str]) -> bool:
    """Whether a missing required column follows from others."""
    if sobject.name == "User":
        return field.name in ("Username", "Email") or "Name" in fields
    return field.name == "LastName" and "Name" in fields


def _convert(
    texts: Mapping[str, Column], readers: Mapping[str, ColumnReader], bad: dict[int, list[tuple[str, str]]]
) -> Columns:
    columns: Columns = {}
    for name, column in texts.items():
        converted = readers[name].read(column)
        columns[name] = converted.values
        for row, reason in converted.faults.items():
            bad.setdefault(row, []).append((name, reason))
    return columns


def _without(columns: Columns, bad: Mapping[int, object]) -> tuple[Columns, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """The columns without the bad rows, and where the remaining rows stood."""
    count = len(columns["Id"])
    if not bad:
        return columns, np.arange(count)
    positions = np.setdiff1d(np.arange(count), np.fromiter(bad, dtype=np.int64))
    kept = array(positions)
    return {name: column.take(kept) for name, column in columns.items()}, positions


def _keep_only(connection: Connection, table: str, ids: list[str]) -> None:
    connection.execute("CREATE TEMP TABLE _kept (id TEXT PRIMARY KEY)")
    connection.executemany("INSERT OR IGNORE INTO _kept VALUES (?)", [(record_id,) for record_id in ids])
    connection.execute(delete_statement(table, f'{quoted(table)}."Id" NOT IN (SELECT id FROM temp._kept)'))
    connection.execute("DROP TABLE temp._kept")
