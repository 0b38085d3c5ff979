"""From the wire's CSV and JSON to Arrow batches with the columns and types of the mirror."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.csv as arrow_csv

from sync.errors import UnexpectedAnswer
from sync.records import record_blocks, split_header
from sync.schema import MOMENT, FieldSchema

_MOMENT_ON_THE_WIRE = pa.timestamp("us", "UTC")


def _wire_type(field: FieldSchema) -> pa.DataType:
    """The type to parse as: datetimes come with a zone (`Z` or `+0000`), ints may come as `5.0`."""
    if field.arrow == MOMENT:
        return _MOMENT_ON_THE_WIRE
    return pa.float64() if field.type == "int" else field.arrow


def _to_mirror(column: pa.Array[Any], field: FieldSchema) -> pa.Array[Any]:
    # a zoned timestamp already counts from 1970 in UTC: dropping its zone is a relabelling
    return column.view(MOMENT) if field.arrow == MOMENT else column.cast(field.arrow)


def read_csv(stream: IO[bytes] | io.RawIOBase, fields: Sequence[FieldSchema]) -> Iterator[pa.RecordBatch]:
    """Parse CSV of a bulk job as it comes in, about a megabyte at a time.

    Raises pyarrow.ArrowInvalid for broken CSV, UnexpectedAnswer when a column is missing.
    """
    names: list[str] = []
    for block in record_blocks(stream):
        if not names:
            names, block = split_header(block)
            missing = [field.name for field in fields if field.name not in names]
            if missing:
                raise UnexpectedAnswer(f"the CSV lacks {', '.join(missing)}; it has {', '.join(names)}")
        if block:
            yield _parse(block, names, fields)


def _parse(block: bytes, names: list[str], fields: Sequence[FieldSchema]) -> pa.RecordBatch:
    table = arrow_csv.read_csv(
        cast("IO[bytes]", pa.BufferReader(block)),  # the stubs know Python's files only
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={field.name: _wire_type(field) for field in fields},
            include_columns=[field.name for field in fields],
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    columns = [_to_mirror(table.column(field.name).combine_chunks(), field) for field in fields]
    return pa.RecordBatch.from_arrays(columns, names=[field.name for field in fields])


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
