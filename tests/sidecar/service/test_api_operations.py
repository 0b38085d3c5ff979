"""Plan, undo and backtest through the API: by the same rules as in the console."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sidecar.service.operations import slot
from tests.sidecar.service.conftest import KEY, LOOKING, Desk

ROW = {"name": "Acme", "field": "Sidecar_Health__c", "old": "50.0", "new": "62.0"}
SHOWN = "f" * 64
CHANGES = ("/plan", "/plan/confirm", "/runs/r1/undo", "/runs/r1/undo/confirm", "/backtest", "/jobs/refresh")


def sent(desk: Desk, place: str, body: Any = None, headers: dict[str, str] = KEY) -> tuple[int, Any]:
    answer = desk.client.post(f"/api/v1{place}", json=body, headers=headers)
    return answer.status_code, answer.get_json()


def told(desk: Desk, place: str) -> tuple[int, Any]:
    answer = desk.client.get(f"/api/v1{place}", headers=KEY)
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize("place", CHANGES)
def test_no_token_is_401_and_the_token_for_looking_403(desk: Desk, place: str) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    desk.shows(ROW)
    assert sent(desk, place, {"fingerprint": SHOWN}, {})[0] == 401
    assert sent(desk, place, {"fingerprint": SHOWN}, LOOKING)[0] == 403
    assert desk.tasks.operations.last is None and not desk.runner.memory["refresh"].wanted
    assert desk.client.get("/api/v1/plan", headers=LOOKING).status_code == 200


def test_a_plan_is_asked_for_shown_and_confirmed_by_its_fingerprint(desk: Desk) -> None:
    assert told(desk, "/operation") == (200, {"operation": None})
    assert told(desk, "/plan")[0] == 404
    status, answer = sent(desk, "/plan")
    assert (status, answer["operation"]["kind"], answer["operation"]["state"]) == (202, slot.PLAN, slot.WAITING)
    assert sent(desk, "/plan")[0] == 409
    assert told(desk, "/operation")[1] == answer
    desk.tasks.operations.end(slot.DONE, "1 value")

    desk.shows(ROW)
    status, plan = told(desk, "/plan")
    assert (status, plan["values"], plan["changes"][0]["new"]) == (200, 1, "62.0")
    assert sent(desk, "/plan/confirm", {"fingerprint": "e" * 64})[0] == 409
    assert desk.tasks.operations.last is not None and not desk.tasks.operations.last.open
    status, answer = sent(desk, "/plan/confirm", {"fingerprint": plan["fingerprint"]})
    assert (status, answer["operation"]["kind"], answer["operation"]["fingerprint"]) == (202, slot.WRITE, SHOWN)


@pytest.mark.parametrize("body", [None, [], {}, {"fingerprint": 5}, "text"])
def test_a_confirmation_without_a_fingerprint_is_400(desk: Desk, body: Any) -> None:
    desk.shows(ROW)
    status, answer = sent(desk, "/plan/confirm", body)
    assert status == 400 and "fingerprint" in answer["message"]


def test_an_undo_is_of_a_run_that_is_there(desk: Desk) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    assert sent(desk, "/runs/nothing/undo")[0] == 404 and told(desk, "/runs/nothing/undo")[0] == 404
    assert told(desk, "/runs/r1/undo")[0] == 404
    status, answer = sent(desk, "/runs/r1/undo")
    assert (status, answer["operation"]["kind"], answer["operation"]["run_id"]) == (202, slot.PREVIEW_UNDO, "r1")
    desk.tasks.operations.end(slot.DONE, "")
    desk.shows(ROW, run="r1", kept=[], kept_count=0, already=0)
    assert told(desk, "/runs/r1/undo")[1]["run_id"] == "r1"
    assert sent(desk, "/runs/r1/undo/confirm", {"fingerprint": SHOWN})[0] == 202


def test_a_backtest_is_asked_for_and_told(desk: Desk) -> None:
    assert told(desk, "/backtest")[0] == 404
    assert sent(desk, "/backtest")[0] == 202
    desk.tasks.backtests.keep(date(2026, 11, 23), {"v": 1, "quarters": []})
    status, answer = told(desk, "/backtest")
    assert (status, answer["as_of"], answer["result"]["quarters"]) == (200, "2026-11-23", [])
    file = desk.state.service_folder / "backtest.json"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("broken")
    assert told(desk, "/backtest")[0] == 404
