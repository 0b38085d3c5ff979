"""Values as the org stores them: what was written is, read back, no difference any more."""

import math
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sync import FieldSchema
from sync.plan.values import as_mirror_value, as_text, cleaned, differs, present, refusal

CONNECTION = duckdb.connect(config={"threads": 1})

MONEY = FieldSchema("F", "F", "currency", precision=18, scale=2)
PERCENT = FieldSchema("F", "F", "percent", precision=4, scale=1)
WHOLE = FieldSchema("F", "F", "double", precision=3, scale=0)
INT = FieldSchema("F", "F", "int")
DATE = FieldSchema("F", "F", "date")
MOMENT = FieldSchema("F", "F", "datetime")
FLAG = FieldSchema("F", "F", "boolean", nillable=False)
TEXT = FieldSchema("F", "F", "string", length=20)
LONG = FieldSchema("F", "F", "textarea", length=1000)
PICK = FieldSchema("F", "F", "picklist", length=255, restricted=True, values=("Red", "It's"))
TAGS = FieldSchema("F", "F", "multipicklist", restricted=True, values=("B", "A", "C"))
REFERENCE = FieldSchema("F", "F", "reference", length=18)

SQL_TYPE = {float: "DOUBLE", int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN", date: "DATE", datetime: "TIMESTAMP"}


def evaluate(expression: str, **values: Any) -> Any:
    """An SQL expression over columns with these values."""
    columns = ", ".join(
        f"CAST(${name} AS {SQL_TYPE.get(type(value), 'VARCHAR')}) AS {name}" for name, value in values.items()
    )
    [(result,)] = CONNECTION.execute(f"SELECT {expression} FROM (SELECT {columns})", values).fetchall()
    return result


def clean(field: FieldSchema, value: Any) -> Any:
    return evaluate(cleaned(field, "v"), v=value)


def refused(field: FieldSchema, value: Any) -> str | None:
    reason: str | None = evaluate(refusal(field, "v", f"({cleaned(field, 'v')})"), v=value)
    return reason


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
CASES = st.one_of(
    st.tuples(st.just(MONEY), st.floats(-1e13, 1e13)),
    st.tuples(st.just(PERCENT), st.floats(-999, 999)),
    st.tuples(st.just(WHOLE), st.floats(-999, 999)),
    st.tuples(st.just(INT), st.integers(-(2**31) + 1, 2**31 - 1)),
    st.tuples(st.just(DATE), st.dates(date(1700, 1, 1), date(3999, 12, 31))),
    st.tuples(st.just(MOMENT), st.datetimes(datetime(1700, 1, 1), datetime(3999, 12, 31))),  # noqa: DTZ001 - naive UTC
    st.tuples(st.just(FLAG), st.booleans()),
    st.tuples(st.just(LONG), TEXTS),
    st.tuples(st.just(TAGS), st.lists(st.sampled_from(["A", "B", "C"])).map(";".join)),
)


@given(CASES)
def test_what_was_written_and_read_back_is_no_difference(case: tuple[FieldSchema, Any]) -> None:
    field, value = case
    stored = as_mirror_value(field, as_text(field, f"({cleaned(field, 'v')})"))
    assert evaluate(differs(field, None, f"({cleaned(field, 'v')})", f"({present(field, stored)})"), v=value) is False


@given(CASES)
def test_cleaning_twice_is_cleaning_once(case: tuple[FieldSchema, Any]) -> None:
    field, value = case
    once = clean(field, value)
    assert once is None or clean(field, once) == once


@given(st.decimals(-(10**9), 10**9, places=2))
def test_money_keeps_every_cent(amount: Decimal) -> None:
    assert Decimal(evaluate(as_text(MONEY, f"({cleaned(MONEY, 'v')})"), v=float(amount))) == amount


@given(st.floats(-999, 999))
@example(0.85)  # a little less than that as a double: both 0.8 and 0.9 are right
def test_a_number_is_rounded_to_the_fields_scale(number: float) -> None:
    exact = Decimal(number).quantize(Decimal("0.1"), ROUND_HALF_UP)
    result = clean(PERCENT, number)
    assert abs(Decimal(str(result)) - exact) <= Decimal("0.1")
    assert abs(result - number) <= 0.05 + 1e-9
    assert math.copysign(1, result) == 1 or result != 0, "a negative zero"


@pytest.mark.parametrize(
    ("field", "value", "result"),
    [
        (MONEY, float("nan"), None),
        (MONEY, -0.001, 0.0),
        (TEXT, "", None),
        (TEXT, "  \n", None),
        (TEXT, " a b\r\nc ", "a b\nc"),
        (TAGS, "C; A;;C", "A;C"),
        (TAGS, "", None),
        (FLAG, None, False),
        (MOMENT, datetime.fromisoformat("2026-01-02T03:04:05.999999"), datetime.fromisoformat("2026-01-02T03:04:05")),
        (DATE, datetime.fromisoformat("2026-01-02T23:00:00"), date(2026, 1, 2)),
        (DATE, "2026-01-02", date(2026, 1, 2)),
    ],
)
def test_values_take_the_form_in_which_the_org_keeps_them(field: FieldSchema, value: Any, result: Any) -> None:
    assert clean(field, value) == result


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (MONEY, float("inf"), "infinity cannot be stored"),
        (MONEY, 1e16, "outside the range of 16 digits before and 2 after the point"),
        (PERCENT, 999.96, "outside the range of 3 digits"),
        (INT, 2**31, "outside the range of an int field"),
        (MONEY, "much", "much is no number"),
        (DATE, date(1699, 12, 31), "outside the years 1700 to 4000"),
        (MOMENT, datetime.fromisoformat("1699-12-31T23:59:59"), "outside the years 1700 to 4000"),
        (DATE, "soon", "soon is no date"),
        (TEXT, "x" * 21, "21 characters, the field holds 20"),
        (TEXT, "😀" * 11, "22 characters, the field holds 20"),
        (TEXT, "#N/A", "means an empty value"),
        (PICK, "Blue", "Blue is not one of Red, It's"),
        (PICK, "red", "red is not one of"),
        (TAGS, "A;D;E", "D;E not among B, A, C"),
        (FieldSchema("F", "F", "string", length=20, nillable=False), " ", "must not be empty"),
    ],
)
def test_what_the_org_cannot_hold_is_refused_with_a_reason(field: FieldSchema, value: Any, reason: str) -> None:
    assert reason in (refused(field, value) or "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (MONEY, float("nan")),
        (MONEY, 9999999999999990.0),
        (PERCENT, 999.94),
        (TEXT, "ü" * 20),
        (TEXT, "😀" * 10),
        (TEXT, None),
        (PICK, "It's"),
        (PICK, None),
        (TAGS, "C;B;A"),
        (DATE, date(1700, 1, 1)),
        (DATE, date(4000, 12, 31)),
        (FLAG, None),
        (INT, None),
    ],
)
def test_what_the_org_can_hold_is_not_refused(field: FieldSchema, value: Any) -> None:
    assert refused(field, value) is None


@pytest.mark.parametrize(
    ("step", "old", "new", "expected"),
    [
        (1.0, 50.0, 50.9, False),
        (1.0, 50.0, 51.0, True),
        (1.0, 50.0, 49.0, True),
        (0.1, 0.3, 0.4, True),
        (1.0, None, 0.4, True),
        (1.0, 0.4, None, True),
        (1.0, None, None, False),
        (None, 50.0, 50.1, True),
    ],
)
def test_a_step_is_the_least_change_that_is_worth_a_write(
    step: float | None, old: float | None, new: float | None, expected: bool
) -> None:
    condition = differs(PERCENT, step, "CAST(a AS DOUBLE)", "CAST(b AS DOUBLE)")
    assert evaluate(condition, a=new, b=old) is expected


def test_ids_of_15_and_18_characters_name_the_same_record() -> None:
    same = differs(REFERENCE, None, "a", "b")
    assert evaluate(same, a="005Lo0000000001", b="005Lo0000000001IAA") is False
    assert evaluate(same, a="005Lo0000000002", b="005Lo0000000001IAA") is True
    assert evaluate(same, a=None, b="005Lo0000000001IAA") is True
