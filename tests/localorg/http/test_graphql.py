"""GraphQL: records of the org as components query them."""

from __future__ import annotations

from typing import Any

import pytest

import localorg.http.uiapi.fetch as fetch

STAGES = {"Alpha": "Prospecting", "Beta": "Qualification", "Gamma": "Closed Won", "Delta 100%": "Prospecting"}
AMOUNTS = {"Alpha": 100, "Beta": 200, "Gamma": 300, "Delta 100%": None}


@pytest.fixture(scope="module")
def book(shared: Any) -> dict[str, str]:
    """Two accounts; four deals, of which the last has no account."""
    north, south = shared.admin.insert("Account", {"Name": "North"}, {"Name": "South"})
    parents = {"Alpha": north, "Beta": north, "Gamma": south, "Delta 100%": None}
    deals = shared.admin.insert(
        "Opportunity",
        *(
            {
                "Name": name,
                "StageName": stage,
                "Amount": AMOUNTS[name],
                "AccountId": parents[name],
                "CloseDate": f"2026-0{number}-15",
                "IsPrivate": name == "Beta",
                "Sidecar_Risk_Tags__c": "Stalled;Slipping" if name == "Alpha" else None,
            }
            for number, (name, stage) in enumerate(STAGES.items(), start=1)
        ),
    )
    return {"North": north, "South": south, **dict(zip(STAGES, deals, strict=True))}


def ask(caller: Any, query: str, **variables: object) -> Any:
    answer = caller.post("graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.json


def rows(caller: Any, text: str, **variables: object) -> Any:
    """What stands below uiapi.query of an answer without errors; `text` may begin with a parenthesis of variables."""
    head, body = text.split("::", 1) if "::" in text else ("", text)
    answer = ask(caller, f"query q{head} {{ uiapi {{ query {{ {body} }} }} }}", **variables)
    assert answer["errors"] == []
    return answer["data"]["uiapi"]["query"]


def names(caller: Any, arguments: str, **variables: object) -> list[str]:
    head, arguments = arguments.split("::", 1) if "::" in arguments else ("", arguments)
    text = f"{head}:: Opportunity({arguments}) {{ edges {{ node {{ Name {{ value }} }} }} }}"
    return [edge["node"]["Name"]["value"] for edge in rows(caller, text, **variables)["Opportunity"]["edges"]]


def error_of(caller: Any, query: str, **variables: object) -> dict[str, Any]:
    (error,) = ask(caller, query, **variables)["errors"]
    assert set(error) == {"message", "locations", "paths", "extensions"}
    return error  # type: ignore[no-any-return]  # JSON


def test_an_id_is_plain_and_every_other_field_an_object(shared: Any, book: dict[str, str]) -> None:
    found = rows(
        shared.admin,
        """Opportunity(where: {Name: {eq: "alpha"}}) { totalCount pageResultCount edges { cursor node {
            Id Name { value displayValue } money: Amount { value displayValue } CloseDate { value displayValue }
            Account { Id Name { value } } NextStep { value } } } }""",
    )["Opportunity"]
    assert (found["totalCount"], found["pageResultCount"]) == (1, 1)
    assert found["edges"][0]["node"] == {
        "Id": book["Alpha"],
        "Name": {"value": "Alpha", "displayValue": None},
        "money": {"value": 100.0, "displayValue": "$100.00"},
        "CloseDate": {"value": "2026-01-15", "displayValue": "1/15/2026"},
        "Account": {"Id": book["North"], "Name": {"value": "North"}},
        "NextStep": {"value": None},
    }


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('{Name: {eq: "ALPHA"}}', ["Alpha"]),
        ('{Name: {ne: "Alpha"}}', ["Beta", "Delta 100%", "Gamma"]),
        ('{Name: {like: "%100\\\\%"}}', ["Delta 100%"]),
        ('{Name: {in: ["Alpha", "Gamma"]}}', ["Alpha", "Gamma"]),
        ("{Name: {in: []}}", []),
        ('{Name: {nin: ["Alpha", "Gamma"]}}', ["Beta", "Delta 100%"]),
        ("{Name: {nin: []}}", ["Alpha", "Beta", "Delta 100%", "Gamma"]),
        ("{Amount: {gt: 100, lt: 300}}", ["Beta"]),
        ("{Amount: {gte: 200}}", ["Beta", "Gamma"]),
        ("{Amount: {lte: 100.5}}", ["Alpha"]),
        ("{Amount: {eq: null}}", ["Delta 100%"]),
        ("{IsPrivate: {eq: true}}", ["Beta"]),
        ('{CloseDate: {gt: {value: "2026-02-15"}}}', ["Delta 100%", "Gamma"]),
        ("{CloseDate: {lt: {literal: TODAY}}, IsWon: {eq: true}}", ["Gamma"]),
        ("{CreatedDate: {gte: {range: {last_n_days: 2}}}, IsWon: {eq: true}}", ["Gamma"]),
        ("{CloseDate: {eq: {literal: TOMORROW}}}", []),
        ('{Sidecar_Risk_Tags__c: {includes: ["Stalled"]}}', ["Alpha"]),
        ('{Account: {Name: {eq: "North"}}}', ["Alpha", "Beta"]),
        ("{AccountId: {eq: null}}", ["Delta 100%"]),
        ('{or: [{Name: {eq: "Alpha"}}, {Amount: {eq: 300}}]}', ["Alpha", "Gamma"]),
        ('{and: [{Amount: {gt: 50}}, {not: {Account: {Name: {like: "N%"}}}}]}', ["Gamma"]),
        ('{not: {or: [{Name: {eq: "Alpha"}}, {Name: {eq: "Beta"}}]}}', ["Delta 100%", "Gamma"]),
        ("{}", ["Alpha", "Beta", "Delta 100%", "Gamma"]),
    ],
)
def test_filters_choose_records(shared: Any, book: dict[str, str], where: str, expected: list[str]) -> None:
    assert names(shared.admin, f"where: {where}, orderBy: {{Name: {{order: ASC}}}}") == expected


def test_variables_fill_filters_and_lists_of_ids(shared: Any, book: dict[str, str]) -> None:
    wanted = [book["Beta"], book["Gamma"]]
    assert names(shared.admin, "($ids: [ID]):: where: {Id: {in: $ids}}", ids=wanted) == ["Beta", "Gamma"]
    filtered = {"Amount": {"gt": 150}, "Account": {"Name": {"eq": "South"}}}
    assert names(shared.admin, "($w: Opportunity_Filter):: where: $w", w=filtered) == ["Gamma"]
    assert len(names(shared.admin, "($w: Opportunity_Filter):: where: $w")) == 4


def test_order_puts_nulls_where_asked(shared: Any, book: dict[str, str]) -> None:
    assert names(shared.admin, "orderBy: {Amount: {order: DESC, nulls: LAST}}") == [
        "Gamma",
        "Beta",
        "Alpha",
        "Delta 100%",
    ]
    assert names(shared.admin, "orderBy: {Amount: {order: ASC}}")[0] == "Delta 100%"
    by_parent = "orderBy: {Account: {Name: {order: DESC, nulls: LAST}}, Name: {order: DESC}}"
    assert names(shared.admin, by_parent) == ["Gamma", "Beta", "Alpha", "Delta 100%"]


def test_pages_follow_each_other_without_gap_or_overlap(shared: Any, book: dict[str, str]) -> None:
    text = """($after: String):: Opportunity(first: 3, after: $after, orderBy: {StageName: {order: ASC}}) {
        totalCount edges { node { Id } cursor } pageInfo { hasNextPage hasPreviousPage endCursor } }"""
    first = rows(shared.admin, text, after=None)["Opportunity"]
    second = rows(shared.admin, text, after=first["pageInfo"]["endCursor"])["Opportunity"]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert (first["pageInfo"]["hasPreviousPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert first["edges"][-1]["cursor"] == first["pageInfo"]["endCursor"]
    ids = [edge["node"]["Id"] for page in (first, second) for edge in page["edges"]]
    assert sorted(ids) == sorted(book[name] for name in STAGES)
    assert first["totalCount"] == second["totalCount"] == 4


def test_children_have_pages_of_their_own(shared: Any, book: dict[str, str]) -> None:
    found = rows(
        shared.admin,
        """Account(orderBy: {Name: {order: ASC}}) { edges { node { Name { value }
            Opportunities(first: 1, where: {Amount: {gt: 0}}, orderBy: {Amount: {order: DESC}}) {
                totalCount pageInfo { hasNextPage } edges { node { Name { value } } } } } } }""",
    )["Account"]["edges"]
    north, south = (edge["node"]["Opportunities"] for edge in found)
    assert (north["totalCount"], north["pageInfo"]["hasNextPage"]) == (2, True)
    assert [edge["node"]["Name"]["value"] for edge in north["edges"]] == ["Beta"]
    assert (south["totalCount"], south["pageInfo"]["hasNextPage"]) == (1, False)


def test_children_of_a_parent_can_be_asked_for(shared: Any, book: dict[str, str]) -> None:
    found = rows(
        shared.admin,
        """Opportunity(orderBy: {Name: {order: ASC}}) { edges { node { Account {
            Opportunities { edges { node { Id } } } } } } }""",
    )["Opportunity"]["edges"]
    assert [edge["node"]["Account"] and len(edge["node"]["Account"]["Opportunities"]["edges"]) for edge in found] == [
        2,
        2,
        None,
        1,
    ]


def test_the_number_of_queries_does_not_grow_with_the_records(
    shared: Any, book: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    reading = fetch.reading

    def counting(org: Any, user: Any) -> Any:
        counted.append(1)
        return reading(org, user)

    monkeypatch.setattr(fetch, "reading", counting)
    text = "Account(first: %d) { totalCount edges { node { Opportunities { totalCount edges { node { Id } } } } } }"
    rows(shared.admin, text % 1)
    few = len(counted)
    rows(shared.admin, text % 100)
    assert len(counted) == 2 * few


def test_fragments_and_directives_apply(shared: Any, book: dict[str, str]) -> None:
    query = """query q($no: Boolean!) { uiapi { query { Opportunity(where: {Name: {eq: "Alpha"}}) {
        edges { node { ...named StageName @skip(if: true) { value } Amount @include(if: $no) { value }
                       ... on Opportunity { Name { displayValue } } Nope @optional { value } } } } } } }
        fragment named on Opportunity { Id Name { value } }"""
    answer = ask(shared.admin, query, no=False)
    assert answer["errors"] == []
    (edge,) = answer["data"]["uiapi"]["query"]["Opportunity"]["edges"]
    assert edge["node"] == {"Id": book["Alpha"], "Name": {"value": "Alpha", "displayValue": None}}


def test_scope_mine_shows_ones_own(shared: Any, book: dict[str, str]) -> None:
    assert len(names(shared.admin, "scope: MINE")) == 4
    assert names(shared.integration, "scope: MINE") == []
    assert len(names(shared.integration, 'scope: EVERYTHING, where: {Name: {like: "%"}}')) == 4


def test_an_undefined_field_spoils_its_object_only(shared: Any, book: dict[str, str]) -> None:
    answer = ask(
        shared.admin,
        """{ uiapi { query { Opportunity { edges { node { Foo { value } } } }
             Account { totalCount } } } }""",
    )
    assert answer["data"]["uiapi"]["query"] == {"Opportunity": None, "Account": {"totalCount": 2}}
    (error,) = answer["errors"]
    assert error["extensions"]["ErrorType"] == "ValidationError"
    assert error["message"] == (
        "Validation error (FieldUndefined@[uiapi/query/Opportunity/edges/node/Foo]) : "
        "Field 'Foo' in type 'Opportunity' is undefined"
    )
    assert error["locations"] == [{"line": 1, "column": 48}]
    assert error["paths"] == []


@pytest.mark.parametrize(
    "field", ["Phone { value }", "Owner { Nope { value } }", "Nope(first: 1) { edges { cursor } }"]
)
def test_what_security_hides_is_undefined(shared: Any, book: dict[str, str], field: str) -> None:
    error = error_of(shared.integration, f"{{ uiapi {{ query {{ Account {{ edges {{ node {{ {field} }} }} }} }} }} }}")
    assert "FieldUndefined" in error["message"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("{ uiapi { query {", "InvalidSyntax"),
        ("", "InvalidSyntax"),
        ("{ nope }", "ValidationError"),
        ("{ uiapi { aggregate { Account { edges { node { Id } } } } } }", "ValidationError"),
        ("{ uiapi { query { Nope__c { edges { node { Id } } } } } }", "ValidationError"),
        ("{ uiapi { query { account { edges { node { Id } } } } } }", "ValidationError"),
        ("{ uiapi { query { Account { edges { node { Name } } } } } }", "ValidationError"),
        ("{ uiapi { query { Account { edges { node { Name { nope } } } } } } }", "ValidationError"),
        ("{ uiapi { query { Account { nope } } } }", "ValidationError"),
        ("{ uiapi { query { Account { pageInfo { nope } } } } }", "ValidationError"),
        ("{ uiapi { query { Account(first: 0) { totalCount } } } }", "ValidationError"),
        ("{ uiapi { query { Account(first: 2001) { totalCount } } } }", "ValidationError"),
        ('{ uiapi { query { Account(after: "x") { totalCount } } } }', "ValidationError"),
        ("{ uiapi { query { Account(scope: TEAM) { totalCount } } } }", "ValidationError"),
        ("{ uiapi { query { Account(limit: 1) { totalCount } } } }", "ValidationError"),
        ('{ uiapi { query { Account(where: {Nope: {eq: "x"}}) { totalCount } } } }', "ValidationError"),
        ('{ uiapi { query { Account(where: {Name: {almost: "x"}}) { totalCount } } } }', "ValidationError"),
        ("{ uiapi { query { Account(where: {Name: {eq: 5}}) { totalCount } } } }", "ValidationError"),
        ('{ uiapi { query { Account(where: {AnnualRevenue: {eq: "5"}}) { totalCount } } } }', "ValidationError"),
        ("{ uiapi { query { Account(where: 5) { totalCount } } } }", "ValidationError"),
        ("{ uiapi { query { Account(orderBy: {Name: {order: UP}}) { totalCount } } } }", "ValidationError"),
        (
            '{ uiapi { query { Opportunity(where: {CloseDate: {eq: "2026-01-01"}}) { totalCount } } } }',
            "ValidationError",
        ),
        (
            "{ uiapi { query { Opportunity(where: {CloseDate: {eq: {literal: SOMEDAY}}}) { totalCount } } } }",
            "ValidationError",
        ),
        (
            '{ uiapi { query { Account(where: {Description: {eq: "x"}}) { totalCount } } } }',
            "ValidationError",
        ),
        ("query q($id: ID!) { uiapi { query { Account { totalCount } } } }", "ValidationError"),
        (
            "query a { uiapi { query { Account { totalCount } } } } query b { uiapi { currentUser { Id } } }",
            "OperationNotSupported",
        ),
        ("{ uiapi { query { ...a } } } fragment a on Q { ...a }", "ValidationError"),
        ("{ uiapi { query { ...nowhere } } }", "ValidationError"),
        ("mutation { uiapi { AccountDelete(input: {}) { Id } } }", "ValidationError"),
        ("subscription { uiapi { query { Account { totalCount } } } }", "OperationNotSupported"),
        (
            "{ uiapi { query { " + " ".join(f"a{n}: Account {{ totalCount }}" for n in range(11)) + " } } }",
            "OperationNotSupported",
        ),
    ],
)
def test_what_cannot_be_answered_is_an_error_in_the_answer(
    shared: Any, book: dict[str, str], query: str, kind: str
) -> None:
    assert error_of(shared.admin, query)["extensions"] == {"ErrorType": kind}


def test_the_named_operation_is_run(shared: Any, book: dict[str, str]) -> None:
    query = "query a { uiapi { query { Account { totalCount } } } } query b { uiapi { query { Case { totalCount } } } }"
    answer = shared.admin.post("graphql", json={"query": query, "operationName": "b"}).json
    assert answer["data"]["uiapi"]["query"] == {"Case": {"totalCount": 0}}


@pytest.mark.parametrize("body", [{}, {"query": 5}, {"query": "{ uiapi { query { x } } }", "variables": "y"}])
def test_a_malformed_request_is_refused_outright(shared: Any, body: dict[str, object]) -> None:
    answer = shared.admin.post("graphql", json=body)
    assert (answer.status_code, answer.json[0]["errorCode"]) == (400, "POST_BODY_PARSE_ERROR")


def test_without_a_session_nothing_is_answered(shared: Any) -> None:
    answer = shared.nobody.post("graphql", json={"query": "{ uiapi { query { Account { totalCount } } } }"})
    assert (answer.status_code, answer.json[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
