"""The flow on a generated book: what is written, what is left alone, and that a repeat writes nothing."""

from pathlib import Path

from tests.end_to_end.driving import plain_client, sidecar
from tests.end_to_end.written import own_values


def test_the_demo_says_what_happened(demo_state: Path) -> None:
    runs = sidecar("runs", "--json", state=demo_state).json
    assert {run["status"] for run in runs} == {"done"}
    assert max(run["rows_written"] for run in runs) > 300


def test_a_second_refresh_writes_nothing(demo_state: Path) -> None:
    done = sidecar("refresh", "--json", state=demo_state)
    assert done.code == 0, done.messages
    assert done.json["rows_written"] == done.json["values_changed"] == 0
    assert done.json["rows_refused"] == 0


def test_a_refresh_without_news_computes_nothing_until_there_is_some(demo_copy: Path) -> None:
    first, second = (sidecar("refresh", "--json", state=demo_copy).json for _ in range(2))
    assert (first["settled"], second["settled"]) == (False, True)
    assert second["rows_written"] == second["records_scored"] == 0
    assert first["records_scored"] > 300
    told = sidecar("refresh", state=demo_copy)
    assert "nothing has changed since the last run" in told.output
    with plain_client(demo_copy, "admin@local.example") as client:
        account = client.query("SELECT Id FROM Account ORDER BY Id LIMIT 1")["records"][0]
        client.Account.update(account["Id"], {"Name": "Another name"})
    assert not sidecar("refresh", "--json", state=demo_copy).json["settled"]


def test_a_plan_after_a_refresh_is_empty(demo_state: Path) -> None:
    planned = sidecar("plan", state=demo_state)
    assert planned.code == 0, planned.messages
    assert "Nothing to write" in planned.output


def test_a_plan_writes_nothing(unscored_copy: Path) -> None:
    planned = sidecar("plan", "--json", state=unscored_copy)
    assert planned.code == 0, planned.messages
    assert planned.json["rows"] > 50
    with plain_client(unscored_copy) as client:
        assert own_values(client) == {}


def test_only_what_a_change_moves_is_written(demo_copy: Path) -> None:
    with plain_client(demo_copy, "admin@local.example") as client:
        before = own_values(client)
        query = (
            "SELECT Id, AccountId, Amount FROM Opportunity "
            "WHERE IsClosed = FALSE AND AccountId != NULL AND Amount > 1000 AND HasOpportunityLineItem = FALSE "
            "ORDER BY Id LIMIT 1"
        )
        deal = client.query(query)["records"][0]
        client.Opportunity.update(deal["Id"], {"Amount": deal["Amount"] * 3})
    done = sidecar("refresh", "--json", state=demo_copy)
    assert done.code == 0, done.messages
    assert 0 < done.json["rows_written"] < 20
    with plain_client(demo_copy) as client:
        after = own_values(client)
    moved = {
        (name, key)
        for name, key, field in before.keys() | after.keys()
        if before.get((name, key, field)) != after.get((name, key, field))
    }
    assert ("Opportunity", deal["Id"]) in moved
    assert {key for name, key in moved if name == "Opportunity"} == {deal["Id"]}
    assert {key for name, key in moved if name == "Account"} <= {deal["AccountId"]}
    forecast = ("Opportunity", deal["Id"], "Sidecar_Forecast_ARR__c")
    chance = ("Opportunity", deal["Id"], "Sidecar_Win_Probability__c")
    worth = {when[forecast] / when[chance] for when in (before, after)}
    assert abs(max(worth) / min(worth) - 3) < 0.1, "three times the amount, at the probability it has now"


def test_nothing_but_our_fields_is_touched(unscored_copy: Path) -> None:
    query = "SELECT Id, Name, StageName, Amount, CloseDate, NextStep, OwnerId, Probability FROM Opportunity ORDER BY Id"
    with plain_client(unscored_copy, "admin@local.example") as client:
        before = client.query_all(query)["records"]
        closed = client.query_all("SELECT Id, SystemModstamp FROM Opportunity WHERE IsClosed = TRUE ORDER BY Id")[
            "records"
        ]
    assert sidecar("refresh", state=unscored_copy).code == 0
    with plain_client(unscored_copy, "admin@local.example") as client:
        assert client.query_all(query)["records"] == before
        assert (
            client.query_all("SELECT Id, SystemModstamp FROM Opportunity WHERE IsClosed = TRUE ORDER BY Id")["records"]
            == closed
        )


def test_the_run_is_logged_in_the_org(demo_state: Path) -> None:
    with plain_client(demo_state) as client:
        rows = client.query_all(
            "SELECT Sidecar_Key__c, Sidecar_Status__c, Sidecar_Rows_Written__c FROM Sidecar_Run__c"
        )["records"]
    runs = {run["run_id"]: run for run in sidecar("runs", "--json", state=demo_state).json}
    assert len(rows) == 1
    assert rows[0]["Sidecar_Status__c"] == "Done"
    assert rows[0]["Sidecar_Rows_Written__c"] == runs[rows[0]["Sidecar_Key__c"]]["rows_written"]


def test_a_deal_without_stage_value_account_or_kind_is_scored_with_what_is_known(demo_copy: Path) -> None:
    with plain_client(demo_copy, "admin@local.example") as client:
        stage = client.query("SELECT StageName FROM Opportunity WHERE IsClosed = FALSE LIMIT 1")["records"][0][
            "StageName"
        ]
        made = client.Opportunity.create({"Name": "Bare", "StageName": stage, "CloseDate": "2099-12-31"})
    assert sidecar("refresh", state=demo_copy).code == 0
    with plain_client(demo_copy) as client:
        deal = client.Opportunity.get(made["id"])
    assert 0 < deal["Sidecar_Win_Probability__c"] < 100
    assert deal["Sidecar_Forecast_ARR__c"] is None
    assert "Missing data" in deal["Sidecar_Risk_Tags__c"]
