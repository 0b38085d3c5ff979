"""UI API and GraphQL: whatever a client sends is answered in the right shape, never with a server's failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = {
    "ValidationError",
    "InvalidSyntax",
    "DataFetchingException",
    "OperationNotSupported",
    "ExecutionAborted",
}
DOCUMENT = """query q($w: Opportunity_Filter, $n: Int = 3) { uiapi { query { Opportunity(where: $w, first: $n,
    orderBy: {CloseDate: {order: DESC, nulls: LAST}, Account: {Name: {order: ASC}}}) { totalCount edges { cursor node {
    Id Name { value } Amount @optional { value displayValue format } ...a Account { Name { value }
    Contacts(first: 2, where: {Email: {like: "%@a.b"}, not: {LastName: {in: ["x", null]}}}) {
    edges { node { Id } } } } } }
    pageInfo { hasNextPage endCursor } } } aggregate { Account(groupBy: {Industry: {group: true}}) { edges { node {
    aggregate { Industry { value label } Id { count { value } } } } } } } } }
    fragment a on Opportunity { StageName { label } }"""
MUTATION = """mutation m($i: AccountCreateInput!) { uiapi(input: {allOrNone: false}) { a: AccountCreate(input: $i) {
    Record { Id Name { value } } }
    ContactCreate(input: {Contact: {LastName: "L", AccountId: "@{a}"}}) { Record { Id } } } }"""
PIECES = [
    "{",
    "}",
    "(",
    ")",
    ":",
    "$w",
    "$n",
    "...",
    "@skip(if: true)",
    "uiapi",
    "Account",
    '"x"',
    "null",
    "-1",
    "1e400",
    "[",
    "]",
]
PIECES += [
    "9" * 30,
    '"\\u0000"',
    "where: {Id: {inq: {}}}",
    "__typename",
    "__schema { types { name } }",
    "first: 0",
    "Owner { Id }",
]
WORDS = [
    "Name",
    "Amount",
    "CloseDate",
    "Account",
    "Id",
    "or",
    "and",
    "not",
    "eq",
    "in",
    "like",
    "value",
    "literal",
    "range",
]
WORDS += ["inq", "ApiName", "Contact", "gt", "includes", "Sidecar_Risk_Tags__c", "last_n_days", "OwnerId"]

words = st.sampled_from(WORDS)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | words
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8
)
ids = st.sampled_from(["001000000000000AAA", "006000000000000", "x", "", "²", "005", "001" + "0" * 12 + "AAB", "%00"])
few = settings(max_examples=60)


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """A valid text with a few of its tokens dropped, doubled or replaced."""
    tokens = text.split(" ")
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(tokens) - 1))
        what = draw(st.sampled_from(["drop", "double", "put", "replace"]))
        piece = draw(st.sampled_from(PIECES) | st.text(max_size=4))
        if what == "drop":
            tokens[place] = ""
        elif what == "double":
            tokens[place] = f"{tokens[place]} {tokens[place]}"
        else:
            tokens[place] = piece if what == "replace" else f"{piece} {tokens[place]}"
    return " ".join(tokens)


def check_graphql(answer: Any) -> None:
    assert answer.status_code == 200, answer.text
    assert set(answer.json) == {"data", "errors"}
    for error in answer.json["errors"]:
        assert set(error) == {"message", "locations", "paths", "extensions"}
        assert error["extensions"]["ErrorType"] in KINDS


def check_uiapi(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        if isinstance(answer.json, list):
            assert all({"message", "errorCode"} <= set(error) for error in answer.json)
        else:
            assert set(answer.json) == {"message", "statusCode", "enhancedErrorType", "output"}


def post(caller: Any, path: str, body: object, method: str = "POST") -> Any:
    return caller.call(method, path, data=json.dumps(body), content_type="application/json")


@pytest.mark.shows("graphql.validation")
@few
@given(st.data())
def test_a_mangled_query_is_answered(shared: Any, data: st.DataObject) -> None:
    text = data.draw(mutated(DOCUMENT) | mutated(MUTATION))
    variables = data.draw(st.dictionaries(st.sampled_from(["w", "n", "i"]), values, max_size=3))
    check_graphql(post(shared.admin, "graphql", {"query": text, "variables": variables}))


@pytest.mark.shows("graphql.validation")
@few
@given(values, st.sampled_from(["w: Opportunity_Filter", "w: Opportunity_Filter!"]))
def test_any_filter_is_answered(shared: Any, value: object, definition: str) -> None:
    query = "Opportunity(where: $w) { totalCount edges { node { Id } } }"
    text = f"query(${definition}) {{ uiapi {{ query {{ {query} }} }} }}"
    check_graphql(post(shared.admin, "graphql", {"query": text, "variables": {"w": value}}))


@pytest.mark.shows("uiapi.writes")
@few
@given(ids, values, st.dictionaries(words, values, max_size=2))
def test_any_body_of_a_write_is_answered(shared: Any, record_id: str, value: Any, fields: Any) -> None:
    for body in (value, {"fields": value}, {"apiName": "Account", "fields": fields}):
        check_uiapi(post(shared.admin, "ui-api/records", body))
        check_uiapi(post(shared.admin, f"ui-api/records/{record_id}", body, "PATCH"))


@pytest.mark.shows("uiapi.related_lists")
@few
@given(
    ids,
    st.dictionaries(st.sampled_from(["fields", "optionalFields", "pageSize", "pageToken", "sortBy", "where"]), values),
)
def test_any_page_of_a_list_is_answered(shared: Any, record_id: str, body: Any) -> None:
    for caller in (shared.admin, shared.integration):
        check_uiapi(post(caller, f"ui-api/related-list-records/{record_id}/Contacts", body))
        check_uiapi(post(caller, "ui-api/list-records/Contact/__all", body))


@pytest.mark.shows("uiapi.record")
@few
@given(
    ids,
    st.dictionaries(
        st.sampled_from(
            ["fields", "optionalFields", "layoutTypes", "modes", "childRelationships", "pageSize", "formFactor"]
        ),
        st.text(max_size=10)
        | st.sampled_from(["Account.Name", "Full", "View", "Account.Contacts", "3", "Account.Owner.Name", "."]),
    ),
)
def test_any_parameters_of_a_read_are_answered(shared: Any, record_id: str, query: dict[str, str]) -> None:
    known = shared.org.user("admin@local.example").id
    for path in (f"records/{record_id}", f"records/batch/{record_id},{known}", f"record-ui/{known}"):
        check_uiapi(shared.admin.get(f"ui-api/{path}", query_string=query))
