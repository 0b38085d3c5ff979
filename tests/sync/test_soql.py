"""SOQL text: what goes in comes out of the org's reading of it unchanged."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import soql

_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "'": "'", "\\": "\\", '"': '"'}


def read_literal(text: str) -> str:
    """Read a quoted string as the org does, refusing what the org refuses."""
    assert text[0] == text[-1] == "'"
    result, rest = [], iter(text[1:-1])
    for character in rest:
        assert character != "'", "an unescaped quote ends the string early"
        assert character not in "\n\r", "a line break inside a string"
        result.append(_UNESCAPED[next(rest)] if character == "\\" else character)
    return "".join(result)


@given(st.text())
def test_any_text_survives_quoting(text: str) -> None:
    assert read_literal(soql.literal(text)) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "TRUE"),
        (False, "FALSE"),
        (5, "5"),
        (-2.5, "-2.5"),
        (date(2026, 3, 31), "2026-03-31"),
        (datetime.fromisoformat("2026-03-31T10:00:05"), "2026-03-31T10:00:05Z"),
        (datetime(2026, 3, 31, 10, 0, tzinfo=timezone(timedelta(hours=2))), "2026-03-31T08:00:00Z"),
        (datetime(2026, 3, 31, 10, 0, tzinfo=UTC), "2026-03-31T10:00:00Z"),
    ],
)
def test_other_values_are_written_unquoted(value: soql.Value, expected: str) -> None:
    assert soql.literal(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_soql_lacks_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be written in SOQL"):
        soql.literal(value)


@pytest.mark.parametrize("text", ["", "Name FROM Account", "a-b", "1st", "Name\n", "Na'me", "a..b", ".a", "a."])
def test_a_name_that_could_change_the_query_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no API name"):
        soql.select("Account", ["Id", text])


def test_a_full_query_has_its_clauses_in_the_orgs_order() -> None:
    where = soql.compare("SystemModstamp", ">=", datetime(2026, 1, 1, tzinfo=UTC)) & soql.one_of("Type", ["a", "it's"])
    query = soql.select(
        "Opportunity", ["Id", "Account.Name"], where=where, order_by=["SystemModstamp", "Id"], limit=5, offset=7
    )
    assert query == (
        "SELECT Id, Account.Name FROM Opportunity WHERE SystemModstamp >= 2026-01-01T00:00:00Z"
        " AND Type IN ('a', 'it\\'s') ORDER BY SystemModstamp, Id LIMIT 5 OFFSET 7"
    )


def test_an_empty_list_and_an_unknown_operator_are_refused() -> None:
    with pytest.raises(ValueError, match="not allowed in SOQL"):
        soql.one_of("Id", [])
    with pytest.raises(ValueError, match="no SOQL comparison"):
        soql.compare("Id", "; DROP", "x")
    with pytest.raises(ValueError, match="at least one field"):
        soql.select("Account", [])
