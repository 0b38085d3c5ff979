"""Plan and undo in the console: what is shown, who may confirm it, and that nothing else can be confirmed."""

from __future__ import annotations

import csv
import io

import pytest

from sidecar.service.operations import slot
from tests.sidecar.service.conftest import Desk

ROW = {"name": "Acme", "field": "Sidecar_Health__c", "old": "50.0", "new": "62.0"}
SHOWN = "f" * 64


def confirmed(desk: Desk, place: str, csrf: str, fingerprint: str = SHOWN) -> int:
    return desk.client.post(f"{place}/confirm", data={"csrf": csrf, "fingerprint": fingerprint}).status_code


def test_nothing_can_be_confirmed_before_somebody_has_looked(desk: Desk) -> None:
    csrf = desk.log_in()
    assert "Nobody has looked at a plan" in desk.client.get("/plan").text
    assert confirmed(desk, "/plan", csrf) == 404
    assert desk.tasks.operations.last is None


def test_looking_is_asked_for_by_name_and_one_at_a_time(desk: Desk) -> None:
    csrf = desk.log_in()
    assert desk.client.post("/plan", data={"csrf": csrf}).status_code == 303
    last = desk.tasks.operations.last
    assert last is not None and (last.kind, last.who, last.state) == (slot.PLAN, "the admin token", slot.WAITING)
    again = desk.client.post("/plan", data={"csrf": csrf})
    assert again.status_code == 409 and "busy with plan" in again.text
    assert "Looking what would be written" in desk.client.get("/runs").text


def test_a_plan_is_shown_with_its_values_and_confirmed_by_its_fingerprint(desk: Desk) -> None:
    biggest = {"object": "Account", "record_id": "001", "name": "Acme", "field": "Sidecar_Health__c"}
    counts = {"object": "Account", "updates": 1, "inserts": 0, "fields": {"Sidecar_Health__c": 1}}
    more = {"objects": [counts], "biggest_changes": [{**biggest, "old": 50.0, "new": 62.0, "difference": 12.0}]}
    desk.shows(ROW, estimated_calls=7, storage_kb=14, **more)
    csrf = desk.log_in()
    text = desk.client.get("/plan").text
    assert all(word in text for word in ("Acme", "Sidecar_Health__c", "50", "62", "+12", "14 KB", ">7<", SHOWN))
    assert confirmed(desk, "/plan", csrf) == 303
    last = desk.tasks.operations.last
    assert last is not None and (last.kind, last.fingerprint) == (slot.WRITE, SHOWN)


def test_a_plan_that_is_not_the_one_shown_cannot_be_confirmed(desk: Desk) -> None:
    desk.shows(ROW)
    csrf = desk.log_in()
    assert confirmed(desk, "/plan", csrf, "e" * 64) == 409
    assert confirmed(desk, "/plan", csrf, "") == 409
    assert desk.tasks.operations.last is None


def test_an_empty_plan_cannot_be_confirmed(desk: Desk) -> None:
    desk.shows()
    csrf = desk.log_in()
    text = desk.client.get("/plan").text
    assert "Nothing to write" in text and "/plan/confirm" not in text
    assert confirmed(desk, "/plan", csrf) == 409


def test_a_run_that_stopped_before_its_plan_is_told_on_the_status_with_the_way_to_confirm_it(desk: Desk) -> None:
    desk.shows(ROW, reason="This run would replace values of 900 records")
    state = desk.runner.memory["refresh"].failed(desk.runner.now(), "This run would replace", for_a_person=True)
    desk.runner.memory.keep("refresh", state)
    desk.log_in()
    assert 'href="/plan">Look at the plan that waits' in desk.client.get("/").text
    text = desk.client.get("/plan").text
    assert "A run stopped before this plan" in text and "values of 900 records" in text


@pytest.mark.parametrize(
    "place", ["/plan", "/plan/confirm", "/runs/r1/undo", "/runs/r1/undo/confirm", "/model/backtest"]
)
def test_who_may_only_look_changes_nothing_and_sees_no_button_for_it(desk: Desk, place: str) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    desk.shows(ROW)
    desk.shows(ROW, run="r1", kept=[], kept_count=0, already=0)
    csrf = desk.log_in("look")
    answer = desk.client.post(place, data={"csrf": csrf, "fingerprint": SHOWN})
    assert answer.status_code == 403 and "may look at everything and change nothing" in answer.text
    assert desk.tasks.operations.last is None
    page = place.removesuffix("/confirm").removesuffix("/backtest")
    forms = desk.client.get(page).text.split("<main")[1]
    assert "<form" not in forms
    assert desk.client.post("/logout", data={"csrf": csrf}).status_code == 303


@pytest.mark.parametrize(
    "place", ["/plan", "/plan/confirm", "/runs/r1/undo", "/runs/r1/undo/confirm", "/model/backtest"]
)
def test_without_the_field_of_its_form_nothing_is_asked_for(desk: Desk, place: str) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    desk.shows(ROW)
    desk.log_in()
    for data in ({"fingerprint": SHOWN}, {"fingerprint": SHOWN, "csrf": "wrong"}):
        assert desk.client.post(place, data=data).status_code == 403
    assert desk.tasks.operations.last is None


def test_an_undo_is_shown_with_what_stays_and_why_and_confirmed_for_its_run_only(desk: Desk) -> None:
    for run in ("r1", "r2"):
        desk.wrote(run, "Sidecar_Health__c", "50", "62")
    stays = {"object": "Account", "record_id": "001", "name": "Umbra", "field": "Sidecar_Band__c"}
    kept = [{**stays, "before": "Red", "written": "Green", "now": "Yellow", "reason": "changed in the org since"}]
    desk.shows({**ROW, "old": "62.0", "new": "50.0"}, run="r1", kept=kept, kept_count=1, already=3)
    csrf = desk.log_in()
    text = desk.client.get("/runs/r1/undo").text
    assert all(word in text for word in ("Acme", "Umbra", "Yellow", "changed in the org since", "Put back 1 values"))
    assert "Nobody has looked at it yet" in desk.client.get("/runs/r2/undo").text
    assert confirmed(desk, "/runs/r2/undo", csrf) == 404
    assert confirmed(desk, "/runs/nothing/undo", csrf) == 404
    assert confirmed(desk, "/runs/r1/undo", csrf) == 303
    last = desk.tasks.operations.last
    assert last is not None and (last.kind, last.run_id, last.fingerprint) == (slot.UNDO, "r1", SHOWN)


def test_how_it_ended_is_told_on_its_page(desk: Desk) -> None:
    csrf = desk.log_in()
    for state, words in ((slot.DONE, "Done."), (slot.CHANGED, "Nothing was written."), (slot.FAILED, "It failed.")):
        desk.shows(ROW)
        assert confirmed(desk, "/plan", csrf) == 303
        desk.tasks.operations.take()
        assert desk.client.get("/operation").get_json()["operation"]["state"] == slot.WORKING
        desk.tasks.operations.end(state, "<b>because</b>")
        text = desk.client.get("/plan").text
        assert words in text and "&lt;b&gt;because" in text


def test_files_for_spreadsheets_hold_no_formula(desk: Desk) -> None:
    evil = '=HYPERLINK("http://evil.example","Acme")'
    desk.shows(
        {**ROW, "name": evil, "old": "-5.0", "new": "+1+1"}, {**ROW, "name": "\t=1", "old": "@SUM(1)", "new": "-a"}
    )
    desk.wrote("r1", "Sidecar_Health__c", evil, "62")
    desk.log_in()
    answer = desk.client.get("/plan.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan.csv"'
    first, second = csv.DictReader(io.StringIO(answer.text))
    assert (first["name"], first["old"], first["new"]) == (f"'{evil}", "-5.0", "'+1+1")
    assert (second["name"], second["old"], second["new"]) == ("'\t=1", "'@SUM(1)", "'-a")
    [value] = csv.DictReader(io.StringIO(desk.client.get("/runs/r1/values.csv").text))
    assert value["old_value"] == f"'{evil}"
    assert desk.client.get("/runs/nothing/values.csv").status_code == 404
    assert desk.client.get("/runs/r1/undo.csv").status_code == 404


def test_what_is_kept_is_private_and_a_broken_file_is_as_none(desk: Desk) -> None:
    desk.shows(ROW)
    file = desk.state.service_folder / "plan.arrow"
    assert file.stat().st_mode & 0o777 == 0o600
    assert desk.tasks.previews.plan() == desk.shows(ROW)
    file.write_bytes(b"broken")
    assert desk.tasks.previews.plan() is None
