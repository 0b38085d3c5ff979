"""Trees and graphs: rows that hang together, written in one call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localorg.http.conftest import BASE, Served, error_of


def node(kind: str, reference: str, **values: object) -> dict[str, object]:
    return {"attributes": {"type": kind, "referenceId": reference}, **values}


def below(*records: dict[str, object]) -> dict[str, object]:
    return {"records": list(records)}


def counts(served: Served) -> list[int]:
    return [served.admin.query(f"SELECT COUNT() FROM {name}")["totalSize"] for name in ("Account", "Contact")]


@pytest.mark.shows("rest.tree")
def test_a_tree_is_inserted_with_its_children(served: Served) -> None:
    records = [
        node("Account", "r1", Name="A", Contacts=below(node("Contact", "r2", LastName="B"))),
        node("Account", "r3", Name="C"),
    ]
    before = served.services.calls.used
    answer = served.admin.post("composite/tree/Account", json={"records": records})
    assert answer.status_code == 201 and answer.json is not None
    assert served.services.calls.used == before + 1
    assert answer.json["hasErrors"] is False
    ids = {each["referenceId"]: each["id"] for each in answer.json["results"]}
    assert set(ids) == {"r1", "r2", "r3"}
    assert served.admin.records("SELECT Id, AccountId FROM Contact") == [{"Id": ids["r2"], "AccountId": ids["r1"]}]


@pytest.mark.shows("rest.tree")
def test_one_refused_row_of_a_tree_undoes_all_and_is_named(served: Served) -> None:
    records = [
        node("Account", "r1", Name="A", Contacts=below(node("Contact", "r2"), node("Contact", "r3", LastName="x")))
    ]
    answer = served.admin.post("composite/tree/Account", json={"records": records})
    assert answer.status_code == 400
    errors = [
        {
            "statusCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [LastName]",
            "fields": ["LastName"],
        }
    ]
    assert answer.json == {"hasErrors": True, "results": [{"referenceId": "r2", "errors": errors}]}
    assert counts(served) == [0, 0]


def deep(levels: int) -> dict[str, object]:
    record = node("Account", f"r{levels}", Name="A")
    return record | ({"ChildAccounts": below(deep(levels - 1))} if levels > 1 else {})


@pytest.mark.shows("rest.tree")
@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([node("Account", "r", Name="A"), node("Account", "r", Name="B")], "Duplicate ReferenceId"),
        ([deep(6)], "levels deep"),
        ([node("Account", f"r{number}", Name="A") for number in range(201)], "at most 200"),
        ([node("Contact", "r", LastName="A")], "expected the type Account"),
        ([{"Name": "A"}], "referenceId"),
        ([node("Account", "r", Name="A", Contacts={"records": "x"})], "list of records"),
        ([node("Account", "r", Name={"records": []})], "instance of string"),
        ("x", "list of records"),
    ],
)
def test_what_is_no_tree_is_refused_as_a_whole(served: Served, records: object, message: str) -> None:
    answer = served.admin.post("composite/tree/Account", json={"records": records})
    assert answer.status_code == 400 and message in answer.text
    assert counts(served) == [0, 0]


def test_a_tree_of_five_levels_is_possible(served: Served) -> None:
    assert served.admin.post("composite/tree/Account", json={"records": [deep(5)]}).status_code == 201
    assert counts(served) == [5, 0]


def part(name: str, method: str, path: str, body: object = None) -> dict[str, object]:
    return {"referenceId": name, "method": method, "url": f"{BASE}/{path}", "body": body}


def graph(name: str, *parts: dict[str, object]) -> dict[str, object]:
    return {"graphId": name, "compositeRequest": list(parts)}


def sent(served: Served, *graphs: dict[str, object]) -> Any:
    answer = served.admin.post("composite/graph", json={"graphs": list(graphs)})
    assert answer.status_code == 200, answer.text
    return answer.json


GOOD = (
    part("acc", "POST", "sobjects/Account", {"Name": "A"}),
    part("con", "POST", "sobjects/Contact", {"LastName": "B", "AccountId": "@{acc.id}"}),
)


@pytest.mark.shows("rest.graph")
def test_each_graph_stands_or_falls_alone(served: Served) -> None:
    bad = graph(
        "g2", part("acc", "POST", "sobjects/Account", {"Name": "C"}), part("con", "POST", "sobjects/Contact", {})
    )
    found = sent(served, graph("g1", *GOOD), bad)["graphs"]
    assert [(each["graphId"], each["isSuccessful"]) for each in found] == [("g1", True), ("g2", False)]
    statuses = [[r["httpStatusCode"] for r in each["graphResponse"]["compositeResponse"]] for each in found]
    assert statuses == [[201, 201], [400, 400]]
    halted = found[1]["graphResponse"]["compositeResponse"][0]
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert counts(served) == [1, 1]


def chain(length: int) -> dict[str, object]:
    parts = [part("n0", "POST", "sobjects/Account", {"Name": "A"})]
    for number in range(1, length):
        parts.append(
            part(f"n{number}", "POST", "sobjects/Account", {"Name": "A", "ParentId": f"@{{n{number - 1}.id}}"})
        )
    return graph("g", *parts)


@pytest.mark.shows("rest.graph")
@pytest.mark.parametrize(
    "graphs",
    [
        [graph("g", *GOOD), graph("g", *GOOD)],
        [{"compositeRequest": []}],
        [graph("g", part("x", "GET", "limits"))],
        [graph("g", GOOD[0], GOOD[0])],
        [graph(f"g{number}", GOOD[0]) for number in range(76)],
        [graph("g", *(part(f"n{number}", "POST", "sobjects/Account", {"Name": "A"}) for number in range(501)))],
        [chain(16)],
        [graph("g", *(part(f"n{number}", "POST", f"sobjects/T{number}", {}) for number in range(16)))],
        "x",
    ],
)
def test_what_is_no_graph_is_refused_as_a_whole(served: Served, graphs: object) -> None:
    error_of(served.admin.post("composite/graph", json={"graphs": graphs}))
    assert counts(served) == [0, 0]
