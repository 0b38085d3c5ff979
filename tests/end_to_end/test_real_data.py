"""Somebody's export in an empty local org, refreshed; read back by another client and compared with the plan."""

from pathlib import Path

import pytest

from tests.end_to_end.driving import plain_client, sidecar
from tests.end_to_end.written import as_planned, own_values

pytestmark = pytest.mark.real_data

EXPORTS = {
    "maven_crm": {"deals": 8800, "accounts": 85, "open": 2089, "history": 15511},
    "bpic2012": {"deals": 13087, "accounts": 13087, "open": 399, "history": 65194},
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_whole_scored_and_written_as_planned(real_data: Path, tmp_path: Path, name: str) -> None:
    expected, state = EXPORTS[name], tmp_path / "state"
    loaded = sidecar("org", "load", real_data / name, "--json", state=state)
    assert loaded.code == 0, loaded.messages
    assert loaded.json["refused"] == 0

    planned = sidecar("plan", "--json", state=state)
    assert planned.code == 0, planned.messages
    done = sidecar("refresh", "--json", state=state)
    assert done.code == 0, done.messages
    assert done.json["rows_refused"] == 0
    assert done.json["scored"]["Opportunity"] == expected["open"]

    with plain_client(state) as client:
        for sobject, count in (("Opportunity", "deals"), ("Account", "accounts"), ("OpportunityHistory", "history")):
            assert client.query(f"SELECT COUNT() FROM {sobject}")["totalSize"] == expected[count]
        unscored = "IsClosed = FALSE AND (Sidecar_Win_Probability__c = NULL OR Sidecar_Forecast_ARR__c = NULL)"
        assert client.query(f"SELECT COUNT() FROM Opportunity WHERE {unscored}")["totalSize"] == 0
        closed = "IsClosed = TRUE AND Sidecar_Scored_At__c != NULL"
        assert client.query(f"SELECT COUNT() FROM Opportunity WHERE {closed}")["totalSize"] == 0
        held = own_values(client, stamps=False)

    plan = {
        (change["object"], change["key"], change["field"]): change["new"]
        for change in planned.json["changes"]
        if not change["field"].endswith("Scored_At__c") and change["new"] is not None
    }
    assert {place: as_planned(plan.get(place), value) for place, value in held.items()} == plan

    again = sidecar("refresh", "--json", state=state)
    assert again.json["rows_written"] == 0


def test_loading_an_export_twice_changes_nothing(real_data: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = sidecar("org", "load", real_data / "maven_crm", "--json", state=state).json
    second = sidecar("org", "load", real_data / "maven_crm", "--json", state=state).json
    assert second["inserted"] == second["updated"] == 0
    assert second["unchanged"] == first["rows"] == second["rows"]
