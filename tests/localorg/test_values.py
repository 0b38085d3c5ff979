from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.errors import OrgError
from localorg.ids import id18
from localorg.schema.model import Field, Schema
from localorg.schema.standard import standard_objects
from localorg.store.values import converter, day_text, moment_text, round_half_up

SCHEMA = Schema({value.name: value for value in standard_objects()})
ACCOUNT = SCHEMA.objects["Account"]
PICKLIST = (("High", "High"), ("Medium", "Medium"), ("Low", "Low"))


def convert(value: object, kind: str = "string", **facts: object) -> object:
    field = replace(Field("F__c", "Label", kind), **facts)  # type: ignore[arg-type] # facts vary
    return converter(SCHEMA, ACCOUNT, field)(value)


def refusal(value: object, kind: str, **facts: object) -> str:
    with pytest.raises(OrgError) as caught:
        convert(value, kind, **facts)
    assert caught.value.fields == ("F__c",)
    assert caught.value.message.startswith("Label: ")
    return caught.value.code


def test_texts_are_trimmed_and_blank_is_null() -> None:
    assert convert("  a b ", length=10) == "a b"
    assert convert("   ", length=10) is None
    assert convert(None) is None
    assert convert(12, length=10) == "12"
    assert convert("  kept ", "textarea", length=300) == "  kept "


def test_a_text_fits_up_to_its_length() -> None:
    assert convert("x" * 10, length=10) == "x" * 10
    assert refusal("x" * 11, "string", length=10) == "STRING_TOO_LONG"
    assert refusal(True, "string", length=10) == "INVALID_TYPE_ON_FIELD_IN_RECORD"
    assert refusal(["a"], "string", length=10) == "INVALID_TYPE_ON_FIELD_IN_RECORD"


def test_a_long_text_is_refused_as_salesforce_says_it() -> None:
    with pytest.raises(OrgError) as caught:
        converter(SCHEMA, ACCOUNT, ACCOUNT.fields["Name"])("a" * 256)
    assert caught.value.message == f"Account Name: data value too large: {'a' * 255} (max length=255)"
    assert (caught.value.code, caught.value.fields, caught.value.status) == ("STRING_TOO_LONG", ("Name",), 400)


def test_picklists_restrict_only_if_restricted() -> None:
    assert convert("high", "picklist", picklist_values=PICKLIST, restricted_picklist=True) == "High"
    code = refusal("Huge", "picklist", picklist_values=PICKLIST, restricted_picklist=True)
    assert code == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert convert("Huge", "picklist", picklist_values=PICKLIST, length=255) == "Huge"


def test_multipicklists_come_in_set_up_order_and_once() -> None:
    facts = {"picklist_values": PICKLIST, "restricted_picklist": True, "length": 4099}
    assert convert("Low; high;Low", "multipicklist", **facts) == "High;Low"
    assert convert(";", "multipicklist", **facts) is None
    assert refusal("Low;Huge", "multipicklist", **facts) == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert convert("Huge;Low", "multipicklist", picklist_values=PICKLIST, length=4099) == "Low;Huge"


@pytest.mark.parametrize(
    ("value", "expected"), [(True, 1), (False, 0), ("TRUE", 1), ("false", 0), (1, 1), ("0", 0), (None, 0)]
)
def test_booleans(value: object, expected: int) -> None:
    assert convert(value, "boolean") == expected


@pytest.mark.parametrize("value", ["yes", 2, "ja"])
def test_no_booleans(value: object) -> None:
    assert refusal(value, "boolean") == "INVALID_TYPE_ON_FIELD_IN_RECORD"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12.345, 12.35),
        ("12.345", 12.35),
        (1.005, 1.01),
        (-0.005, -0.01),
        (7, 7.0),
        ("1e2", 100.0),
        ("", None),
        (" 5 ", 5.0),
    ],
)
def test_numbers_are_rounded_half_up_to_their_scale(value: object, expected: float | None) -> None:
    assert convert(value, "currency", precision=18, scale=2) == expected


def test_a_number_fits_its_digits_after_rounding() -> None:
    facts = {"precision": 4, "scale": 1}
    assert convert(999.9, "percent", **facts) == 999.9
    assert convert(999.94, "percent", **facts) == 999.9
    assert refusal(999.95, "percent", **facts) == "NUMBER_OUTSIDE_VALID_RANGE"
    assert refusal(-1000, "percent", **facts) == "NUMBER_OUTSIDE_VALID_RANGE"


@pytest.mark.parametrize("value", ["abc", "1_000", "1,5", True, math.nan, math.inf, "nan", {}, "1 000"])
def test_no_numbers(value: object) -> None:
    assert refusal(value, "double", precision=18, scale=2) == "INVALID_TYPE_ON_FIELD_IN_RECORD"


def test_whole_numbers() -> None:
    assert convert("12", "int", digits=8) == 12
    assert convert(12.0, "int", digits=8) == 12
    assert refusal(1.5, "int", digits=8) == "INVALID_TYPE_ON_FIELD_IN_RECORD"
    assert refusal(100_000_000, "int", digits=8) == "NUMBER_OUTSIDE_VALID_RANGE"
    assert refusal(1431655766, "int", digits=8) == "NUMBER_OUTSIDE_VALID_RANGE"


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_rounding_agrees_with_decimal_arithmetic(number: float, scale: int) -> None:
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
    assert round_half_up(number, scale) == float(exact)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-28", "2026-02-28"),
        ("2024-02-29", "2024-02-29"),
        ("2026-02-29", None),
        ("2026-13-01", None),
        ("2026-1-1", None),
        ("01/02/2026", None),
        ("1699-12-31", None),
        ("4001-01-01", None),
        ("2026-01-02T23:00:00Z", "2026-01-02"),
        ("20260102", None),
    ],
)
def test_days(text: str, expected: str | None) -> None:
    assert day_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.000Z"),
        ("2026-01-02T03:04:05.000+0000", "2026-01-02T03:04:05.000Z"),
        ("2026-01-02T03:04:05.999Z", "2026-01-02T03:04:05.000Z"),
        ("2026-01-02T00:30:00+01:00", "2026-01-01T23:30:00.000Z"),
        ("2026-01-02T03:04Z", "2026-01-02T03:04:00.000Z"),
        ("2026-01-02T03:04:05", None),
        ("2026-01-02", None),
        ("2026-01-32T00:00:00Z", None),
        ("2026-01-02T25:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_moments(text: str, expected: str | None) -> None:
    assert moment_text(text) == expected


def test_wrong_dates_have_the_wrong_type() -> None:
    assert refusal("tomorrow", "date") == "INVALID_TYPE_ON_FIELD_IN_RECORD"
    assert refusal(20260102, "date") == "INVALID_TYPE_ON_FIELD_IN_RECORD"
    assert refusal("2026-01-02", "datetime") == "INVALID_TYPE_ON_FIELD_IN_RECORD"
    assert convert("", "date") is None


def test_references_take_both_lengths_of_the_right_object() -> None:
    facts = {"reference_to": ("Account",)}
    assert convert("0018d000000000c", "reference", **facts) == "0018d000000000cAAA"
    assert convert("0018d000000000cAAA", "reference", **facts) == "0018d000000000cAAA"
    for wrong in ("0068d0000000000AAA", "0018d000000000cAAB", "abc", 5):
        assert refusal(wrong, "reference", **facts) == "MALFORMED_ID"


def test_a_reference_with_targets_outside_the_schema_takes_any_id() -> None:
    lead = id18("00Q8d0000000000")
    assert convert(lead[:15], "reference", reference_to=("Contact", "Lead")) == lead


@pytest.mark.parametrize(
    ("text", "good"), [("a@b.example", True), ("not-an-email", False), ("a@b", False), ("a b@c.d", False)]
)
def test_email_addresses(text: str, good: bool) -> None:
    if good:
        assert convert(text, "email", length=80) == text
    else:
        assert refusal(text, "email", length=80) == "INVALID_EMAIL_ADDRESS"
