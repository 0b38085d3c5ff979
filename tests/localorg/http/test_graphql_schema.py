"""GraphQL: the schema a user sees, metadata, limits and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import build_client_schema, get_introspection_query


@pytest.fixture(scope="module")
def account(shared: Any) -> str:
    """An account with a contact and a task about it."""
    (made,) = shared.admin.insert("Account", {"Name": r"Back\slash %"})
    shared.admin.insert("Contact", {"LastName": "Larsen", "AccountId": made})
    shared.admin.insert("Task", {"Subject": "Call", "WhatId": made, "Status": "Not Started"})
    return str(made)


def ask(caller: Any, query: str, **variables: object) -> Any:
    body = json.dumps({"query": query, "variables": variables})  # keys stay in the order given
    answer = caller.post("graphql", data=body, content_type="application/json")
    assert answer.status_code == 200, answer.text
    return answer.json


def good(caller: Any, query: str, **variables: object) -> Any:
    answer = ask(caller, query, **variables)
    assert answer["errors"] == []
    return answer["data"]


def error_of(caller: Any, query: str, **variables: object) -> tuple[str, str]:
    (error,) = ask(caller, query, **variables)["errors"]
    return error["extensions"]["ErrorType"], error["message"]


@pytest.mark.shows("graphql.introspection")
def test_the_schema_can_be_read_by_tools(shared: Any) -> None:
    found = good(shared.admin, get_introspection_query())
    schema = build_client_schema(found)
    assert schema.query_type is not None and schema.query_type.name == "Query"
    assert {"Account", "Account_Filter", "Account_OrderBy", "AccountCreateInput", "Sidecar_Quarter__c"} & set(
        schema.type_map
    ) >= {"Account", "Account_Filter", "Account_OrderBy", "AccountCreateInput"}


@pytest.mark.shows("graphql.introspection")
def test_introspection_shows_only_what_the_user_sees(shared: Any) -> None:
    query = "query($name: String!) { __typename __type(name: $name) { name fields { name } } }"
    full = good(shared.admin, query, name="Account")
    part = good(shared.integration, query, name="Account")
    names = [{field["name"] for field in found["__type"]["fields"]} for found in (full, part)]
    assert "Phone" in names[0] and "Phone" not in names[1]
    assert full["__typename"] == "Query"


@pytest.mark.shows("graphql.metadata")
def test_object_infos_come_with_fields_and_picklists(shared: Any) -> None:
    found = good(
        shared.admin,
        """query($of: [ObjectInfoInput!]!) { uiapi { objectInfos(objectInfoInputs: $of) { ApiName label nameFields
            recordTypeInfos { recordTypeId master } themeInfo { iconUrl } fields { ApiName dataType __typename
            referenceToInfos { ApiName nameFields } ... on PicklistField { picklistValuesByRecordTypeIDs { recordTypeID
            picklistValues { label value } } } } } } }""",
        of=[{"apiName": "Opportunity", "fieldNames": ["StageName", "AccountId"]}],
    )["uiapi"]["objectInfos"]
    (info,) = found
    assert (info["ApiName"], info["recordTypeInfos"]) == (
        "Opportunity",
        [{"recordTypeId": "012000000000000AAA", "master": True}],
    )
    fields = {field["ApiName"]: field for field in info["fields"]}
    assert set(fields) == {"StageName", "AccountId"}
    assert fields["AccountId"]["referenceToInfos"] == [{"ApiName": "Account", "nameFields": ["Name"]}]
    assert "picklistValuesByRecordTypeIDs" not in fields["AccountId"]
    stages = fields["StageName"]["picklistValuesByRecordTypeIDs"][0]["picklistValues"]
    assert stages[0] == {"label": "Prospecting", "value": "Prospecting"}


@pytest.mark.shows("graphql.metadata")
def test_metadata_of_lists_and_the_current_user(shared: Any) -> None:
    found = good(
        shared.admin,
        """{ uiapi { relatedListByName(parentApiName: "Account", relatedListName: "Contacts") { childApiName label
            displayColumns { fieldApiName label sortable } } currentUser { Id Name { value } } } }""",
    )["uiapi"]
    assert found["relatedListByName"]["childApiName"] == "Contact"
    assert {"fieldApiName": "Name", "label": "Contact Name", "sortable": True} in found["relatedListByName"][
        "displayColumns"
    ]
    assert found["currentUser"]["Name"] == {"value": "Local Admin"}


@pytest.mark.shows("graphql.metadata")
@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ('objectInfos(apiNames: ["Nope"]) { ApiName }', "DataFetchingException"),
        ("objectInfos { ApiName }", "ValidationError"),
        ('objectInfos(apiNames: ["Account"], objectInfoInputs: []) { ApiName }', "ValidationError"),
        ('relatedListByName(parentApiName: "Account", relatedListName: "Nope") { label }', "DataFetchingException"),
        ('relatedListByName(parentApiName: "Account") { label }', "ValidationError"),
    ],
)
def test_metadata_that_is_not_there_is_an_error(shared: Any, part: str, kind: str) -> None:
    assert error_of(shared.admin, f"{{ uiapi {{ {part} }} }}")[0] == kind


@pytest.mark.shows("graphql.filter")
def test_semi_joins_choose_by_other_objects(shared: Any, account: str) -> None:
    def ids(where: str) -> list[str]:
        query = f"{{ uiapi {{ query {{ Account(where: {where}) {{ edges {{ node {{ Id }} }} }} }} }} }}"
        return [edge["node"]["Id"] for edge in good(shared.admin, query)["uiapi"]["query"]["Account"]["edges"]]

    larsens = '{Contact: {LastName: {like: "lars%"}}, ApiName: "AccountId"}'
    assert ids(f"{{Id: {{inq: {larsens}}}}}") == [account]
    assert ids(f"{{Id: {{ninq: {larsens}}}}}") == []
    assert ids('{Id: {inq: {Contact: {}, ApiName: "AccountId"}}}') == [account]
    assert ids('{Id: {inq: {Contact: {LastName: {eq: "Nobody"}}, ApiName: "AccountId"}}}') == []


@pytest.mark.shows("graphql.filter")
@pytest.mark.parametrize(
    ("join", "kind"),
    [
        ('{Contact: {}, Case: {}, ApiName: "AccountId"}', "ValidationError"),
        ('{ApiName: "AccountId"}', "ValidationError"),
        ("{Contact: {}}", "ValidationError"),
        ('{Nope: {}, ApiName: "AccountId"}', "ValidationError"),
        ('{Contact: {}, ApiName: "LastName"}', "DataFetchingException"),
        ('{Contact: {}, ApiName: "Nope"}', "DataFetchingException"),
        ('{Account: {}, ApiName: "Id"}', "DataFetchingException"),
    ],
)
def test_a_wrong_semi_join_is_refused(shared: Any, join: str, kind: str) -> None:
    query = f"{{ uiapi {{ query {{ Account(where: {{Id: {{inq: {join}}}}}) {{ totalCount }} }} }} }}"
    assert error_of(shared.admin, query)[0] == kind


@pytest.mark.shows("graphql.filter")
@pytest.mark.parametrize(
    ("operator", "value", "count"),
    [
        ("eq", r"back\slash %", 1),
        ("like", r"Back\slash \%", 1),
        ("like", r"Back\slash _", 1),
        ("eq", r"Back\\slash %", 0),
    ],
)
def test_backslashes_are_letters(shared: Any, account: str, operator: str, value: str, count: int) -> None:
    query = (
        f"query($v: String) {{ uiapi {{ query {{ Account(where: {{Name: {{{operator}: $v}}}}) {{ totalCount }} }} }} }}"
    )
    assert good(shared.admin, query, v=value)["uiapi"]["query"]["Account"]["totalCount"] == count


@pytest.mark.shows("graphql.filter")
def test_the_order_of_a_variable_is_the_order_it_was_written_in(shared: Any) -> None:
    shared.admin.insert("Product2", {"Name": "B", "ProductCode": "1"}, {"Name": "A", "ProductCode": "2"})
    body = "Product2(orderBy: $o) { edges { node { Name { value } } } }"
    query = f"query($o: Product2_OrderBy) {{ uiapi {{ query {{ {body} }} }} }}"
    for order, expected in (
        ({"ProductCode": {"order": "ASC"}, "Name": {"order": "ASC"}}, ["B", "A"]),
        ({"Name": {"order": "ASC"}, "ProductCode": {"order": "ASC"}}, ["A", "B"]),
    ):
        edges = good(shared.admin, query, o=order)["uiapi"]["query"]["Product2"]["edges"]
        assert [edge["node"]["Name"]["value"] for edge in edges] == expected


@pytest.mark.shows("graphql.polymorphic")
def test_fragments_say_what_is_wanted_of_a_parent_of_several_objects(shared: Any, account: str) -> None:
    query = """{ uiapi { query { Task(where: {What: {Account: {Name: {like: "Back%"}}}}) { edges { node {
        What { __typename ... on Record { Id } ... on Account { Name { value } Owner { Name { value } }
            Contacts { edges { node { LastName { value } } } } }
            ...deal } Who { __typename } Owner { ... on User { Alias: Name { value } } } } } } } } }
        fragment deal on Opportunity { StageName { value } }"""
    (edge,) = good(shared.admin, query)["uiapi"]["query"]["Task"]["edges"]
    assert edge["node"] == {
        "What": {
            "__typename": "Account",
            "Id": account,
            "Name": {"value": r"Back\slash %"},
            "Owner": {"Name": {"value": "Local Admin"}},
            "Contacts": {"edges": [{"node": {"LastName": {"value": "Larsen"}}}]},
        },
        "Who": None,
        "Owner": {"Alias": {"value": "Local Admin"}},
    }


@pytest.mark.shows("graphql.polymorphic")
def test_without_a_fragment_nothing_is_known_of_such_a_parent(shared: Any) -> None:
    query = "{ uiapi { query { Task { edges { node { What { Name { value } } } } } } } }"
    assert "FieldUndefined" in error_of(shared.admin, query)[1]


@pytest.mark.shows("graphql.query")
def test_fragments_on_other_objects_add_nothing(shared: Any, account: str) -> None:
    fragment = "... on Record { Id ... on Contact { LastName { value } } }"
    query = f"{{ uiapi {{ query {{ Account {{ edges {{ node {{ {fragment} }} }} }} }} }} }}"
    (edge,) = good(shared.admin, query)["uiapi"]["query"]["Account"]["edges"]
    assert edge["node"] == {"Id": account}


@pytest.mark.shows("graphql.query")
def test_every_record_tells_its_object_name_and_version(shared: Any, account: str) -> None:
    query = """{ uiapi { query { Account { edges { node { ApiName DisplayValue WeakEtag Owner { ApiName DisplayValue }
        SystemModstamp { value } } } } } } }"""
    (edge,) = good(shared.admin, query)["uiapi"]["query"]["Account"]["edges"]
    node = edge["node"]
    assert (node["ApiName"], node["DisplayValue"]) == ("Account", r"Back\slash %")
    assert node["Owner"] == {"ApiName": "User", "DisplayValue": "Local Admin"}
    assert node["WeakEtag"] > 1_000_000_000_000


@pytest.mark.shows("graphql.query")
def test_what_may_be_left_out_takes_its_arguments_along(shared: Any, account: str) -> None:
    query = """query($v: String, $w: PhoneNumber) { uiapi { query { Account(where: {Name: {ne: $v}}) { edges { node { Id
        Phone @optional { value } Nope(where: {Phone: {eq: $w}}) @optional { ...nope } } } } } } }
        fragment nope on ContactConnection { totalCount }"""
    (edge,) = good(shared.integration, query)["uiapi"]["query"]["Account"]["edges"]
    assert edge["node"] == {"Id": account}


@pytest.mark.shows("graphql.paging")
def test_pages_are_bounded(shared: Any, account: str) -> None:
    def page(arguments: str) -> Any:
        fields = "totalCount pageResultCount pageInfo { hasNextPage endCursor }"
        query = f"{{ uiapi {{ query {{ User({arguments}) {{ {fields} }} }} }} }}"
        return good(shared.admin, query)["uiapi"]["query"]["User"]

    bounded = page("first: 200, upperBound: 1")
    assert (bounded["pageResultCount"], bounded["pageInfo"]["hasNextPage"]) == (1, False)
    beyond = page(f'first: 200, after: "{bounded["pageInfo"]["endCursor"]}"')
    assert (beyond["pageResultCount"], beyond["pageInfo"]["endCursor"]) == (0, None)
    assert bounded["totalCount"] > 1


@pytest.mark.shows("graphql.paging")
@pytest.mark.parametrize(
    "arguments",
    [
        "first: 199, upperBound: 500",
        "first: 2001",
        "first: 200, upperBound: 0",
        'after: "djE6wrI="',
        'after: "v1:1"',
        "last: 5",
    ],
)
def test_pages_outside_the_bounds_are_refused(shared: Any, arguments: str) -> None:
    query = f"{{ uiapi {{ query {{ User({arguments}) {{ totalCount }} }} }} }}"
    assert error_of(shared.admin, query)[0] == "ValidationError"


@pytest.mark.shows("graphql.validation")
@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("query($a: Int) { uiapi { currentUser { Id } } }", "UnusedVariable"),
        ("{ uiapi { query { Account(first: $n) { totalCount } } } }", "UndefinedVariable"),
        ("query($n: String) { uiapi { query { Account(first: $n) { totalCount } } } }", "VariableTypeMismatch"),
        ("query($n: Nope) { uiapi { query { Account(first: $n) { totalCount } } } }", "UnknownType"),
        ("fragment a on Account { Id } { uiapi { currentUser { Id } } }", "UnusedFragment"),
        ("{ uiapi { query { Account { ...a } } } } fragment a on Case { Id }", "InvalidFragmentType"),
        ("{ uiapi { query { Account { totalCount @nope } } } }", "UnknownDirective"),
        ("{ uiapi { currentUser { a: Id a: ApiName } } }", "FieldsConflict"),
        ("{ uiapi { query { Account(first: 1, first: 2) { totalCount } } } }", "DuplicateArgumentNames"),
        ("{ uiapi { currentUser { Id { value } } } }", "SubselectionRequired"),
        ("{ uiapi { query { Account(orderBy: [{Name: {order: ASC}}]) { totalCount } } } }", "WrongType"),
        ("{ uiapi { query { Account(where: {AnnualRevenue: {gt: 1e999}}) { totalCount } } } }", "WrongType"),
        (
            '{ uiapi { query { Case(where: {CreatedDate: {gt: {value: "2026-01-01T00:00:00"}}}) { totalCount } } } }',
            "WrongType",
        ),
        (
            '{ uiapi { query { Opportunity(where: {CloseDate: {gt: {value: "2026-W01-1"}}}) { totalCount } } } }',
            "WrongType",
        ),
    ],
)
def test_each_rule_has_its_name(shared: Any, query: str, rule: str) -> None:
    kind, message = error_of(shared.admin, query)
    assert kind == "ValidationError"
    assert message.startswith(f"Validation error ({rule}@[")


@pytest.mark.shows("graphql.validation")
@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("Int", "5"),
        ("Int", 2**31),
        ("ID!", None),
        ("Account_Filter", {"Nope": 1}),
        ("[ID]", {"a": 1}),
        ("Boolean", "true"),
    ],
)
def test_variables_must_fit_their_types(shared: Any, definition: str, value: object) -> None:
    use = {
        "Int": "first: $v",
        "ID!": "where: {Id: {eq: $v}}",
        "Account_Filter": "where: $v",
        "[ID]": "where: {Id: {in: $v}}",
    }
    if definition in use:
        query = f"query($v: {definition}) {{ uiapi {{ query {{ Account({use[definition]}) {{ totalCount }} }} }} }}"
    else:
        query = "query($v: Boolean!) { uiapi { currentUser { Id @skip(if: $v) ApiName } } }"
    assert error_of(shared.admin, query, v=value)[0] == "ValidationError"


@pytest.mark.shows("graphql.validation")
@pytest.mark.parametrize("depth", [40, 300, 3000])
def test_a_bottomless_request_is_aborted(shared: Any, depth: int) -> None:
    deep = "{ uiapi { query { Account(where: " + "{not: " * depth + "{}" + "}" * depth + ") { totalCount } } } }"
    found = ask(shared.admin, deep)["errors"]
    assert [error["extensions"]["ErrorType"] for error in found] in ([], ["InvalidSyntax"], ["DataFetchingException"])
    wide = "{" + "a{" * depth * 4 + "b" + "}" * (depth * 4 + 1)
    assert ask(shared.admin, wide)["errors"][0]["extensions"]["ErrorType"] in ("InvalidSyntax", "ValidationError")


@pytest.mark.shows("graphql.validation")
def test_a_syntax_error_names_its_place(shared: Any) -> None:
    answer = ask(shared.admin, "{ uiapi {\n query ( }")
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"ErrorType": "InvalidSyntax"}
    assert answer["errors"][0]["locations"] == [{"line": 2, "column": 10}]


@pytest.mark.shows("graphql.calls")
def test_every_query_counts_as_a_call(served: Any) -> None:
    def used() -> int:
        return int(served.admin.get("limits").headers["Sforce-Limit-Info"].split("=")[1].split("/")[0])

    before = used()
    parts = "a: Account { totalCount } b: Case { totalCount }"
    good(served.admin, f"{{ uiapi {{ query {{ {parts} }} aggregate {{ User {{ totalCount }} }} }} }}")
    assert used() == before + 3 + 1


@pytest.mark.shows("graphql.validation")
def test_a_deployment_shows_at_once(served: Any) -> None:
    query = "{ uiapi { query { Account { edges { node { Added__c { value } } } } } } }"
    assert "FieldUndefined" in error_of(served.admin, query)[1]
    order = {"kind": "field_add", "object": "Account", "field": "Added__c", "type": "string", "length": 20}
    assert served.admin.post("/local/faults", json=order).status_code < 300
    assert good(served.admin, query)["uiapi"]["query"] == {"Account": {"edges": []}}
