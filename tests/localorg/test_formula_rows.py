"""Formulas that look beyond their row: parents, the running user, and the row as it was before a write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest

from localorg.errors import FormulaError
from localorg.formula import condition, formula_sql, register, running_as
from localorg.schema.model import Field, Schema
from localorg.schema.standard import standard_objects
from localorg.store.database import column_definition

USER, ACCOUNT, PARENT, DEAL = (f"{prefix}000000000001AAA" for prefix in ("005", "001", "001", "006"))
SCORE = Field("Score__c", "Score", "percent", scale=0, calculated=True, formula="NumberOfEmployees / 200")


def schema_of_tests() -> Schema:
    schema = Schema({value.name: value for value in standard_objects()})
    account = schema.objects["Account"]
    schema.put([replace(account, fields=account.fields | {"Score__c": SCORE})])
    return schema


SCHEMA = schema_of_tests()
OPPORTUNITY = SCHEMA.objects["Opportunity"]


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Tables of three objects with a deal of an account that has a parent, and the tables of rows about to be saved."""
    made = sqlite3.connect(":memory:")
    register(made)
    for name in ("User", "Profile", "Account", "Opportunity"):
        if name in SCHEMA.objects:
            columns = ", ".join(column_definition(field) for field in SCHEMA.objects[name].stored_fields)
            made.execute(f'CREATE TABLE "{name}" ({columns})')
    made.execute('CREATE TABLE n AS SELECT * FROM "Opportunity"')
    made.execute('INSERT INTO "User" ("Id", "Name", "Email") VALUES (?, ?, ?)', (USER, "Rep", "rep@x.example"))
    made.execute('INSERT INTO "Account" ("Id", "Name", "NumberOfEmployees") VALUES (?, ?, ?)', ("001P", "Group", None))
    account = (ACCOUNT, "Acme", "Energy", 50, "001P", USER)
    columns = '"Id", "Name", "Industry", "NumberOfEmployees", "ParentId", "OwnerId"'
    made.execute(f'INSERT INTO "Account" ({columns}) VALUES (?, ?, ?, ?, ?, ?)', account)
    for table in ("Opportunity", "n"):
        made.execute(
            f'INSERT INTO "{table}" ("Id", "Name", "AccountId", "OwnerId", "StageName", "Amount", "IsClosed") '
            "VALUES (?, ?, ?, ?, ?, ?, 0)",
            (DEAL, "Deal", ACCOUNT, USER, "Prospecting", 10),
        )
    yield made
    made.close()


def of_deal(connection: sqlite3.Connection, text: str, kind: str = "string", **facts: object) -> object:
    field = replace(Field("Result__c", "Result", kind, scale=2, calculated=True, formula=text), **facts)  # type: ignore[arg-type] # facts vary
    sql = formula_sql(OPPORTUNITY, field, "t0", SCHEMA.objects)
    return connection.execute(f'SELECT {sql} FROM "Opportunity" t0').fetchone()[0]


@pytest.mark.shows("formula.parents")
@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Account.Name & '/' & Owner.Email", "string", "Acme/rep@x.example"),
        ("Account.Parent.Name", "string", "Group"),
        ("Account.Owner.Name & Opportunity.Name", "string", "RepDeal"),
        ("Account.Parent.Parent.Name", "string", None),
        ("TEXT(Account.Industry)", "string", "Energy"),
        ("Account.NumberOfEmployees * 2", "double", 100),
        ("Account.Score__c", "percent", 25),
        ("Account.Score__c * 2", "double", 0.5),
    ],
)
def test_a_formula_reaches_the_rows_parents(
    connection: sqlite3.Connection, text: str, kind: str, expected: object
) -> None:
    assert of_deal(connection, text, kind) == expected


def test_a_parents_blank_number_is_blank_or_zero_as_the_field_says(connection: sqlite3.Connection) -> None:
    text = "Account.Parent.NumberOfEmployees + 1"
    assert of_deal(connection, text, "double", formula_blank_as_zero=True) == 1
    assert of_deal(connection, text, "double", formula_blank_as_zero=False) is None


@pytest.mark.shows("formula.user")
def test_a_formula_may_ask_for_the_running_user(connection: sqlite3.Connection) -> None:
    with running_as(USER):
        assert of_deal(connection, "$User.Email & IF($User.Id = OwnerId, ' owns it', '')") == "rep@x.example owns it"
    assert of_deal(connection, "$User.Email") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Boss.Name", "Field Boss.Name does not exist"),
        ("Account.Nothing__c", "Field Account.Nothing__c does not exist"),
        ("Account." + "Parent." * 10 + "Name", "spans more than 10 relationships"),
        ("$Setup.X", "does not exist"),
        ("$User", "does not exist"),
    ],
)
def test_a_parent_that_is_not_there_is_said(connection: sqlite3.Connection, text: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        of_deal(connection, text)


def test_formulas_that_refer_to_one_another_are_refused() -> None:
    account = SCHEMA.objects["Account"]
    loop = Field("Loop__c", "Loop", "double", calculated=True, formula="Parent.Loop__c + 1")
    objects = {**SCHEMA.objects, "Account": replace(account, fields=account.fields | {"Loop__c": loop})}
    with pytest.raises(FormulaError, match=r"Account\.Loop__c -> Account\.Loop__c refer to one another"):
        formula_sql(objects["Account"], loop, "t0", objects)


def holds(connection: sqlite3.Connection, text: str) -> bool:
    sql = condition(SCHEMA, OPPORTUNITY, text)
    found = connection.execute(f'SELECT {sql} FROM n LEFT JOIN "Opportunity" o ON o."Id" = n."Id"').fetchone()
    assert found[0] in (0, 1)
    return bool(found[0])


@pytest.mark.shows("formula.rules")
@pytest.mark.parametrize(
    ("before", "now", "text", "expected"),
    [
        (10, 20, "ISCHANGED(Amount) && PRIORVALUE(Amount) < Amount", True),
        (10, 10, "ISCHANGED(Amount)", False),
        (None, 10, "ISCHANGED(Amount) && ISBLANK(PRIORVALUE(Opportunity.Amount))", True),
        (10, None, "ISCHANGED(Amount)", True),
        (10, None, "Amount > 0", False),
        (10, 20, "ISNEW()", False),
        (10, 20, "ISPICKVAL(PRIORVALUE(StageName), 'Prospecting')", True),
        (10, 20, "REGEX(Name, '[A-Z]eal') && NOT(REGEX(Name, '[a-z]eal'))", True),
        (10, 20, "Account.NumberOfEmployees > Amount", True),
    ],
)
def test_a_rule_compares_the_new_values_with_the_old(
    connection: sqlite3.Connection, before: object, now: object, text: str, expected: bool
) -> None:
    connection.execute('UPDATE "Opportunity" SET "Amount" = ?', (before,))
    connection.execute('UPDATE n SET "Amount" = ?', (now,))
    assert holds(connection, text) is expected


def test_a_new_row_has_no_changes_and_its_own_values_as_prior_ones(connection: sqlite3.Connection) -> None:
    connection.execute('DELETE FROM "Opportunity"')
    assert holds(connection, "ISNEW() && NOT(ISCHANGED(Amount)) && PRIORVALUE(Amount) = 10")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Amount", "Formula result is data type \\(Number\\), incompatible with expected data type \\(Boolean\\)"),
        ("ISNEW(Amount)", "Expected 0, received 1"),
        ("ISCHANGED()", "Expected 1, received 0"),
        ("ISCHANGED(1 + 1)", "Expected a field"),
        ("REGEX(Name, '(')", "Invalid regular expression"),
    ],
)
def test_a_rule_that_cannot_be_is_said(text: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        condition(SCHEMA, OPPORTUNITY, text)


@pytest.mark.shows("formula.rest")
@pytest.mark.parametrize(
    "text",
    [
        "VLOOKUP(Name, Name, Name) = 'x'",
        "DISTANCE(1, 2, 'mi') > 1",
        "TIMENOW() > NULL",
        "$Permission.Edit",
        "$Setup.A.B",
    ],
)
def test_what_the_local_org_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match=r"Unknown function|does not exist"):
        condition(SCHEMA, OPPORTUNITY, text)
