"""CSV and JSON of the wire become the same typed batches."""

import csv
import io
from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import FieldSchema, UnexpectedAnswer
from sync.convert import read_csv, records_to_batch

FIELDS = (
    FieldSchema("Id", "Id", "id"),
    FieldSchema("Name", "Name", "string"),
    FieldSchema("Amount", "Amount", "currency", precision=18, scale=2),
    FieldSchema("Share", "Share", "percent"),
    FieldSchema("Count", "Count", "int"),
    FieldSchema("Open", "Open", "boolean"),
    FieldSchema("Day", "Day", "date"),
    FieldSchema("Moment", "Moment", "datetime"),
)
NAMES = [field.name for field in FIELDS]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
SECONDS = st.datetimes(datetime(1700, 1, 1), datetime(3999, 12, 31)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001 - the mirror's naive UTC
ROW = st.fixed_dictionaries(
    {
        "Id": st.just("001"),
        "Name": st.none() | TEXT,
        "Amount": st.none() | st.floats(-1e15, 1e15).map(lambda number: round(number, 2) + 0.0),
        "Share": st.none() | st.floats(0, 100),
        "Count": st.none() | st.integers(-(2**31), 2**31 - 1),
        "Open": st.booleans(),
        "Day": st.none() | st.dates(date(1700, 1, 1), date(3999, 12, 31)),
        "Moment": st.none() | SECONDS,
    }
)


def as_csv(rows: list[dict[str, object]]) -> bytes:
    """CSV as a bulk job writes it: everything quoted, null as nothing between the quotes."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(NAMES)
    for row in rows:
        writer.writerow(["" if row[name] is None else as_wire(row[name], "Z") for name in NAMES])
    return stream.getvalue().encode()


def as_wire(value: object, zone: str) -> object:
    if isinstance(value, datetime):
        return value.isoformat() + ".000" + zone
    if isinstance(value, date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else value


def as_json(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Records as a REST query gives them."""
    keep = (bool, int, float, str, type(None))
    return [{k: v if isinstance(v, keep) else as_wire(v, "+0000") for k, v in row.items()} for row in rows]


@given(st.lists(ROW, min_size=1, max_size=5))
def test_csv_comes_back_as_it_was_written(rows: list[dict[str, object]]) -> None:
    assert pa.Table.from_batches(list(read_csv(io.BytesIO(as_csv(rows)), FIELDS))).to_pylist() == rows


@given(st.lists(ROW, max_size=5))
def test_json_comes_back_as_it_was_written(rows: list[dict[str, object]]) -> None:
    assert records_to_batch(as_json(rows), FIELDS).to_pylist() == rows


def test_line_breaks_quotes_and_emoji_stay_inside_their_cell() -> None:
    body = '"Id","Name"\n"1","a ""b""\r\nc, 😀"\n"2",""\n'.encode()
    assert [batch.to_pylist() for batch in read_csv(io.BytesIO(body), FIELDS[:2])] == [
        [{"Id": "1", "Name": 'a "b"\r\nc, 😀'}, {"Id": "2", "Name": None}]
    ]


def test_wide_rows_are_cut_into_several_batches() -> None:
    rows = [{**dict.fromkeys(NAMES), "Id": str(i), "Name": "x" * 5_000, "Open": False} for i in range(1_000)]
    batches = list(read_csv(io.BytesIO(as_csv(rows)), FIELDS))
    assert len(batches) > 1
    assert [row["Id"] for batch in batches for row in batch.to_pylist()] == [str(i) for i in range(1_000)]


def test_numbers_may_be_scientific_and_ints_may_have_a_point() -> None:
    body = b'"Id","Amount","Count"\n"1","9.12260031E8","5.0"\n'
    fields = (FIELDS[0], FIELDS[2], FIELDS[4])
    assert next(read_csv(io.BytesIO(body), fields)).to_pylist() == [{"Id": "1", "Amount": 912260031.0, "Count": 5}]


def test_columns_come_in_the_asked_order_whatever_the_files_is() -> None:
    body = b'"Name","Id"\n"a","1"\n'
    assert next(read_csv(io.BytesIO(body), FIELDS[:2])).schema.names == ["Id", "Name"]


def test_a_missing_csv_column_is_told() -> None:
    with pytest.raises(UnexpectedAnswer, match="lacks Name; it has Id"):
        list(read_csv(io.BytesIO(b'"Id"\n"1"\n'), FIELDS[:2]))


def test_a_json_value_of_another_type_is_told_with_its_field() -> None:
    with pytest.raises(UnexpectedAnswer, match="Day is described as date"):
        records_to_batch([{"Id": "1", "Day": "soon"}], FIELDS)
    with pytest.raises(UnexpectedAnswer, match="Amount is described as currency"):
        records_to_batch([{"Id": "1", "Amount": "much"}], FIELDS)


def test_a_key_that_is_missing_is_null() -> None:
    assert records_to_batch([{"Id": "1"}], FIELDS[:2]).to_pylist() == [{"Id": "1", "Name": None}]
