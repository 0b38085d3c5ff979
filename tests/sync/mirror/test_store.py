"""Many rows in the mirror: more than DuckDB keeps in one row group."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from sync import FieldSchema, Mirror
from sync.mirror.store import Incoming, Stored, fill_columns, store
from sync.mirror.tables import apply_columns, compare_columns

FIELDS = (
    FieldSchema("Id", "Id", "id"),
    FieldSchema("Name", "Name", "string"),
    FieldSchema("Size__c", "Size", "double"),
)
ROWS, BATCH = 250_000, 25_000


def batches(rows: int = ROWS, size: float = 0.0) -> Iterator[pa.RecordBatch]:
    for start in range(0, rows, BATCH):
        numbers = range(start, start + BATCH)
        columns = [pa.array([f"001{i:012d}AAA" for i in numbers]), pa.array([f"A{i}" for i in numbers])]
        sizes = pa.array([size] * BATCH)
        yield pa.RecordBatch.from_arrays([*columns, sizes], names=[field.name for field in FIELDS])


@pytest.fixture
def filled(mirror: Mirror) -> Mirror:
    """A mirror with many rows of one object."""
    with mirror.transaction("rows") as connection:
        apply_columns(connection, "Account", FIELDS, compare_columns({}, FIELDS))
        stored = store(connection, "Account", FIELDS, batches(), Incoming(None, complete=True, promised=ROWS))
    assert stored == Stored(ROWS, ROWS)
    return mirror


def test_many_equal_rows_are_seen_to_be_equal(filled: Mirror) -> None:
    with filled.transaction("rows") as connection:
        stored = store(connection, "Account", FIELDS, batches(), Incoming(None, complete=True, promised=ROWS))
    assert stored == Stored(ROWS, 0, 0, 0)


def test_many_changed_rows_replace_the_old_ones(filled: Mirror) -> None:
    how = Incoming(None, complete=True, promised=ROWS - BATCH)
    with filled.transaction("rows") as connection:
        stored = store(connection, "Account", FIELDS, batches(ROWS - BATCH, 1.0), how)
    assert stored == Stored(ROWS - BATCH, ROWS - BATCH, BATCH, 0)
    query = "SELECT count(*), count(DISTINCT Id), min(Size__c), max(Size__c) FROM Account"
    assert filled.connection.execute(query).fetchall() == [(ROWS - BATCH, ROWS - BATCH, 1.0, 1.0)]


def test_a_column_is_filled_in_many_rows(filled: Mirror) -> None:
    with filled.transaction("rows") as connection:
        assert fill_columns(connection, "Account", FIELDS, batches(size=2.0), ROWS) == ROWS
    assert filled.connection.execute("SELECT min(Size__c), max(Size__c) FROM Account").fetchall() == [(2.0, 2.0)]
