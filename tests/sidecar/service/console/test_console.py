"""The console: who gets in, what forms need, and that texts of the org stay texts."""

from __future__ import annotations

import json
import re

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.exceptions import TooManyRequests

from sidecar.configuration import Configuration, ServiceSection
from sidecar.service.console.settings import settings_in_force
from sidecar.service.guard import Attempts
from sidecar.service.process import server_settings
from sidecar.service.sessions import READER, Sessions
from tests.served import listening
from tests.sidecar.service.conftest import ACCOUNT, Desk

PAGES = ("/", "/plan", "/runs", f"/records?id={ACCOUNT}", "/model", "/health", "/settings", "/log")
OWN_SCRIPT = '<script src="/console.js" defer></script>'
EVIL = "<script>alert(1)</script>=HYPERLINK(1)"


@pytest.fixture
def inside(desk: Desk) -> FlaskClient:
    """A client that is logged in."""
    desk.log_in()
    return desk.client


def csrf(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)
    assert found is not None
    return found.group(1)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_session_every_page_leads_to_the_login(desk: Desk, page: str) -> None:
    answer = desk.client.get(page)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")


@pytest.mark.parametrize("page", PAGES)
def test_with_a_session_every_page_is_shown(inside: FlaskClient, page: str) -> None:
    answer = inside.get(page)
    assert answer.status_code == 200 and answer.content_type.startswith("text/html")
    text = answer.text.replace(OWN_SCRIPT, "")
    assert (
        "<script" not in text and "style=" not in text and " on" + "click" not in text
    )  # what the policy would refuse


def test_a_wrong_token_opens_nothing_and_after_five_its_address_cannot_try(desk: Desk) -> None:
    for _ in range(5):
        answer = desk.client.post("/login", data={"token": "wrong"})
        assert answer.status_code == 401 and "not the token" in answer.text
    assert desk.client.post("/login", data={"token": "right"}).status_code == 429
    assert desk.client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 429
    assert desk.client.get("/healthz").status_code == 200
    elsewhere = {"REMOTE_ADDR": "10.1.1.2"}
    assert desk.client.post("/login", data={"token": "right"}, environ_base=elsewhere).status_code == 303


def test_a_minute_later_one_can_try_again() -> None:
    now = 100.0
    attempts = Attempts(lambda: now)
    for _ in range(5):
        attempts.check("10.1.1.1")
        attempts.count("10.1.1.1")
    with pytest.raises(TooManyRequests, match="5 logins or wrong tokens from this address"):
        attempts.check("10.1.1.1")
    now = 160.0
    attempts.check("10.1.1.1")


def test_many_addresses_together_guess_no_faster() -> None:
    now = 100.0
    attempts = Attempts(lambda: now, most_of_all=8)
    for number in range(8):
        attempts.check(f"10.1.1.{number}")
        attempts.count(f"10.1.1.{number}")
        now += 1
    with pytest.raises(TooManyRequests, match="8 logins or wrong tokens from all addresses"):
        attempts.check("10.1.1.9")
    now = 160.0
    attempts.check("10.1.1.9")


@pytest.mark.parametrize(("proxy", "told_apart"), [(None, False), ("127.0.0.1", True), ("10.9.9.9", False)])
def test_clients_behind_a_proxy_are_told_apart_where_it_is_believed(
    desk: Desk, proxy: str | None, told_apart: bool
) -> None:
    settings = server_settings(ServiceSection.model_validate({"proxy": proxy}))
    with listening(desk.app, **settings) as url, requests.Session() as client:

        def tries(token: str, address: str) -> int:
            headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
            return client.get(f"{url}/api/v1/status", headers=headers, timeout=30).status_code

        assert [tries("wrong", "10.1.1.1") for _ in range(6)] == [401] * 5 + [429]
        assert tries("right", "10.1.1.2") == (200 if told_apart else 429)


def test_the_session_s_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: Desk) -> None:
    cookie = desk.client.post("/login", data={"token": "right"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "right" not in cookie


def test_a_form_without_its_field_changes_nothing(desk: Desk, inside: FlaskClient) -> None:
    for data in ({}, {"csrf": "x"}):
        assert inside.post("/jobs/reconcile", data=data).status_code == 403
        assert inside.post("/api/v1/jobs/reconcile", data=data).status_code == 403
    assert not desk.runner.memory["reconcile"].wanted
    assert inside.post("/jobs/reconcile", data={"csrf": csrf(inside)}).status_code == 303
    assert desk.runner.memory["reconcile"].wanted


def test_logging_out_ends_the_session(inside: FlaskClient) -> None:
    assert inside.post("/logout", data={"csrf": csrf(inside)}).status_code == 303
    assert inside.get("/runs").status_code == 302


def test_a_copy_of_the_cookie_is_worth_nothing_after_logging_out(desk: Desk) -> None:
    csrf = desk.log_in()
    copy = desk.cookie()
    desk.client.post("/logout", data={"csrf": csrf})
    assert desk.with_cookie(copy).get("/runs").status_code == 302


def test_each_login_is_a_new_session_and_ends_the_one_before(desk: Desk) -> None:
    first = desk.log_in()
    copy = desk.cookie()
    assert desk.log_in() != first
    assert desk.with_cookie(copy).get("/runs").status_code == 302


def test_a_session_ends_after_eight_hours_however_busy_it_was() -> None:
    now = 0.0
    sessions = Sessions(lambda: now)
    key = sessions.begin("somebody", READER)
    assert key != sessions.begin("somebody", READER)
    for hour in range(8):
        now = 3600.0 * hour
        found = sessions.find(key)
        assert found is not None and not found.may_change
    now = 3600.0 * 8
    assert sessions.find(key) is None and sessions.find("") is None


@pytest.mark.parametrize(
    ("place", "status"),
    [("/", 200), ("/login", 200), ("/style.css", 200), ("/console.js", 200), ("/plan.csv", 200), ("/nowhere", 404)],
)
def test_pages_files_and_refusals_carry_the_security_headers(desk: Desk, place: str, status: int) -> None:
    desk.shows({"field": "F__c"})
    desk.log_in()
    answer = desk.client.get(place)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert (answer.headers["X-Frame-Options"], answer.headers["Cache-Control"]) == ("DENY", "no-store")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_refusal_is_a_page_for_people_and_json_for_programs(inside: FlaskClient) -> None:
    page = inside.get("/runs/nothing")
    assert page.status_code == 404 and page.content_type.startswith("text/html") and "no run is named" in page.text
    assert inside.get("/api/v1/runs/nothing").get_json()["error"] == "Not Found"
    wrong = inside.delete("/runs/nothing")
    assert wrong.status_code in (403, 405)


def test_a_session_of_another_token_is_none(desk: Desk, inside: FlaskClient) -> None:
    desk.app.config["SECRET_KEY"] = b"that of another token"
    assert inside.get("/runs").status_code == 302


def test_texts_of_the_org_are_no_markup(desk: Desk, inside: FlaskClient) -> None:
    desk.wrote("r1", EVIL, EVIL, EVIL)
    desk.runner.memory.keep("refresh", desk.runner.memory["refresh"].failed(desk.runner.now(), EVIL, for_a_person=True))
    (desk.state.service_folder / "service.log").write_text(f"{EVIL}\n")
    desk.shows({"name": EVIL, "field": EVIL, "old": EVIL, "new": EVIL}, reason=EVIL)
    for page in ("/", "/plan", "/runs/r1", f"/records?id={ACCOUNT}", "/log", f"/records?id={EVIL}"):
        text = inside.get(page).text.replace(OWN_SCRIPT, "")
        assert "<script" not in text and "&lt;script&gt;" in text, page


def test_a_record_s_scores_are_explained_as_they_were_written_last(desk: Desk, inside: FlaskClient) -> None:
    factor = {"label": "Stage", "points": -4.25, "text": f"reached POV Planning {EVIL}"}
    deal = {"base": {"rate": 0.3, "n": 1200}, "factors": [factor]}
    measure = {"label": "Open cases", "score": 36.0, "text": "5 open cases, 1 critical"}
    health = {"dimensions": [{"label": "Technical", "measures": [measure], "missing": ["Reopened cases"]}]}
    desk.wrote("r1", "Sidecar_Score_Detail__c", "", json.dumps({"base": {"rate": 0.9, "n": 1}}))
    desk.wrote("r2", "Sidecar_Score_Detail__c", "", json.dumps(deal))
    desk.wrote("r3", "Sidecar_Health_Detail__c", "", json.dumps(health))
    desk.wrote("r4", "Sidecar_Other_Detail__c", "", "no JSON")
    text = inside.get(f"/records?id={ACCOUNT}").text
    wanted = ("30.0 %", "1,200 closed deals", "-4.2 points", "36 of 100", "5 open cases", "Reopened cases", "no data")
    assert [words for words in wanted if words not in text] == []
    assert "90.0 %" not in text and "POV Planning &lt;script" in text


def test_a_record_s_history_says_which_run_wrote_what(desk: Desk, inside: FlaskClient) -> None:
    desk.wrote("r1", "Sidecar_Health__c", "50", "62")
    text = inside.get("/records", query_string={"id": ACCOUNT[:15]}).text
    assert all(word in text for word in ("Sidecar_Health__c", "50", "62", 'href="/runs/r1"', "plan --explain"))
    assert "Nothing was ever written on 006X" in inside.get("/records?id=006X").text


@pytest.mark.parametrize(
    "place",
    [
        "/runs/nothing",
        "/runs/..%2f..%2fetc%2fpasswd",
        "/runs/..%2f..%2fetc%2fpasswd/values.csv",
        "/runs/../../token",
        "/token",
        "/service/token",
        "/style.css/../../views.py",
    ],
)
def test_places_that_are_none_are_not_found(inside: FlaskClient, place: str) -> None:
    assert inside.get(place).status_code == 404


def test_settings_tell_where_each_value_comes_from_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDECAR_SERVICE__ALERT_WEBHOOK", "https://hooks.example/secretsecret")
    section = ServiceSection(refresh_minutes=5, port=9000)
    told = {f"{row.section}.{row.key}": row for row in settings_in_force(Configuration(service=section))}
    assert (told["service.refresh_minutes"].value, told["service.refresh_minutes"].source) == ("5", "file")
    assert (told["service.port"].value, told["service.port"].source) == ("9000", "file or option")
    assert (told["pull.budget_run"].value, told["pull.budget_run"].source) == ("0.25", "default")
    assert told["service.alert_webhook"].source == "environment"
    assert "secretsecret" not in str(told) and told["service.alert_webhook"].value == "********"
    assert told["mapping.product.pillar"].value == "Family"
