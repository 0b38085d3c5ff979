"""Tables of sObjects as the book that scoring reads: through a mirror and the product's own mapping."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from localorg.book import BookSettings, World, make_world
from localorg.book.generate import each_table
from scoring import Book, validate
from sidecar.book import read_book
from sidecar.configuration import Configuration
from sync import Mirror

# What the deals' scores and the projection read.
_NEEDED = (
    "Opportunity",
    "OpportunityHistory",
    "OpportunityLineItem",
    "OpportunityStage",
    "Product2",
    "User",
    "Account",
    "OpportunityContactRole",
    "Task",
    "Event",
    "Sidecar_Usage__c",
)


def generated_world(deals: int, reps: int, quarters: int, seed: int, end: date) -> World:
    """A generated world, 25 deals to an account."""
    return make_world(BookSettings(max(deals // 25, 10), deals, quarters, reps, seed, end))


def generated(world: World) -> Book:
    """The book of a generated world."""
    return mirrored((name, table) for name, table in each_table(world) if name in _NEEDED)


def exported(folder: Path) -> Book:
    """The book of a folder of CSV files, one per sObject."""
    names = [(file.name.partition(".")[0], file) for file in sorted(folder.glob("*.csv*"))]
    return mirrored((name, pyarrow.csv.read_csv(file)) for name, file in names if name in _NEEDED)


def mirrored(tables: Iterable[tuple[str, pa.Table]], configuration: Configuration | None = None) -> Book:
    """The book of some sObjects' tables, with the defaults' mapping when no other is given."""
    with tempfile.TemporaryDirectory() as folder, Mirror.open(Path(folder) / "mirror.duckdb") as mirror:
        fill_mirror(mirror, tables)
        return validate(read_book(mirror, configuration or Configuration()))


def fill_mirror(mirror: Mirror, tables: Iterable[tuple[str, pa.Table]]) -> None:
    """Put tables of sObjects into an empty mirror, as a pull would."""
    for name, table in tables:
        mirror.connection.register("_rows", _as_pulled(table))
        mirror.connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM _rows')
        mirror.connection.unregister("_rows")


def _as_pulled(table: pa.Table) -> pa.Table:
    """The table with moments as the mirror holds them: microseconds, UTC, no zone."""
    fields = [pa.field(f.name, pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f for f in table.schema]
    return table.cast(pa.schema(fields))
