from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.errors import FormulaError
from localorg.formula import formula_sql, register
from localorg.schema.model import Field
from localorg.schema.standard import standard_objects

STANDARD = next(value for value in standard_objects() if value.name == "Opportunity")
ROW = {
    "Name": "Big deal",
    "Amount": 1000.5,
    "Probability": None,
    "CloseDate": "2026-11-30",
    "StageName": "Prospecting",
    "NextStep": None,
    "IsClosed": 0,
    "CreatedDate": "2026-11-20T06:00:00.000Z",
    "OwnerId": "005000000000001AAA",
    "Share__c": 25,
    "Discount__c": None,
    "Tags__c": "Stalled;Pushed",
}
OWN_FIELDS = (
    Field("Share__c", "Share", "percent"),
    Field("Discount__c", "Discount", "currency"),
    Field("Tags__c", "Tags", "multipicklist"),
)
OPPORTUNITY = replace(STANDARD, fields=STANDARD.fields | {field.name: field for field in OWN_FIELDS})


def formula_field(text: str, kind: str, **facts: object) -> Field:
    facts = {"scale": 2, "precision": 18, **facts}
    return replace(Field("Result__c", "Result", kind, calculated=True, formula=text), **facts)  # type: ignore[arg-type] # facts vary


def value_of(text: str, kind: str = "double", **facts: object) -> object:
    sql = formula_sql(OPPORTUNITY, formula_field(text, kind, **facts), "o")
    connection = sqlite3.connect(":memory:")
    register(connection)
    connection.create_function("sf_today", 0, lambda: "2026-11-22")
    connection.create_function("sf_now", 0, lambda: "2026-11-22T12:00:00.000Z")
    columns = ", ".join(f'? AS "{name}"' for name in ROW)
    try:
        return connection.execute(f"SELECT {sql} FROM (SELECT {columns}) o", tuple(ROW.values())).fetchone()[0]
    finally:
        connection.close()


@pytest.mark.shows("formula.functions", "formula.blanks")
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
        ("FLOOR(-1.5)", -1),  # towards zero
        ("FLOOR(1.5)", 1),
        ("MFLOOR(-1.5)", -2),
        ("CEILING(1.2)", 2),
        ("CEILING(-1.2)", -2),  # away from zero
        ("MCEILING(-1.2)", -1),
        ("TRUNC(2.789, 1) + TRUNC(-2.9)", 0.7),
        ("ROUND(1234, -2) + ROUND(0.125, 1 + 1)", 1200.13),
        ("SQRT(16) + EXP(0) + LN(1) + LOG(1000)", 8),
        ("SQRT(-1)", None),
        ("LN(0)", None),
        ("10 ^ 400", None),
        ("MOD(7, 0)", None),
        ("MAX(5)", 5),
        ("FIND('e', Name) + FIND('e', Name, 7) + FIND('x', Name)", 6),
        ("LEN(NextStep)", 0),
        ("VALUE('1,250') + LEN(TEXT(0.5))", 1253),
        ("VALUE('abc')", None),
        ("WEEKDAY(CloseDate) + DAYOFYEAR(DATE(2026, 2, 1))", 34),
        ("MONTH(ADDMONTHS(DATE(2026, 1, 31), 1)) * 100 + DAY(ADDMONTHS(DATE(2026, 1, 31), 1))", 228),
        ("DAY(ADDMONTHS(DATE(2026, 2, 28), 1))", 31),
        ("DAY(DATE(2026, 2, 30))", None),
        ("CASE(Probability, NULL, 1, 5, 2, 3)", 1),
        ("CASE(NextStep, '', 1, 2)", 1),
        ("IF(FALSE, 1, IF(FALSE, 2, IF(TRUE, 3, 4)))", 3),
        ("BLANKVALUE(Discount__c, 7)", 7),
        ("Amount * Share__c", 250.13),  # a percentage is a fraction in a formula
        ("IF(Share__c > 0.2, 1, 0)", 1),
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


@pytest.mark.shows("formula.functions")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Name & ': ' & NextStep & \"!\"", "Big deal: !"),
        (r"'It\'s'", "It's"),
        ("TEXT(StageName) & '-' & TEXT(Amount)", "Prospecting-1000.5"),
        ("TEXT(5) & TEXT(CloseDate)", "52026-11-30"),
        ("TEXT(CreatedDate)", "2026-11-20 06:00:00Z"),
        ("TEXT(1/3) & ' ' & TEXT(10 ^ 12) & ' ' & TEXT(-0.5)", "0.333333333333333 1000000000000 -0.5"),
        ("LOWER('ÄB') + UPPER('ö')", "äbÖ"),
        ("LPAD('7', 3, '0') & RPAD('ab', 4) & LPAD('abc', 2)", "007ab  ab"),
        ("LEFT(Name, -1) & RIGHT(Name, 99) & MID(Name, 0, 3)", "Big dealBig"),
        ("OwnerId & CASESAFEID(OwnerId)", "005000000000001005000000000001AAA"),
        ("HYPERLINK('/' & OwnerId, Name)", '<a href="/005000000000001" target="_blank">Big deal</a>'),
        ("IMAGE('/x.png', 'x', 10, 20)", '<img src="/x.png" alt="x" style="height:10px; width:20px;" border="0"/>'),
        ("Name & BR() & CHR(65)", "Big deal<br>A"),
        ("NULLVALUE(NextStep, 'x')", None),
        ("RPAD('a', VALUE('a'))", None),
        ("LEFT(LPAD('a', 99999999999999999999), 2)", "  "),
        ("SUBSTITUTE(LPAD('a', 1000), ' ', LPAD('a', 1000))", None),
        ("TEXT($System.OriginDateTime)", "1900-01-01 00:00:00Z"),
        ("TEXT(DATETIMEVALUE('2026-01-02 03:04:05'))", "2026-01-02 03:04:05Z"),
        ("TEXT(DATETIMEVALUE('soon'))", None),
        ("UPPER(LEFT(Name, 3)) & RIGHT(Name, 4) & MID(Name, 2, 2)", "BIGdealig"),
        ("SUBSTITUTE(TRIM('  a b '), 'a', 'c')", "c b"),
        ("NextStep", None),
        ("IF(ISBLANK(NextStep), 'none', NextStep)", "none"),
    ],
)
def test_texts(text: str, expected: str | None) -> None:
    assert value_of(text, "string") == expected


@pytest.mark.shows("formula.functions")
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
        ("ISBLANK(Probability) && ISNULL(Probability) && ISBLANK(NextStep)", 1),
        ("ISNULL(NextStep)", 0),  # a text is never null
        ("NextStep = '' && Name <> ''", 1),
        ("Name = 'BIG DEAL'", 0),
        ("INCLUDES(Tags__c, 'Pushed') && NOT(INCLUDES(Tags__c, 'Push'))", 1),
        ("ISNUMBER('12') && !ISNUMBER('a') && !ISNUMBER('')", 1),
        ("AND(IsClosed, NULL)", 0),
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


@pytest.mark.shows("formula.blanks")
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
    assert sql == (
        'nullif(nullif(round((nullif(nullif(round(("Amount" * 2), 2), 9e999), -9e999) + 1), 2), 9e999), -9e999)'
    )


@pytest.mark.shows("formula.errors")
@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("VLOOKUP(Name)", "string", "Unknown function VLOOKUP. Check spelling. (line 1, column 1)"),
        ("1 +\n VLOOKUP(Name)", "double", "(line 2, column 2)"),
        ("Nothing__c", "string", "Field Nothing__c does not exist. Check spelling. (line 1, column 1)"),
        ("1 +", "double", "Syntax error. The formula ends too early"),
        ("MAX(1, 2", "double", "Syntax error. Missing ')'."),
        ("1 ? 2", "double", "Syntax error. Found '?'. (line 1, column 3)"),
        ("'It''s'", "string", "Syntax error. Found ''s''. (line 1, column 5)"),
        ("", "double", "Syntax error"),
        ("1 + 'a'", "double", "Incorrect parameter type for operator '+'. Expected Text, received Number"),
        ("ABS('a')", "double", "Incorrect parameter type for function 'ABS()'. Expected Number, received Text"),
        ("Name", "double", "Formula result is data type (Text), incompatible with expected data type (Number)."),
        ("StageName = 'x'", "boolean", "ISPICKVAL"),
        ("StageName & 'x'", "string", "Picklist fields are only supported in certain functions"),
        ("IF(Amount, 1, 2)", "double", "function 'IF()'. Expected Boolean, received Number"),
        ("IF(TRUE, 1, 'a')", "double", "Expected Number, received Text"),
        ("CASE(Name, 'a', 1)", "double", "Expected at least 4, received 3"),
        ("CASE(Name, 'a', 1, 'b', 2)", "double", "else_result"),
        ("CASE(Amount, 'a', 1, 2)", "double", "Expected Number, received Text"),
        ("ROUND(1)", "double", "Incorrect number of parameters for function 'ROUND()'. Expected 2, received 1"),
        ("FIND('a')", "double", "Expected 2-3, received 1"),
        ("TODAY() - NOW()", "double", "DATEVALUE"),
        ("CloseDate > 5", "boolean", "cannot be compared"),
        ("TEXT(IsClosed)", "string", "Expected Number, Date, Date/Time, received Boolean"),
        ("ISPICKVAL(Name, 'a')", "boolean", "Expected a picklist field first"),
        ("INCLUDES(StageName, 'a')", "boolean", "Expected a multi-select picklist first"),
        ("BillingAddress", "string", "does not exist"),
        ("Description", "string", "cannot be used in a formula"),
        ("ISNEW()", "boolean", "validation rules only"),
        ("REGEX(Name, 'a')", "boolean", "validation rules only"),
        ("$User.Name", "string", "Field $User.Name does not exist"),
        ("1 + " * 2_000 + "1", "double", "Maximum length is 3,900 characters"),
        ("-" * 3_000 + "1", "double", "nested too deeply"),
        ("(1 - " * 60 + "1" + ")" * 60, "double", "nested too deeply"),
        ("ROUND(2, " * 20 + "1 + 1" + ")" * 20, "double", "too big"),
        ("'a\0b'", "string", "a character that no text may have"),
    ],
)
def test_what_cannot_be_computed_is_said(text: str, kind: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=re.escape(reason)):
        formula_sql(OPPORTUNITY, formula_field(text, kind))


def test_long_chains_of_choices_and_operands_are_compiled() -> None:
    choices = "IF(Amount = 1, 'x', " * 60 + "'y'" + ")" * 60
    assert value_of(choices, "string") == "y"
    assert value_of(" + ".join(["1"] * 300)) == 300
    assert value_of(" & ".join(["Name"] * 100), "string") == "Big deal" * 100
    assert value_of(" || ".join(["IsClosed"] * 100), "boolean") == 0


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
