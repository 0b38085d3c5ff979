"""The language: what is a query, how a refusal names the place, what date literals mean."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.soql.dates import Calendar, Days, range_of
from localorg.soql.errors import QueryError, place
from localorg.soql.literals import pattern_of, text_of
from localorg.soql.parse import LONGEST_QUERY, parse
from localorg.soql.tree import ChildQuery, Comparison, Junction, Literal, Not, SemiJoin

# A Sunday, so that the first day of the week is today in a US locale.
NOW = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
UTC_CALENDAR = Calendar(NOW, ZoneInfo("UTC"))


def refused(text: str) -> str:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert error.value.code == "MALFORMED_QUERY"
    return str(error.value.located(text).message)


@pytest.mark.shows("soql.clauses")
def test_keywords_in_any_case_make_the_same_tree() -> None:
    upper = "SELECT Id FROM Account WHERE Name LIKE 'a%' ORDER BY Name DESC NULLS LAST LIMIT 5 OFFSET 2"
    lower = upper.replace("SELECT", "select").replace("FROM", "from").replace("WHERE", "where").replace("LIKE", "like")
    lower = lower.replace("ORDER BY", "order by").replace("DESC NULLS LAST", "desc nulls last")
    assert parse(upper) == parse(lower.replace("LIMIT", "limit").replace("OFFSET", "offset"))


@pytest.mark.parametrize(
    "name", ["Order", "Group", "Limit", "View", "Selected", "Fromage", "Andes__c", "Notes__c", "Inside"]
)
def test_names_may_begin_with_or_be_keywords_where_no_keyword_fits(name: str) -> None:
    query = parse(f"SELECT Id, a.{name} FROM {name} a WHERE a.{name} = 'x'")
    assert query.source.text == name
    assert isinstance(query.where, Comparison)


@pytest.mark.shows("soql.clauses")
def test_conditions_keep_their_structure() -> None:
    query = parse("SELECT Id FROM A WHERE (a = 1 OR b != null) AND NOT c IN ('x', 'y') AND d NOT IN (SELECT e FROM F)")
    where = query.where
    assert isinstance(where, Junction) and where.operator == "AND"
    either, negated, anti_join = where.parts
    assert isinstance(either, Junction) and either.operator == "OR"
    assert isinstance(negated, Not) and isinstance(negated.condition, Comparison)
    assert [value.value for value in negated.condition.values] == ["x", "y"]
    assert isinstance(anti_join, SemiJoin) and anti_join.negated


def test_a_subquery_is_a_query_of_its_own() -> None:
    child = parse("SELECT Id, (SELECT Name FROM Contacts LIMIT 3) FROM Account").select[1]
    assert isinstance(child, ChildQuery)
    assert (child.query.source.text, child.query.limit) == ("Contacts", 3)


@pytest.mark.shows("soql.clauses")
@pytest.mark.parametrize(
    ("text", "token", "column"),
    [
        ("SELECT Id FRM Account", "FRM", 11),
        ("SELECT Id, FROM Account", "FROM", 12),
        ("SELECT Id FROM Account WHERE a = 1 AND b = 2 OR c = 3", "OR", 46),
        ("SELECT Id FROM Account WHERE a IN ()", ")", 36),
        ("SELECT Id FROM Account WHERE a = 'x", "'", 34),
        ("SELECT Id FROM Account LIMIT x", "x", 30),
        ("SELECT Id FROM Account LIMIT 1.5", "1.5", 30),
        ("SELECT Id FROM Account;", ";", 23),
        ("SELECT * FROM Account", "*", 8),
        ("SELECT Id FROM", "<EOF>", 15),
        ("", "<EOF>", 1),
    ],
)
def test_a_refusal_names_the_token_and_its_place(text: str, token: str, column: int) -> None:
    message = refused(text)
    assert message.endswith(f"ERROR at Row:1:Column:{column}\nunexpected token: '{token}'")
    caret = message.split("\n")[2]
    assert caret == " " * (column - 1) + "^"


def test_the_place_counts_rows_and_shows_the_line_around_it() -> None:
    text = "SELECT Id\nFROM Account\nWHERE " + "x" * 200 + " ! 3"
    position = text.index("!")
    shown = place(text, position).split("\n")
    assert shown[3] == "ERROR at Row:3:Column:208"
    assert shown[1][shown[2].index("^")] == "!"
    assert len(shown[1]) < 130


def test_a_query_longer_than_salesforce_takes_is_refused() -> None:
    assert "100,000" in refused("SELECT Id FROM Account WHERE Name = '" + "x" * LONGEST_QUERY + "'")


@pytest.mark.shows("soql.errors")
@given(st.text(max_size=80))
def test_any_text_is_parsed_or_refused_as_malformed(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        assert error.code == "MALFORMED_QUERY"
        assert "ERROR at Row:" in str(error.located(text).message)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50))
def test_a_string_with_escapes_means_the_text_it_was_made_of(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    query = parse(f"SELECT Id FROM A WHERE Name = '{escaped}'")
    assert isinstance(query.where, Comparison)
    assert text_of(query.where.values[0]) == text


def test_escapes_keep_wildcards_apart_only_in_patterns() -> None:
    literal = Literal("string", r"100\% \_a\\b \u0041%", 0)
    assert text_of(literal) == "100% _a\\b A%"
    assert pattern_of(literal) == r"100\% \_a\\b A%"


def test_an_unknown_escape_is_refused() -> None:
    with pytest.raises(QueryError, match=r"Illegal character sequence '\\q'"):
        text_of(Literal("string", r"a\q", 0))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.shows("soql.dates")
@pytest.mark.parametrize(
    ("literal", "start", "end"),
    [
        ("TODAY", "2026-11-22", "2026-11-23"),
        ("YESTERDAY", "2026-11-21", "2026-11-22"),
        ("TOMORROW", "2026-11-23", "2026-11-24"),
        ("LAST_N_DAYS:0", "2026-11-22", "2026-11-23"),
        ("LAST_N_DAYS:30", "2026-10-23", "2026-11-23"),
        ("LAST_90_DAYS", "2026-08-24", "2026-11-23"),
        ("NEXT_90_DAYS", "2026-11-23", "2027-02-21"),
        ("NEXT_N_DAYS:1", "2026-11-23", "2026-11-24"),
        ("N_DAYS_AGO:3", "2026-11-19", "2026-11-20"),
        ("THIS_WEEK", "2026-11-22", "2026-11-29"),
        ("LAST_WEEK", "2026-11-15", "2026-11-22"),
        ("N_WEEKS_AGO:2", "2026-11-08", "2026-11-15"),
        ("THIS_MONTH", "2026-11-01", "2026-12-01"),
        ("NEXT_MONTH", "2026-12-01", "2027-01-01"),
        ("LAST_N_MONTHS:2", "2026-09-01", "2026-11-01"),
        ("NEXT_N_MONTHS:2", "2026-12-01", "2027-02-01"),
        ("N_MONTHS_AGO:11", "2025-12-01", "2026-01-01"),
        ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
        ("LAST_QUARTER", "2026-07-01", "2026-10-01"),
        ("NEXT_N_QUARTERS:2", "2027-01-01", "2027-07-01"),
        ("LAST_N_QUARTERS:4", "2025-10-01", "2026-10-01"),
        ("THIS_YEAR", "2026-01-01", "2027-01-01"),
        ("LAST_N_YEARS:2", "2024-01-01", "2026-01-01"),
        ("N_YEARS_AGO:1", "2025-01-01", "2026-01-01"),
    ],
)
def test_a_date_literal_is_a_range_of_days(literal: str, start: str, end: str) -> None:
    assert range_of(literal, UTC_CALENDAR) == Days(day(start), day(end))


@pytest.mark.shows("soql.dates")
def test_fiscal_literals_follow_the_start_of_the_fiscal_year() -> None:
    february = Calendar(NOW, ZoneInfo("UTC"), fiscal_start_month=2)
    assert range_of("THIS_FISCAL_QUARTER", february) == Days(day("2026-11-01"), day("2027-02-01"))
    assert range_of("THIS_FISCAL_YEAR", february) == Days(day("2026-02-01"), day("2027-02-01"))
    assert range_of("LAST_N_FISCAL_YEARS:1", february) == Days(day("2025-02-01"), day("2026-02-01"))
    assert range_of("THIS_FISCAL_QUARTER", UTC_CALENDAR) == range_of("THIS_QUARTER", UTC_CALENDAR)


@pytest.mark.shows("soql.dates")
def test_today_is_the_day_in_the_users_time_zone() -> None:
    berlin = Calendar(NOW, ZoneInfo("Europe/Berlin"))
    today = range_of("TODAY", berlin)
    assert today == Days(day("2026-11-23"), day("2026-11-24"))
    assert today.moments(berlin.zone) == ("2026-11-22T23:00:00.000Z", "2026-11-23T23:00:00.000Z")


@pytest.mark.parametrize("literal", ["SOON", "LAST_N_DAYS", "LAST_N_DAYS:-1", "TODAY:3", "NEXT_N_DAYS:99999999"])
def test_what_is_no_date_literal_has_no_range(literal: str) -> None:
    assert range_of(literal, UTC_CALENDAR) is None


@given(st.integers(1, 12), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(["QUARTER", "YEAR"]))
def test_fiscal_units_follow_one_another_without_gap(month: int, today: dt.date, unit: str) -> None:
    calendar = Calendar(dt.datetime.combine(today, dt.time(12), dt.UTC), ZoneInfo("UTC"), month)
    last, this, following = (range_of(f"{which}_FISCAL_{unit}", calendar) for which in ("LAST", "THIS", "NEXT"))
    assert last is not None and this is not None and following is not None
    assert this.start <= today < this.end
    assert (last.end, this.end) == (this.start, following.start)
    assert (this.start.month - month) % (3 if unit == "QUARTER" else 12) == 0
