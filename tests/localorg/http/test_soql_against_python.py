"""Conditions, orders and groups of generated queries against plain Python over the same rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.localorg.http.conftest import Served

Row = dict[str, Any]
Test = Callable[[Row], bool]
ROWS: list[Row] = [
    {
        "Name": name,
        "Amount": amount,
        "CloseDate": date,
        "StageName": stage,
        "NextStep": step,
        "Sidecar_Risk_Tags__c": tags,
        "Account": account,
    }
    for name, amount, date, stage, step, tags, account in [
        ("Alpha", 100.0, "2026-01-10", "Prospecting", None, "Stalled", "Acme"),
        ("alpha", None, "2026-01-10", "Closed Won", "call", "Stalled;Slipping", None),
        ("Beta_%", 0.0, "2026-02-28", "Prospecting", "Call", None, "acme"),
        ("béta", -7.25, "2027-01-01", "Closed Lost", None, "Slipping", "Zoë"),
        ("Gamma", 100.0, "2025-12-31", "Closed Won", "mail", None, None),
        ("g", 1e9, "2026-06-30", "Qualification", "a\\b", "Past close date;Stalled", "Zoë"),
    ]
]
STAGES = ["Prospecting", "Qualification", "Closed Won", "Closed Lost"]  # as they are set up
ORDERED = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}
ONE_ORG = settings(max_examples=60)


@pytest.fixture(scope="module")
def book(shared: Served) -> Iterator[Served]:
    """The rows as deals of their accounts."""
    admin = shared.org.records(shared.org.user("admin@local.example"))
    names = list(dict.fromkeys(row["Account"] for row in ROWS if row["Account"]))
    accounts = dict(zip(names, shared.admin.insert("Account", *({"Name": name} for name in names)), strict=True))
    deals = [{**row, "AccountId": accounts.get(row["Account"])} for row in ROWS]
    for deal in deals:
        del deal["Account"]
    admin.insert("Opportunity", deals)
    yield shared


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def texts(column: str) -> list[str]:
    return sorted({row[column] for row in ROWS if row[column]})


def fold(value: str | None) -> str | None:
    return None if value is None else value.lower()


def equal_texts() -> st.SearchStrategy[tuple[str, Test]]:
    def build(column: str, place: int, negated: bool, upper: bool) -> tuple[str, Test]:
        known = texts(column)
        value = known[place % len(known)]
        shown = value.upper() if upper else value
        name = "Account.Name" if column == "Account" else column
        sign = "!=" if negated else "="
        return f"{name} {sign} {quoted(shown)}", lambda row: (fold(row[column]) == value.lower()) is not negated

    columns = st.sampled_from(["Name", "NextStep", "Account", "StageName"])
    return st.builds(build, columns, st.integers(0, 9), st.booleans(), st.booleans())


def nulls() -> st.SearchStrategy[tuple[str, Test]]:
    def build(column: str, negated: bool) -> tuple[str, Test]:
        name = "Account.Name" if column == "Account" else column
        return f"{name} {'!=' if negated else '='} null", lambda row: (row[column] is None) is not negated

    return st.builds(build, st.sampled_from(["Amount", "NextStep", "Account", "Sidecar_Risk_Tags__c"]), st.booleans())


def numbers() -> st.SearchStrategy[tuple[str, Test]]:
    def build(sign: str, value: float) -> tuple[str, Test]:
        return f"Amount {sign} {value!r}", lambda row: row["Amount"] is not None and ORDERED[sign](row["Amount"], value)

    values = st.sampled_from([100, 100.0, 0, -7.25, 1e9, 0.5]) | st.floats(-1e6, 1e6)
    return st.builds(build, st.sampled_from(sorted(ORDERED)), values)


def dates() -> st.SearchStrategy[tuple[str, Test]]:
    def build(sign: str, day: str) -> tuple[str, Test]:
        return f"CloseDate {sign} {day}", lambda row: ORDERED[sign](row["CloseDate"], day)

    return st.builds(build, st.sampled_from(sorted(ORDERED)), st.sampled_from(texts("CloseDate")))


def lists() -> st.SearchStrategy[tuple[str, Test]]:
    def build(values: list[str], negated: bool) -> tuple[str, Test]:
        wanted = {value.lower() for value in values}
        listed = ", ".join(map(quoted, values))
        word = "NOT IN" if negated else "IN"
        return f"NextStep {word} ({listed})", lambda row: (fold(row["NextStep"]) in wanted) is not negated

    return st.builds(
        build, st.lists(st.sampled_from(["CALL", "mail", "x", "a\\b"]), min_size=1, max_size=3), st.booleans()
    )


def patterns() -> st.SearchStrategy[tuple[str, Test]]:
    def build(part: str, before: bool, after: bool) -> tuple[str, Test]:
        pattern = ("%" if before else "") + part.replace("%", "\\%").replace("_", "\\_") + ("%" if after else "")

        def holds(row: Row) -> bool:
            name = row["Name"].lower()
            if before and after:
                return part.lower() in name
            if before or after:
                return bool(name.endswith(part.lower()) if before else name.startswith(part.lower()))
            return bool(name == part.lower())

        return f"Name LIKE '{pattern}'", holds

    return st.builds(build, st.sampled_from(["a", "A", "ta", "_%", "É", "alpha", "b"]), st.booleans(), st.booleans())


def tags() -> st.SearchStrategy[tuple[str, Test]]:
    def build(choices: list[list[str]], excluded: bool) -> tuple[str, Test]:
        listed = ", ".join(quoted(";".join(choice)) for choice in choices)

        def holds(row: Row) -> bool:
            own = set((row["Sidecar_Risk_Tags__c"] or "").split(";"))
            return any(set(choice) <= own for choice in choices) is not excluded

        return f"Sidecar_Risk_Tags__c {'EXCLUDES' if excluded else 'INCLUDES'} ({listed})", holds

    choice = st.lists(st.sampled_from(["Stalled", "Slipping", "Past close date"]), min_size=1, max_size=2, unique=True)
    return st.builds(build, st.lists(choice, min_size=1, max_size=2), st.booleans())


def conditions() -> st.SearchStrategy[tuple[str, Test]]:
    def joined(word: str, parts: list[tuple[str, Test]]) -> tuple[str, Test]:
        every = all if word == "AND" else any
        return f"({f' {word} '.join(text for text, _ in parts)})", lambda row: every(test(row) for _, test in parts)

    return st.recursive(
        st.one_of(equal_texts(), nulls(), numbers(), dates(), lists(), patterns(), tags()),
        lambda inner: st.one_of(
            inner.map(lambda part: (f"(NOT {part[0]})", lambda row: not part[1](row))),
            st.builds(joined, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=6,
    )


@pytest.mark.shows("soql.where")
@ONE_ORG
@given(condition=conditions())
def test_a_condition_finds_the_rows_that_python_finds(book: Served, condition: tuple[str, Test]) -> None:
    text, holds = condition
    found = book.admin.records(f"SELECT Name FROM Opportunity WHERE {text} ORDER BY Id")
    assert [each["Name"] for each in found] == [row["Name"] for row in ROWS if holds(row)]


def sort_key(column: str) -> Callable[[Row], Any]:
    if column == "StageName":
        return lambda row: STAGES.index(row[column])
    if column in ("Amount", "CloseDate"):
        return lambda row: row[column]
    return lambda row: row[column].lower()


@pytest.mark.shows("soql.order")
@ONE_ORG
@given(
    columns=st.lists(
        st.tuples(st.sampled_from(["Amount", "CloseDate", "StageName", "NextStep"]), st.booleans(), st.booleans()),
        min_size=1,
        max_size=3,
    )
)
def test_rows_come_in_the_order_that_python_gives(book: Served, columns: list[tuple[str, bool, bool]]) -> None:
    terms = [f"{name}{' DESC' if down else ''}{' NULLS LAST' if last else ''}" for name, down, last in columns]
    found = book.admin.records(f"SELECT Name FROM Opportunity ORDER BY {', '.join(terms)}, Id")
    expected = list(ROWS)
    for name, down, last in reversed(columns):
        blank = [row for row in expected if row[name] is None]
        # Python's reverse keeps equal rows in their order, as SQL does.
        rest = sorted((row for row in expected if row[name] is not None), key=sort_key(name), reverse=down)
        expected = rest + blank if last else blank + rest
    assert [each["Name"] for each in found] == [row["Name"] for row in expected]


@pytest.mark.shows("soql.aggregates")
@ONE_ORG
@given(
    group=st.sampled_from(["StageName", "CALENDAR_YEAR(CloseDate)", "CALENDAR_QUARTER(CloseDate)"]),
    condition=conditions(),
)
def test_groups_add_up_as_in_python(book: Served, group: str, condition: tuple[str, Test]) -> None:
    text, holds = condition
    key_of = {
        "StageName": lambda row: row["StageName"],
        "CALENDAR_YEAR(CloseDate)": lambda row: int(row["CloseDate"][:4]),
        "CALENDAR_QUARTER(CloseDate)": lambda row: (int(row["CloseDate"][5:7]) + 2) // 3,
    }[group]
    groups: dict[Any, list[Row]] = {}
    for row in filter(holds, ROWS):
        groups.setdefault(key_of(row), []).append(row)
    expected = {}
    for key, rows in groups.items():
        amounts = [row["Amount"] for row in rows if row["Amount"] is not None]
        total = math.fsum(amounts) if amounts else None
        expected[key] = (
            len(rows),
            len(amounts),
            total,
            total / len(amounts) if total is not None else None,
            max(amounts, default=None),
            min(row["CloseDate"] for row in rows),
        )
    asked = (
        f"SELECT {group} k, COUNT(Id) a, COUNT(Amount) b, SUM(Amount) c, AVG(Amount) d, MAX(Amount) e, "
        f"MIN(CloseDate) f FROM Opportunity WHERE {text} GROUP BY {group}"
    )
    found = {each["k"]: tuple(each[name] for name in "abcdef") for each in book.admin.records(asked)}
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key] == pytest.approx(values) if None not in values else found[key] == values
