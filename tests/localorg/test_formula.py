from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.errors import FormulaError
from localorg.formula import formula_sql
from localorg.schema.model import Field
from localorg.schema.standard import standard_objects

OPPORTUNITY = next(value for value in standard_objects() if value.name == "Opportunity")
ROW = {
    "Name": "Big deal",
    "Amount": 1000.5,
    "Probability": None,
    "CloseDate": "2026-11-30",
    "StageName": "Prospecting",
    "NextStep": None,
    "IsClosed": 0,
    "CreatedDate": "2026-11-20T06:00:00.000Z",
}


def formula_field(text: str, kind: str, **facts: object) -> Field:
    facts = {"scale": 2, "precision": 18, **facts}
    return replace(Field("Result__c", "Result", kind, calculated=True, formula=text), **facts)  # type: ignore[arg-type] # facts vary


def value_of(text: str, kind: str = "double", **facts: object) -> object:
    sql = formula_sql(OPPORTUNITY, formula_field(text, kind, **facts), "o")
    connection = sqlite3.connect(":memory:")
    connection.create_function("sf_today", 0, lambda: "2026-11-22")
    connection.create_function("sf_now", 0, lambda: "2026-11-22T12:00:00.000Z")
    columns = ", ".join(f'? AS "{name}"' for name in ROW)
    try:
        return connection.execute(f"SELECT {sql} FROM (SELECT {columns}) o", tuple(ROW.values())).fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ^ 3 - -1", 9),
        ("-2 ^ 2", -4),
        ("7 / 2", 3.5),
        ("Amount * 2", 2001),
        ("Amount / 0", None),
        ("Amount + Probability", None),
        ("ROUND(2.5, 0) + ROUND(-2.5, 0)", 0),
        ("FLOOR(-1.5)", -2),
        ("CEILING(1.2)", 2),
        ("MOD(7, 4)", 3),
        ("MAX(1, Amount, 3)", 1000.5),
        ("MIN(4, 2)", 2),
        ("ABS(-3)", 3),
        ("CloseDate - TODAY()", 8),
        ("TODAY() - CloseDate", -8),
        ("NOW() - CreatedDate", 2.25),
        ("IF(Amount > 1000, 1, 2)", 1),
        ("IF(Probability > 10, 1, 2)", 2),
        ("CASE(StageName, 'Closed Won', 1, 'Prospecting', 5, 9)", 5),
        ("CASE(MONTH(CloseDate), 1, 10, 20)", 20),
        ("BLANKVALUE(Probability, 42)", 42),
        ("YEAR(CloseDate) + DAY(CloseDate)", 2056),
        ("LEN(Name)", 8),
        ("VALUE('12.5')", 12.5),
        ("1.005 * 1 /* a comment */", 1.01),
    ],
)
def test_numbers(text: str, expected: float | None) -> None:
    assert value_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name & ': ' & NextStep & \"!\"", "Big deal: !"),
        ("'It''s'", None),
        (r"'It\'s'", "It's"),
        ("TEXT(StageName) & '-' & TEXT(Amount)", "Prospecting-1000.5"),
        ("TEXT(5) & TEXT(CloseDate)", "52026-11-30"),
        ("UPPER(LEFT(Name, 3)) & RIGHT(Name, 4) & MID(Name, 2, 2)", "BIGdealig"),
        ("SUBSTITUTE(TRIM('  a b '), 'a', 'c')", "c b"),
        ("NextStep", None),
        ("IF(ISBLANK(NextStep), 'none', NextStep)", "none"),
    ],
)
def test_texts(text: str, expected: str | None) -> None:
    if expected is None and text.startswith("'It"):
        with pytest.raises(FormulaError, match="syntax error"):
            value_of(text, "string")
    else:
        assert value_of(text, "string") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ISPICKVAL(StageName, 'Prospecting') && NOT(IsClosed)", 1),
        ("IsClosed || Amount >= 1000.5", 1),
        ("!IsClosed", 1),
        ("AND(TRUE, Amount <> 1000.5)", 0),
        ("OR(FALSE, CloseDate = DATE(2026, 11, 30))", 1),
        ("Probability > 5", 0),
        ("Probability = NULL", 1),
        ("CONTAINS(Name, 'deal') && BEGINS(Name, 'Big')", 1),
        ("ISBLANK(Amount) || ISNULL(NextStep)", 1),
        ("DATEVALUE(CreatedDate) < CloseDate", 1),
    ],
)
def test_conditions(text: str, expected: int) -> None:
    assert value_of(text, "boolean") == expected


def test_dates_move_by_days() -> None:
    assert value_of("CloseDate + 2.9", "date") == "2026-12-02"
    assert value_of("1 + CloseDate", "date") == "2026-12-01"
    assert value_of("CloseDate - 30", "date") == "2026-10-31"
    assert value_of("NOW() + 1/24", "datetime") == "2026-11-22T13:00:00.000Z"


def test_blanks_are_blank_or_zero_as_the_field_says() -> None:
    assert value_of("Probability + 1", formula_blank_as_zero=False) is None
    assert value_of("Probability + 1", formula_blank_as_zero=True) == 1


def test_a_result_has_the_fields_scale() -> None:
    assert value_of("10 / 3", scale=1) == 3.3
    assert value_of("5 / 2", scale=0) == 3


def test_a_formula_may_use_another_formula() -> None:
    other = replace(formula_field("Amount * 2", "currency"), name="Double__c")
    sobject = replace(OPPORTUNITY, fields={**OPPORTUNITY.fields, "Double__c": other})
    sql = formula_sql(sobject, formula_field("Double__c + 1", "double"))
    assert sql == 'round((round(("Amount" * 2), 2) + 1), 2)'


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("VLOOKUP(Name)", "string", "VLOOKUP is not supported"),
        ("Account.Name", "string", "fields of the same record only"),
        ("Nothing__c", "string", "does not exist on Opportunity"),
        ("1 +", "double", "syntax error at line 1"),
        ("", "double", "syntax error"),
        ("1 + 'a'", "double", "needs number, but got text"),
        ("Name", "double", "needs number, but got text"),
        ("StageName = 'x'", "boolean", "ISPICKVAL"),
        ("StageName & 'x'", "string", "needs text, but got picklist"),
        ("IF(Amount, 1, 2)", "double", "the condition of IF needs boolean"),
        ("IF(TRUE, 1, 'a')", "double", "must be of one type"),
        ("CASE(Name, 'a', 1)", "double", "takes at least 4"),
        ("CASE(Name, 'a', 1, 'b', 2)", "double", "last result"),
        ("ROUND(1)", "double", "takes 2 arguments, but got 1"),
        ("TODAY() - NOW()", "double", "DATEVALUE"),
        ("CloseDate > 5", "boolean", "cannot be compared"),
        ("TEXT(IsClosed)", "string", "does not take a checkbox"),
        ("BillingAddress", "string", "does not exist"),
    ],
)
def test_what_cannot_be_computed_is_said(text: str, kind: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason.replace("(", r"\(")):
        formula_sql(OPPORTUNITY, formula_field(text, kind))


@given(
    st.recursive(
        st.integers(0, 99).map(str),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        max_leaves=12,
    )
)
def test_arithmetic_agrees_with_python(text: str) -> None:
    assert value_of(text) == eval(text)


@given(st.text(max_size=30))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    with contextlib.suppress(FormulaError):
        formula_sql(OPPORTUNITY, formula_field(text, "double"))


@given(
    st.text(alphabet=st.characters(exclude_characters="\\'\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
)
def test_a_text_literal_comes_back_unchanged(text: str) -> None:
    assert value_of(f"'{text}'", "string") == text
