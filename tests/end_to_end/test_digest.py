"""Digests and alerts of a scored org: previewed from the command line, stopped, sent by the service's jobs."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from sidecar.configuration import Configuration, MailSection, SlackSection
from sidecar.service.tasks import Tasks
from sidecar.state import State
from tests.end_to_end.driving import sidecar
from tests.sidecar.delivery.real_smtp import PASSWORD, USERNAME, real_server
from tests.sidecar.delivery.slack_stand_in import slack


def test_a_digest_is_previewed_as_files_and_stopped_for_one_who_wants_none(demo_copy: Path, tmp_path: Path) -> None:
    everybody = sidecar("digest", "--preview", "--json", state=demo_copy).json
    leader = next(one for one in everybody if one["team"])
    username = leader["username"]
    page, text = tmp_path / "digest.html", tmp_path / "digest.txt"
    done = sidecar("digest", "--user", leader["name"], "--html", page, "--text", text, state=demo_copy)
    assert done.code == 0, done.messages
    assert leader["name"] in page.read_text() and "data:image/png;base64," in page.read_text()
    assert leader["name"] in text.read_text() and "BY SEGMENT" in text.read_text()
    done = sidecar("digest", "unsubscribe", username, state=demo_copy)
    assert (done.code, "neither digests nor alerts" in done.messages) == (0, True), done.messages
    left = sidecar("digest", "--json", state=demo_copy).json
    assert {one["username"] for one in everybody} - {one["username"] for one in left} == {username}
    assert sidecar("digest", "subscribe", username, state=demo_copy).code == 0
    assert len(sidecar("digest", "--json", state=demo_copy).json) == len(everybody)
    unknown = sidecar("digest", "unsubscribe", "nobody@acme.example", state=demo_copy)
    assert unknown.code == 2 and "no user 'nobody@acme.example'" in unknown.messages
    both = sidecar("digest", "--preview", "--send", state=demo_copy)
    assert both.code == 2 and "expected one of them" in both.messages


def test_the_jobs_tell_each_person_each_thing_once(
    demo_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = State.open(demo_copy)
    with real_server(tmp_path) as server, slack() as channel:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        leader = next(one for one in sidecar("digest", "--json", state=demo_copy).json if one["team"])
        login = {"username": USERNAME, "password": PASSWORD, "sender": "sidecar@acme.example"}
        mail = MailSection.model_validate({"host": "127.0.0.1", "port": server.port, **login})
        hooks = SlackSection.model_validate({"webhooks": {leader["username"]: channel.address}})
        tasks = Tasks(Configuration(mail=mail, slack=hooks), state, Event())
        tasks.alerts()
        alerts = [str(one["To"]) for one in server.mails]
        assert alerts and len(set(alerts)) == len(alerts)
        tasks.digest()
        digests = [str(one["To"]) for one in server.mails[len(alerts) :]]
        assert len(set(digests)) == len(digests) > 1 and leader["to"] in digests
        posted = len(channel.messages)
        assert posted >= 1
        assert tasks.alerts() == "nobody to send to" and "sent before" in tasks.digest()
        assert (len(server.mails), len(channel.messages)) == (len(alerts) + len(digests), posted)
