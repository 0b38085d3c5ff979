"""A book goes into a local org, or into a folder of CSV files as Data Loader writes them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from localorg.access import STANDARD_PROFILE
from localorg.book.columns import constant, record_ids
from localorg.book.generate import Book
from localorg.errors import LocalOrgError
from localorg.ids import IdAllocator

if TYPE_CHECKING:
    from localorg.org import LocalOrg


class BookPlaceError(LocalOrgError):
    """The org cannot take a book: it has deals already."""


def fill(org: LocalOrg, book: Book) -> dict[str, int]:
    """Put a book into an org that has no deals yet, in one transaction.

    The book's stages replace the org's own; custom objects get the key prefix they have in this org; objects and
    columns which the org does not have are left out. Returns the number of rows written by object.
    Raises BookPlaceError when the org holds opportunities.
    """
    with org.database.reader() as connection:
        (deals,) = connection.execute('SELECT count(*) FROM "Opportunity"').fetchone()
        (profile,) = connection.execute('SELECT "Id" FROM "Profile" WHERE "Name" = ?', (STANDARD_PROFILE,)).fetchone()
    if deals:
        raise BookPlaceError(f"the org holds {deals} opportunities; a book goes into an org without any: use a new one")
    written = {}
    with org.database.writer() as connection:  # `fill` joins this transaction
        connection.execute('DELETE FROM "OpportunityStage"')
        numbers = IdAllocator(connection)
        for name, table in book.tables.items():
            sobject = org.schema.objects.get(name)
            if sobject is None:
                continue
            if name == "User":
                table = table.append_column("ProfileId", constant(profile, table.num_rows))
            elif sobject.custom:
                ids = record_ids(sobject.key_prefix, table.num_rows, book.settings.seed)
                table = table.set_column(table.column_names.index("Id"), "Id", ids)
            stored = {field.name for field in sobject.stored_fields}
            org.fill(name, table.select([column for column in table.column_names if column in stored]))
            for field in sobject.stored_fields:
                if field.auto_number and field.name in table.column_names:
                    numbers.skip_number(f"{name}.{field.name}", table.num_rows)  # the book numbers from 1
            written[name] = table.num_rows
    org.refresh_settings()
    return written


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
