"""What holds for every query: its text means its tree, and no text brings the org down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.errors import OrgError
from localorg.soql.parse import parse
from localorg.soql.run import Asked
from localorg.soql.tree import Query
from tests.localorg.http.conftest import BASE, Served
from tests.localorg.http.soql_writing import queries, written

# The served org only answers queries here, so that one serves all examples.
ONE_ORG = settings(max_examples=60)
VALID = [
    "SELECT Id, Name, Account.Name FROM Opportunity WHERE Amount > 10 AND (StageName = 'x' OR IsWon = TRUE)",
    "SELECT StageName, SUM(Amount) FROM Opportunity GROUP BY CUBE(StageName) HAVING COUNT(Id) > 0 ORDER BY SUM(Amount)",
    "SELECT Name, (SELECT LastName FROM Contacts WHERE CreatedDate = LAST_N_DAYS:3) FROM Account LIMIT 5 OFFSET 1",
    "SELECT Subject, TYPEOF What WHEN Account THEN Phone ELSE Name END FROM Task USING SCOPE mine",
    "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact) AND Name LIKE 'a\\%_%' AND ParentId = null",
    "SELECT FORMAT(Amount) f, toLabel(StageName) FROM Opportunity WHERE Sidecar_Risk_Tags__c INCLUDES ('a;b', 'c')",
    "SELECT CALENDAR_YEAR(CloseDate), COUNT(Id) FROM Opportunity GROUP BY CALENDAR_YEAR(CloseDate) FOR VIEW",
    "SELECT FIELDS(ALL) FROM Account WHERE CreatedDate >= 2026-01-01T00:00:00+01:00 LIMIT 20",
]
PIECES = [
    "\n",
    "\0",
    "\ud83d",
    "\\",
    "*",
    " ",
    "(",
    ")",
    ",",
    "'",
    "NOT ",
    "NULL",
    "IN",
    "99999999999999999999999",
    "-1e400",
    "1700-01-01",
    "9999-12-31T23:59:59Z",
    "N_YEARS_AGO:9999",
    "NEXT_N_FISCAL_QUARTERS:10000",
    "COUNT()",
    "FIELDS(ALL)",
    "FORMAT(COUNT(Id))",
    "GROUPING(Name)",
    "Owner.Name",
    "BillingAddress",
    "Id",
    "USD5",
    "''",
    " FROM Task ",
    "convertTimezone(CreatedDate)",
    "DAY_ONLY(CreatedDate)",
    "Sidecar_Stage_Age__c",
]


@pytest.mark.shows("soql.errors")
@given(queries())
def test_a_query_written_and_parsed_is_the_same(query: Query) -> None:
    assert parse(written(query)) == query


def answered(served: Served, text: str) -> None:
    """A query has an answer that is JSON, or Salesforce's error."""
    user = served.org.user("admin@local.example")
    try:
        answer = json.loads(served.services.queries.query_text(Asked(user, BASE), text))
    except OrgError as error:
        assert error.status == 400
        assert error.code.isupper() and error.message
    else:
        assert answer["done"] is True


@pytest.mark.shows("soql.errors")
@ONE_ORG
@given(query=queries())
def test_a_query_of_the_language_is_answered_or_refused(shared: Served, query: Query) -> None:
    answered(shared, written(query))


@pytest.mark.shows("soql.errors")
@ONE_ORG
@given(data=st.data())
def test_a_broken_query_is_answered_or_refused(shared: Served, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(VALID))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=4)) + text[end:]
    answered(shared, text)


@pytest.mark.shows("soql.errors")
@ONE_ORG
@given(data=st.data())
def test_a_query_with_other_words_is_answered_or_refused(shared: Served, data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(VALID)).split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(PIECES))
    answered(shared, " ".join(words))


@pytest.mark.parametrize("text", VALID)
def test_the_queries_to_be_broken_are_whole(shared: Served, text: str) -> None:
    assert shared.admin.query(text)["done"] is True
