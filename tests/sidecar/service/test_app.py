"""The service over HTTP, in process: who is let in, and what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sidecar.service.job_state import JobState
from sidecar.service.status import not_ready
from sidecar.service.token import Token
from sidecar.state import State
from sync import Mirror, MirrorBusy, Usage, ledger
from tests.sidecar.service.conftest import ACCOUNT, KEY, NOW, Desk

PLACES = ("/metrics", "/api/v1/status")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right"}])
@pytest.mark.parametrize("place", PLACES)
def test_without_the_token_nothing_is_told(desk: Desk, place: str, headers: dict[str, str]) -> None:
    answer = desk.client.get(place, headers=headers)
    assert answer.status_code == 401 and "right" not in answer.text
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_place_that_is_none_needs_the_token_too(desk: Desk) -> None:
    assert desk.client.get("/../../etc/passwd").status_code == 302  # to the login
    assert desk.client.post("/../../etc/passwd").status_code == 401
    assert desk.client.get("/../../etc/passwd", headers=KEY).status_code == 404


def test_a_trigger_needs_the_token(desk: Desk) -> None:
    assert desk.client.post("/api/v1/jobs/refresh").status_code == 401
    assert not desk.runner.memory["refresh"].wanted


@pytest.mark.parametrize("place", [*PLACES, "/healthz", "/nowhere"])
def test_every_answer_carries_the_security_headers_and_says_nothing_of_the_server(desk: Desk, place: str) -> None:
    headers = desk.client.get(place, headers=KEY).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_another_name_for_this_machine_is_not_answered(desk: Desk) -> None:
    assert desk.client.get("/healthz", headers={**KEY, "Host": "evil.example"}).status_code == 400
    assert desk.client.get("/healthz", headers={"Host": "127.0.0.1:8484"}).status_code == 200


def test_ready_is_whoever_has_refreshed_lately_and_why_not_is_told_with_the_token_only(desk: Desk) -> None:
    assert desk.client.get("/readyz").status_code == 503
    desk.runner.run_due()
    assert desk.client.get("/readyz").status_code == 200
    failed = replace(desk.runner.memory["reconcile"], alerted=True, message="Acme Corp is locked")
    desk.runner.memory.keep("reconcile", failed)
    answer = desk.client.get("/readyz")
    assert answer.status_code == 503 and "Acme" not in answer.text
    told = desk.client.get("/api/v1/status", headers=KEY).get_json()
    assert told["not_ready"] == ["reconcile fails: Acme Corp is locked"]


def test_an_old_refresh_is_not_ready() -> None:
    interval = timedelta(minutes=20)
    states = {"refresh": JobState(done=NOW, finished_at=NOW)}
    assert not_ready(states, NOW + timedelta(minutes=60), interval) == []
    assert not_ready(states, NOW + timedelta(minutes=61), interval) == [
        "the last refresh ended at 2026-11-24 09:03 UTC"
    ]


def test_the_status_tells_jobs_and_calls(desk: Desk) -> None:
    desk.runner.run_due()
    desk.tasks.usage = Usage(12, 15000)
    told = desk.client.get("/api/v1/status", headers=KEY).get_json()
    assert told["jobs"]["refresh"]["message"] == "3 rows read"
    assert told["jobs"]["refresh"]["next"] == "2026-11-24T09:10:00+00:00"
    assert told["api_calls_of_the_day"] == {"used": 12, "maximum": 15000}


def test_metrics_are_lines_of_prometheus(desk: Desk) -> None:
    desk.runner.run_due()
    desk.tasks.usage = Usage(12, 15000)
    answer = desk.client.get("/metrics", headers=KEY)
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert f'sidecar_job_last_success_timestamp_seconds{{job="refresh"}} {NOW.timestamp():.0f}' in lines
    assert "sidecar_org_api_calls_used 12" in lines
    values = [line for line in lines if not line.startswith("#")]
    helped = {line.split()[2] for line in lines if line.startswith("# HELP")}
    assert {line.partition("{")[0].split()[0] for line in values} <= helped


def test_a_job_is_triggered_once_refused_while_it_runs_and_unknown_ones_are_named(desk: Desk) -> None:
    assert desk.client.post("/api/v1/jobs/reconcile", headers=KEY).status_code == 202
    assert desk.runner.memory["reconcile"].wanted
    desk.runner.memory.keep("refresh", desk.runner.memory["refresh"].begun(NOW))
    assert desk.client.post("/api/v1/jobs/refresh", headers=KEY).status_code == 409
    answer = desk.client.post("/api/v1/jobs/dance", headers=KEY)
    assert answer.status_code == 404 and "expected reconcile, refresh" in answer.get_json()["message"]


def test_runs_values_and_a_record_s_history_are_told(desk: Desk) -> None:
    assert desk.client.get("/api/v1/runs", headers=KEY).get_json() == {"runs": []}
    assert desk.client.get("/api/v1/runs/r1", headers=KEY).status_code == 404
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    with Mirror.open(desk.state.mirror_file) as mirror:
        ledger.begin(mirror, "r2")
        ledger.end(mirror, "r2", ledger.DONE, ledger.RunCounts())  # a refresh without news
    [run] = desk.client.get("/api/v1/runs", headers=KEY).get_json()["runs"]
    assert (run["run_id"], run["status"], run["rows_written"]) == ("r1", "done", 1)
    [value] = desk.client.get("/api/v1/runs/r1", headers=KEY).get_json()["values"]
    assert (value["field"], value["old_value"], value["new_value"]) == ("Sidecar_Health__c", "50", "62")
    for name in (ACCOUNT, ACCOUNT[:15]):
        [value] = desk.client.get(f"/api/v1/records/{name}", headers=KEY).get_json()["values"]
        assert (value["run_id"], value["new_value"]) == ("r1", "62")
    assert desk.client.get("/api/v1/records/001'--", headers=KEY).get_json()["values"] == []


def test_the_document_names_every_place_of_the_api_and_no_other(desk: Desk) -> None:
    rules = [rule for rule in desk.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    served = {
        (rule.rule.removeprefix("/api/v1").replace("<", "{").replace(">", "}"), method.lower())
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = desk.client.get("/api/v1/openapi.json", headers=KEY).get_json()["paths"]
    assert {(path, verb) for path, item in told.items() for verb in item if verb != "parameters"} == served


def test_answers_have_the_properties_that_the_document_tells_of(desk: Desk) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    desk.tasks.usage = Usage(12, 15000)
    told = desk.client.get("/api/v1/openapi.json", headers=KEY).get_json()["paths"]
    desk.shows({"field": "Sidecar_Health__c"}, reason="too many")
    desk.shows({"field": "Sidecar_Health__c"}, run="r1")
    desk.tasks.backtests.keep(NOW.date(), {})
    assert desk.client.post("/api/v1/plan", headers=KEY).status_code == 202
    names = {"{run_id}": "r1", "{name}": ACCOUNT}
    for path in [path for path in told if "get" in told[path] and path != "/openapi.json"]:
        place = "/".join(names.get(part, part) for part in path.split("/"))
        answer = desk.client.get(f"/api/v1{place}", headers=KEY).get_json()
        schema = told[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert sorted(answer) == schema["required"], path
        for key, items in answer.items():
            inner = schema["properties"][key]
            rows = items if inner.get("type") == "array" and "required" in inner["items"] else []
            assert all(sorted(row) == inner["items"]["required"] for row in rows), key
    parts = told["/status"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    status = desk.client.get("/api/v1/status", headers=KEY).get_json()
    assert sorted(status["jobs"]["refresh"]) == parts["jobs"]["additionalProperties"]["required"]
    assert sorted(status["plan_waiting"]) == parts["plan_waiting"]["anyOf"][0]["required"]
    assert (status["plan_waiting"]["values"], status["plan_waiting"]["records"]) == (1, 1)


def test_a_mirror_in_the_hands_of_a_command_is_told_as_unavailable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")

    def busy(_: object) -> None:
        raise MirrorBusy("in use")

    monkeypatch.setattr("sidecar.service.history.Mirror.open", busy)
    answer = desk.client.get("/api/v1/runs", headers=KEY)
    assert answer.status_code == 503 and answer.get_json()["message"] == "in use"


def test_the_token_is_made_once_and_is_private(tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    token = Token.of(state)
    file = state.service_folder / "token"
    text = file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600 and len(text) >= 40
    assert token.opens(text) and Token.of(state).opens(text)
    assert not token.opens("") and not token.opens(text[:-1]) and text not in repr(token)


def test_an_empty_token_file_opens_to_nobody() -> None:
    assert not Token("").opens("")
