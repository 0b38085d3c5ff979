"""Secrets stay where they belong: in no log at its most talkative, in no file that others may read, on no page."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from pydantic import SecretStr

from sidecar.configuration import ConsoleSection, MailSection, ServiceSection
from sidecar.service.app import create_app
from sidecar.service.logs import logging_to
from sidecar.service.operations import slot
from sidecar.service.operations.asking import Asking
from sidecar.service.process import make_runner, tick
from sidecar.service.requests.watch import Watch
from sidecar.service.tasks import Tasks
from sidecar.service.token import READING, Token
from sidecar.state import State
from sync import ConfigurationError
from tests.sidecar.conftest import Clinic

ADMIN = "admin@local.example"
SECRETS = {"webhook": "http://127.0.0.1:9/webhooksecret", "consumer": "consumersecret", "mail": "mailsecret"}


@pytest.fixture
def tasks(clinic: Clinic, tmp_path: Path) -> Iterator[Tasks]:
    sections = {
        "console": ConsoleSection(org_login=True, users=(ADMIN,)),
        "service": ServiceSection(alert_webhook=SecretStr(SECRETS["webhook"])),
        "mail": MailSection(
            host="localhost", sender="a@b.example", username="u", password=SecretStr(SECRETS["mail"]), security="none"
        ),
    }
    before = logging.root.level
    yield Tasks(clinic.configuration.model_copy(update=sections), State.open(tmp_path / "state"), Event())
    logging.root.setLevel(before)


def test_no_secret_is_in_the_log_at_debug_level_nor_on_a_page_and_every_file_is_private(
    clinic: Clinic, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unscored(*_: object) -> None:
        raise ConfigurationError("a person is needed")

    monkeypatch.setattr("sidecar.refresh.score", unscored)  # after the pull; a person is told of it
    state = tasks.state
    log = state.service_folder / "service.log"
    with logging_to(log, debug=True):
        runner = make_runner(tasks)
        token, reader = Token.of(state), Token.of(state, READING)
        app = create_app(runner, tasks, token, reader)
        Asking(runner, tasks).backtest("a person")
        watch = Watch(tasks)
        tick(runner, tasks, watch)
        watch.close()
        client = app.test_client()
        address = client.get("/login/org").headers["Location"]
        page = requests.get(address, timeout=30)
        found = re.search(r'name="request" value="([^"]+)"', page.text)
        assert found is not None
        form = {"request": found.group(1), "user": clinic.served.inside.user(ADMIN).id, "decision": "allow"}
        back = requests.post(page.url.split("?")[0], data=form, timeout=30, allow_redirects=False).headers["Location"]
        begun = client.get_cookie("sidecar_login", path="/login")
        assert client.get("/login/back", query_string=parse_qs(urlsplit(back).query)).status_code == 200
        session = client.get_cookie("sidecar")
        pages = [client.get(place).text for place in ("/", "/settings", "/log", "/login", "/plan")]
        client.get("/api/v1/status", headers={"Authorization": "Bearer wrongsecret"})
    files = [file for file in state.service_folder.iterdir() if file.is_file()]
    assert {file.name: oct(file.stat().st_mode & 0o777) for file in files} == {file.name: "0o600" for file in files}
    assert {"token", "read-token", "service.log", "jobs.json"} <= {file.name for file in files}
    assert state.service_folder.stat().st_mode & 0o777 == 0o700

    text = log.read_text()
    assert "the alert webhook cannot be reached" in text and "backtest, asked for by a person, begins" in text
    assert tasks.operations.last is not None and tasks.operations.last.state == slot.FAILED  # there are no deals
    assert begun is not None and session is not None
    asked = parse_qs(urlsplit(address).query)
    key = clinic.served.key_file.read_text().splitlines()[1]
    secrets = {
        **SECRETS,
        "token": (state.service_folder / "token").read_text().strip(),
        "reader": (state.service_folder / "read-token").read_text().strip(),
        "wrong": "wrongsecret",
        "code": parse_qs(urlsplit(back).query)["code"][0],
        **{name: asked[name][0] for name in ("state", "nonce", "code_challenge")},
        "begun": begun.value,
        "session": session.value,
        "private key": key,
        "consumer key": clinic.served.consumer_key,
    }
    for told in (text, *pages[:1], *pages[2:]):
        assert [name for name, secret in secrets.items() if secret in told] == []
        assert not re.search(r"00D\w{12}(\w{3})?!|eyJ[\w-]+\.eyJ|Bearer \S", told)
    assert [name for name, secret in secrets.items() if secret in pages[1]] == ["consumer key"]
