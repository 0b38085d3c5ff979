"""A run can be seen before, explained, held back and undone, from the command line."""

from pathlib import Path

import pytest

from sidecar.errors import ConfigurationError
from sidecar.undo import run_to_undo
from sync import Mirror, ledger
from tests.end_to_end.driving import plain_client, sidecar
from tests.end_to_end.written import own_values


def test_a_refresh_is_undone_to_the_org_before(unscored_copy: Path) -> None:
    run = sidecar("refresh", "--json", state=unscored_copy).json["run"]
    with plain_client(unscored_copy) as client:
        assert own_values(client)
    looked = sidecar("undo", run, "--dry-run", "--json", state=unscored_copy)
    assert looked.code == 0, looked.messages
    assert looked.json["dry_run"] and not looked.json["kept"]
    done = sidecar("undo", run[:15], "--json", state=unscored_copy)
    assert done.code == 0, done.messages
    assert (done.json["undone"], done.json["rows_refused"]) == (run, 0)
    assert (done.json["changes"], done.json["removals"]) == (looked.json["changes"], looked.json["removals"])
    with plain_client(unscored_copy) as client:
        assert own_values(client) == {}
    newest = sidecar("runs", "--json", state=unscored_copy).json
    assert f"undo of {run}" in {entry["message"] for entry in newest}
    again = sidecar("refresh", "--json", state=unscored_copy)
    assert again.json["rows_written"] > 0, "the next refresh writes its scores again"


def test_an_edit_made_since_survives_the_undo_and_is_listed(unscored_copy: Path) -> None:
    run = sidecar("refresh", "--json", state=unscored_copy).json["run"]
    with plain_client(unscored_copy, "admin@local.example") as client:
        deal = client.query("SELECT Id FROM Opportunity WHERE Sidecar_Win_Probability__c != NULL LIMIT 1")["records"][0]
        client.Opportunity.update(deal["Id"], {"Sidecar_Suggested_Action__c": "Ask the CFO"})
    done = sidecar("undo", run, state=unscored_copy)
    assert done.code == 0, done.messages
    assert "Ask the CFO" in done.output
    assert "changed in the org since" in done.output
    with plain_client(unscored_copy) as client:
        left = own_values(client)
    assert left == {("Opportunity", deal["Id"], "Sidecar_Suggested_Action__c"): "Ask the CFO"}


def test_a_name_that_is_not_that_of_one_run_is_wrong_usage(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        for run in ("20260101T101112-aaaa", "20260101T101112-aaaa-log", "20260101T111112-bbbb", "20260101T121112-cc"):
            ledger.begin(mirror, run)
        assert run_to_undo(mirror, "20260101T10") == "20260101T101112-aaaa"
        for name, told in {
            "1999": r"no run is named 1999: the newest are 20260101T121112-cc, .*`sidecar runs` lists all",
            "": r"no run is named \(nothing\): the newest are",
            "20260101": r"3 runs are named 20260101…: .* of 20260101T121112-cc, .*-aaaa, .*-bbbb\.",
            "20260101T101112-aaaa-log": r"That record stays.*Remedy: .*`sidecar undo 20260101T101112-aaaa`",
        }.items():
            with pytest.raises(ConfigurationError, match=told):
                run_to_undo(mirror, name)


def test_an_unknown_run_ends_with_two(demo_state: Path) -> None:
    done = sidecar("undo", "1999", state=demo_state)
    assert (done.code, done.output) == (2, "")
    assert "no run is named 1999" in done.messages


def test_a_record_is_explained_with_its_numbers(demo_state: Path) -> None:
    with plain_client(demo_state) as client:
        query = (
            "SELECT Id, Sidecar_Win_Probability__c FROM Opportunity WHERE Sidecar_Win_Probability__c != NULL LIMIT 1"
        )
        deal = client.query(query)["records"][0]
        closed = client.query("SELECT Id FROM Opportunity WHERE IsClosed = TRUE LIMIT 1")["records"][0]
    told = sidecar("plan", "--explain", deal["Id"], "--json", state=demo_state)
    assert told.code == 0, told.messages
    values = {value["field"]: value for value in told.json["values"]}
    assert float(values["Sidecar_Win_Probability__c"]["now"]) == deal["Sidecar_Win_Probability__c"]
    detail = told.json["details"]["Sidecar_Score_Detail__c"]
    points = sum(factor["points"] for factor in detail["factors"])
    desired = float(values["Sidecar_Win_Probability__c"]["desired"])
    assert abs(100 * detail["base"]["rate"] + points - desired) < 0.1
    shown = sidecar("plan", "--explain", deal["Id"][:15], state=demo_state)
    assert "closed deals were won; from there" in shown.output
    refused = sidecar("plan", "--explain", closed["Id"], state=demo_state)
    assert (refused.code, refused.output) == (2, "")
    assert f"{closed['Id']} gets no values: it is a deal that is closed" in refused.messages


def test_more_changes_than_allowed_stop_the_run_before_anything_is_written(demo_copy: Path) -> None:
    with plain_client(demo_copy, "admin@local.example") as client:
        before = own_values(client)
        query = "SELECT Id, Amount FROM Opportunity WHERE IsClosed = FALSE AND Amount > 1000 ORDER BY Id LIMIT 6"
        for deal in client.query(query)["records"]:
            client.Opportunity.update(deal["Id"], {"Amount": deal["Amount"] * 3})
    held = sidecar("refresh", "--max-changes", "3", state=demo_copy)
    assert held.code == 1
    assert "Nothing was written" in held.messages and "--max-changes" in held.messages
    with plain_client(demo_copy) as client:
        assert own_values(client) == before
    allowed = sidecar("refresh", "--max-changes", "100000", state=demo_copy)
    assert allowed.code == 0, allowed.messages
    with plain_client(demo_copy) as client:
        assert own_values(client) != before


def test_an_undo_of_what_cannot_be_read_now_is_refused_as_it_could_overwrite_an_edit(demo_copy: Path) -> None:
    run = sidecar("runs", "--json", state=demo_copy).json[-1]["run_id"]
    with plain_client(demo_copy, "admin@local.example") as client:
        deal = client.query("SELECT Id FROM Opportunity WHERE Sidecar_Win_Probability__c > 5 LIMIT 1")["records"][0]
        client.Opportunity.update(deal["Id"], {"Sidecar_Suggested_Action__c": "Ask the CFO"})
        before = own_values(client)
        none_left = demo_copy / "no-calls.toml"
        none_left.write_text("[pull]\nbudget_run = 0.000001\n")
        refused = sidecar("undo", run, "--config", none_left, state=demo_copy)
        assert (refused.code, own_values(client) == before) == (1, True), refused.output
    assert "not up to date in the mirror" in refused.messages and "Opportunity: " in refused.messages
