"""Answers that are kept for a moment: one build for many who look, and for nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from sidecar.service.kept_answers import KeptAnswers
from tests.sidecar.service.conftest import KEY, LOOKING, Desk


class Counted:
    """An application that counts what it builds; it refuses whoever brings no token."""

    def __init__(self) -> None:
        self.built: list[str] = []
        self.now = 0.0
        self.told = "before"
        self.while_building: Callable[[], object] = lambda: None
        self.app = Flask(__name__)
        for path in ("/", "/metrics", "/runs"):
            self.app.add_url_rule(path, path, self._build, methods=["GET", "POST"])
        self.app.wsgi_app = KeptAnswers(  # type: ignore[method-assign]  # as Flask's manual has it
            self.app.wsgi_app, lambda: self.told, lambda: self.now
        )

    def _build(self) -> tuple[str, int]:
        who = request.headers.get("Authorization") or request.cookies.get("key", "")
        self.built.append(who)
        self.while_building()
        return f"{request.method} {request.full_path} for {who}", 200 if who else 401

    def look(self, path: str = "/", who: str = "a", **more: str) -> str:
        return self.client.get(path, headers={"Authorization": who, **more}).text

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)


@pytest.fixture
def counted() -> Counted:
    return Counted()


def test_many_looks_within_a_second_cost_one_build(counted: Counted) -> None:
    assert {counted.look() for _ in range(5)} == {"GET /? for a"}
    assert counted.built == ["a"]
    counted.now = 1.0
    counted.look()
    assert counted.built == ["a", "a"]


def test_each_who_asks_and_each_address_has_an_answer_of_its_own(counted: Counted) -> None:
    for who in ("a", "b", "a"):
        assert counted.look(who=who) == f"GET /? for {who}"
        assert counted.look("/metrics?x=1", who) == f"GET /metrics?x=1 for {who}"
        assert counted.client.get("/", headers={"Cookie": f"key={who}"}).text == f"GET /? for {who}"
    counted.look(Host="other")
    assert counted.built == [*"aaabbb", "a"]


def test_news_are_told_at_once(counted: Counted) -> None:
    counted.look()
    counted.told = "after"
    counted.look()
    assert len(counted.built) == 2


def test_what_was_begun_before_the_news_is_given_to_nobody_after_it(counted: Counted) -> None:
    def happens() -> None:
        counted.told = "after"

    counted.while_building = happens
    counted.look()
    counted.look()
    counted.look()
    assert len(counted.built) == 2


def test_refusals_changes_and_other_pages_are_built_each_time(counted: Counted) -> None:
    for _ in range(2):
        assert counted.client.get("/").status_code == 401
        counted.look("/runs", "r")
        counted.client.post("/", headers={"Authorization": "p"})
        assert counted.client.head("/", headers={"Authorization": "h"}).text == ""
    assert counted.built == ["", "r", "p", "h"] * 2


def test_a_thousand_addresses_are_not_all_kept(counted: Counted) -> None:
    for _ in range(2):
        for number in range(150):
            counted.look(f"/?{number}")
    assert len(counted.built) == 200


def test_a_page_of_before_the_logout_is_not_shown_after_it(desk: Desk) -> None:
    csrf = desk.log_in()
    copy = desk.cookie()
    assert csrf in desk.client.get("/").text
    desk.client.post("/logout", data={"csrf": csrf})
    assert desk.with_cookie(copy).get("/").status_code == 302


def test_a_session_never_sees_the_page_of_another_one(desk: Desk) -> None:
    first = desk.log_in()
    assert first in desk.client.get("/").text
    desk.client = desk.app.test_client()
    second = desk.log_in("look")
    assert first not in desk.client.get("/").text and second in desk.client.get("/").text


def test_what_is_asked_for_shows_at_once(desk: Desk) -> None:
    def wanted() -> bool:
        told = json.loads(desk.client.get("/api/v1/status", headers=LOOKING).text)
        return bool(told["jobs"]["refresh"]["wanted"])

    assert not wanted()
    desk.client.post("/api/v1/jobs/refresh", headers=KEY)
    assert wanted()
