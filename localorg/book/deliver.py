"""A book goes into a local org, or into a folder of CSV files as Data Loader writes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from localorg.access import STANDARD_PROFILE
from localorg.book.columns import constant, record_ids
from localorg.book.generate import Book, each_table
from localorg.book.world import World
from localorg.errors import LocalOrgError
from localorg.ids import IdAllocator
from localorg.loading.aftermath import protect_ids
from localorg.loading.fill import ROWS_AT_ONCE, stored_values
from localorg.loading.merge import insert_columns
from localorg.schema.model import SObject
from localorg.store.database import index_names
from localorg.store.sql import quoted

if TYPE_CHECKING:
    from localorg.org import LocalOrg


Progress = Callable[[str, int], None]


class BookPlaceError(LocalOrgError):
    """The org cannot take a book: it has deals already."""


def fill(org: LocalOrg, book: Book | World, progress: Progress | None = None) -> dict[str, int]:
    """Put a book into an org that has no deals yet: all of it or, if anything goes wrong, nothing.

    book: a whole one, or a decided one, whose tables are made one after the other and never held together.
    progress: told the name of a table and the rows that went in: 0 as a part begins, all of it when it is in.
    The book's stages replace the org's own; custom objects get the key prefix they have in this org; objects and
    columns which the org does not have are left out. Returns the number of rows written by object.
    Raises BookPlaceError when the org holds opportunities.
    """
    refuse_unless_empty(org)
    tables = iter(book.tables.items()) if isinstance(book, Book) else each_table(book)
    with org.database.reader() as connection:
        (profile,) = connection.execute('SELECT "Id" FROM "Profile" WHERE "Name" = ?', (STANDARD_PROFILE,)).fetchone()
    written: dict[str, int] = {}
    with org.database.replaced() as connection:
        connection.execute('DELETE FROM "OpportunityStage"')
        numbers = IdAllocator(connection)
        for name, table in tables:
            sobject = org.schema.objects.get(name)
            if sobject is None:
                continue
            before = written.get(name, 0)
            if progress is not None:
                progress(name, 0)
            if name == "User":
                table = table.append_column("ProfileId", constant(profile, table.num_rows))
            elif sobject.custom:
                ids = record_ids(sobject.key_prefix, table.num_rows, book.settings.seed, before)
                table = table.set_column(table.column_names.index("Id"), "Id", ids)
            stored = {field.name for field in sobject.stored_fields}
            known = table.select([column for column in table.column_names if column in stored])
            _insert(connection, sobject, known, first=before == 0)
            for field in sobject.stored_fields:
                if field.auto_number and field.name in table.column_names:
                    numbers.skip_number(f"{name}.{field.name}", before + table.num_rows)  # the book numbers from 1
            written[name] = before + table.num_rows
            if progress is not None:
                progress(name, table.num_rows)
        for name in written:
            for statement in index_names(org.schema.objects[name]).values():
                connection.execute(statement)
            protect_ids(connection, org.schema.objects[name])
    org.refresh_settings()
    return written


def _insert(connection: sqlite3.Connection, sobject: SObject, table: pa.Table, first: bool) -> None:
    """Insert rows. Before the first ones the indexes go: they are made at the end, which is quicker."""
    if first:
        for name in index_names(sobject):
            connection.execute(f"DROP INDEX IF EXISTS {quoted(name)}")
    for batch in table.to_batches(max_chunksize=ROWS_AT_ONCE):
        columns = {name: stored_values(batch.column(name), sobject.fields[name]) for name in table.column_names}
        insert_columns(connection, sobject.name, columns)


def refuse_unless_empty(org: LocalOrg) -> None:
    """Raise BookPlaceError when the org holds opportunities."""
    with org.database.reader() as connection:
        (deals,) = connection.execute('SELECT count(*) FROM "Opportunity"').fetchone()
    if deals:
        raise BookPlaceError(f"the org holds {deals} opportunities; a book goes into an org without any: use a new one")


def write_csv(book: Book, folder: Path) -> list[Path]:
    """Write a `<sObject>.csv` for each table; moments as `2026-01-31T09:30:00.000Z`, null as nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in book.tables.items():
        path = folder / f"{name}.csv"
        pyarrow.csv.write_csv(_as_text(table), path)
        paths.append(path)
    return paths


def _as_text(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            text = pc.strftime(table.column(place), format="%Y-%m-%dT%H:%M:%SZ")
            table = table.set_column(place, field.name, text)
    return table
