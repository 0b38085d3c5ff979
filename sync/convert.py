"""From the wire's CSV and JSON to Arrow batches with the columns and types of the mirror."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.csv as arrow_csv

from sync.errors import UnexpectedAnswer
from sync.schema import MOMENT, FieldSchema

_MOMENT_ON_THE_WIRE = pa.timestamp("us", "UTC")
_BLOCK_BYTES = 1 << 20


def _wire_type(field: FieldSchema) -> pa.DataType:
    """The type to parse as: datetimes come with a zone (`Z` or `+0000`), ints may come as `5.0`."""
    if field.arrow == MOMENT:
        return _MOMENT_ON_THE_WIRE
    return pa.float64() if field.type == "int" else field.arrow


def _to_mirror(column: pa.Array[Any], field: FieldSchema) -> pa.Array[Any]:
    # a zoned timestamp already counts from 1970 in UTC: dropping its zone is a relabelling
    return column.view(MOMENT) if field.arrow == MOMENT else column.cast(field.arrow)


def read_csv(stream: IO[bytes] | io.RawIOBase, fields: Sequence[FieldSchema]) -> _CsvBatches:
    """Parse CSV of a bulk job as it comes in, about a megabyte at a time.

    Raises pyarrow.ArrowInvalid for broken CSV, UnexpectedAnswer when a column is missing.
    """
    return _CsvBatches(stream, fields)


class _CsvBatches:
    """Iterates over the record batches of one CSV stream."""

    def __init__(self, stream: IO[bytes] | io.RawIOBase, fields: Sequence[FieldSchema]) -> None:
        self._fields = fields
        self._reader = arrow_csv.open_csv(
            cast("IO[bytes]", stream),
            read_options=arrow_csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types={field.name: _wire_type(field) for field in fields},
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        missing = [field.name for field in fields if field.name not in self._reader.schema.names]
        if missing:
            raise UnexpectedAnswer(f"the CSV lacks {', '.join(missing)}; it has {', '.join(self._reader.schema.names)}")

    def __iter__(self) -> _CsvBatches:
        return self

    def __next__(self) -> pa.RecordBatch:
        batch = next(self._reader)
        columns = [_to_mirror(batch.column(field.name), field) for field in self._fields]
        return pa.RecordBatch.from_arrays(columns, names=[field.name for field in self._fields])


def records_to_batch(records: Sequence[Mapping[str, Any]], fields: Sequence[FieldSchema]) -> pa.RecordBatch:
    """One page of a REST query, column by column; a key that is missing counts as null."""
    columns = [_json_column([record.get(field.name) for record in records], field) for field in fields]
    return pa.RecordBatch.from_arrays(columns, names=[field.name for field in fields])


def _json_column(values: list[Any], field: FieldSchema) -> pa.Array[Any]:
    wire = _wire_type(field)
    try:
        if wire == _MOMENT_ON_THE_WIRE or wire == pa.date32():
            return _to_mirror(pa.array(values, pa.string()).cast(wire), field)
        return _to_mirror(pa.array(values, wire), field)
    except pa.ArrowException as error:
        raise UnexpectedAnswer(
            f"{field.name} is described as {field.type}, but came as something else: {error}"
        ) from None
