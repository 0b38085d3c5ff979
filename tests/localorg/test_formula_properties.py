"""What holds for every formula: it is computed, or refused with a FormulaError."""

from __future__ import annotations

import contextlib
import math
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.errors import FormulaError
from localorg.formula import condition, formula_sql, register
from localorg.schema.model import Field, Schema
from localorg.schema.standard import standard_objects
from localorg.store.database import column_definition

SCHEMA = Schema({value.name: value for value in standard_objects()})
OPPORTUNITY = SCHEMA.objects["Opportunity"]
OBJECTS = ("Account", "Opportunity", "Organization", "Profile", "User", "UserRole")
# Formulas by the kind of their value; a letter in brackets is a formula of that kind.
TEMPLATES = {
    "n": (
        "1|0|2.5|0.001|99999999999999999999|Amount|Probability|Account.Parent.NumberOfEmployees|({n} + {n})|({n} - {n})"
        "|({n} * {n})|({n} / {n})|({n} ^ {n})|-{n}|ABS({n})|CEILING({n})|FLOOR({n})|MFLOOR({n})|MCEILING({n})|EXP({n})"
        "|LN({n})|LOG({n})|SQRT({n})|MOD({n}, {n})|ROUND({n}, {n})|TRUNC({n}, {n})|MAX({n}, {n})|MIN({n}, {n}, {n})"
        "|LEN({t})|FIND({t}, {t}, {n})|VALUE({t})|DAY({d})|MONTH({d})|YEAR({d})|WEEKDAY({d})|DAYOFYEAR({d})"
        "|({d} - {d})|({m} - {m})|IF({b}, {n}, {n})|CASE({t}, {t}, {n}, {n})|CASE({n}, {n}, {n}, {n})"
        "|CASE(StageName, {t}, {n}, {n})|BLANKVALUE({n}, {n})|NULLVALUE({n}, {n})|NULL|{t}"
    ),
    "t": (
        "'a'|''|\"1,5\"|Name|NextStep|Account.Name|Owner.Email|$User.Name|OwnerId|({t} & {t})|({t} + {t})|TEXT({n})"
        "|TEXT(StageName)|TEXT({d})|TEXT({m})|UPPER({t})|LOWER({t})|TRIM({t})|LEFT({t}, {n})|RIGHT({t}, {n})"
        "|MID({t}, {n}, {n})|LPAD({t}, {n}, {t})|RPAD({t}, {n})|SUBSTITUTE({t}, {t}, {t})|CASESAFEID({t})|CHR({n})"
        "|HYPERLINK({t}, {t})|IMAGE({t}, {t}, {n}, {n})|IF({b}, {t}, {t})|CASE({n}, {n}, {t}, {t})|BLANKVALUE({t}, {t})"
        "|BR()|NULL|{n}"
    ),
    "b": (
        "TRUE|FALSE|IsClosed|({n} > {n})|({n} = {n})|({t} <> {t})|({t} = {t})|({d} <= {d})|({m} = {m})|AND({b}, {b})"
        "|OR({b}, {b})|({b} && {b})|({b} || {b})|NOT({b})|!{b}|ISBLANK({t})|ISBLANK({n})|ISNULL({d})|ISNUMBER({t})"
        "|BEGINS({t}, {t})|CONTAINS({t}, {t})|ISPICKVAL(StageName, {t})|IF({b}, {b}, {b})|ISNEW()|ISCHANGED(Amount)"
        "|REGEX({t}, {t})|PRIORVALUE(IsClosed)|NULL|{d}"
    ),
    "d": (
        "CloseDate|TODAY()|DATE({n}, {n}, {n})|DATEVALUE({m})|DATEVALUE({t})|ADDMONTHS({d}, {n})|({d} + {n})"
        "|({d} - {n})|IF({b}, {d}, {d})|BLANKVALUE({d}, {d})|NULL"
    ),
    "m": (
        "CreatedDate|NOW()|$System.OriginDateTime|DATETIMEVALUE({t})|DATETIMEVALUE({d})|({m} + {n})|({m} - {n})"
        "|ADDMONTHS({m}, {n})|IF({b}, {m}, {m})"
    ),
}
LETTERS = {"double": "n", "percent": "n", "currency": "n", "string": "t", "boolean": "b", "date": "d", "datetime": "m"}
DEEPEST = 4
# One database for all examples: no formula writes.
MANY = settings(max_examples=120)


@st.composite
def formulas(draw: st.DrawFn, letter: str, depth: int = 0) -> str:
    """A formula whose value is of a kind, now and then of another."""
    choices = TEMPLATES[letter].split("|")
    if depth >= DEEPEST:
        choices = [choice for choice in choices if "{" not in choice]
    template = draw(st.sampled_from(choices))
    return re.sub(r"\{(\w)\}", lambda match: draw(formulas(match.group(1), depth + 1)), template)


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    """A deal of an account, and the same deal about to be saved."""
    made = sqlite3.connect(":memory:")
    register(made)
    made.create_function("sf_today", 0, lambda: "2026-11-22")
    made.create_function("sf_now", 0, lambda: "2026-11-22T12:00:00.000Z")
    for name in OBJECTS:
        columns = ", ".join(column_definition(field) for field in SCHEMA.objects[name].stored_fields)
        made.execute(f'CREATE TABLE "{name}" ({columns})')
    made.execute('INSERT INTO "Account" ("Id", "Name") VALUES (?, ?)', ("001A", "Acme"))
    deal = {"Id": "006A", "Name": "Deal", "AccountId": "001A", "Amount": 7.5, "CloseDate": "2026-12-01"}
    deal |= {"CreatedDate": "2026-11-01T00:00:00.000Z", "StageName": "Prospecting"}
    made.execute(
        f'INSERT INTO "Opportunity" ({", ".join(deal)}) VALUES ({", ".join("?" * len(deal))})', tuple(deal.values())
    )
    made.execute('CREATE TABLE n AS SELECT * FROM "Opportunity"')
    yield made
    made.close()


@pytest.mark.shows("formula.functions")
@MANY
@given(data=st.data(), kind=st.sampled_from(sorted(LETTERS)), zero=st.booleans())
def test_a_formula_has_a_value_of_its_kind_or_is_refused(
    connection: sqlite3.Connection, data: st.DataObject, kind: str, zero: bool
) -> None:
    text = data.draw(formulas(LETTERS[kind]))
    field = Field("R__c", "R", kind, scale=2, calculated=True, formula=text, formula_blank_as_zero=zero)
    try:
        sql = formula_sql(OPPORTUNITY, field, "t0", SCHEMA.objects)
    except FormulaError as error:
        assert str(error)
        return
    (value,) = connection.execute(f'SELECT {sql} FROM "Opportunity" t0').fetchone()
    if kind == "boolean":
        assert value in (0, 1)
    elif kind in ("double", "percent", "currency"):
        assert value is None or math.isfinite(value)
    else:
        assert value is None or (isinstance(value, str) and value)


@pytest.mark.shows("formula.rules")
@MANY
@given(text=formulas("b"))
def test_a_rule_holds_or_not_or_is_refused(connection: sqlite3.Connection, text: str) -> None:
    try:
        sql = condition(SCHEMA, OPPORTUNITY, text)
    except FormulaError as error:
        assert str(error)
        return
    (holds,) = connection.execute(f'SELECT {sql} FROM n LEFT JOIN "Opportunity" o ON o."Id" = n."Id"').fetchone()
    assert holds in (0, 1)


@pytest.mark.shows("formula.errors")
@given(st.text(max_size=40), st.sampled_from(sorted(LETTERS)))
def test_any_text_is_a_formula_or_refused(text: str, kind: str) -> None:
    with contextlib.suppress(FormulaError):
        formula_sql(OPPORTUNITY, replace(Field("R__c", "R", kind), formula=text), "t0", SCHEMA.objects)
