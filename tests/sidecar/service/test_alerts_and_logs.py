"""Alerts that cannot be delivered, and what a log must not hold."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import requests
import responses

from sidecar.configuration import ServiceSection
from sidecar.delivery.block_kit import plain
from sidecar.service.alerts import Alerts
from sidecar.service.logs import logging_to

HOOK = "https://hooks.example/services/T000/B000/secretsecret"


@pytest.fixture
def alerts() -> Alerts:
    return Alerts(ServiceSection.model_validate({"alert_webhook": HOOK}))


def test_an_alert_goes_to_the_channel_with_nothing_that_slack_would_interpret(alerts: Alerts) -> None:
    with responses.RequestsMock() as wire:
        wire.post(HOOK, body="ok")
        alerts("refresh fails", "the deal <!channel> & <https://evil.example|Acme> is locked")
        body = json.loads(wire.calls[0].request.body or "")
    assert body == {
        "text": "Sidecar: refresh fails\nthe deal &lt;!channel&gt; &amp; &lt;https://evil.example|Acme&gt; is locked"
    }


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 302}, {"body": requests.exceptions.ReadTimeout(HOOK)}])
def test_an_alert_that_is_not_taken_is_logged_without_its_address(
    alerts: Alerts, caplog: pytest.LogCaptureFixture, answer: dict[str, object]
) -> None:
    with responses.RequestsMock() as wire, caplog.at_level(logging.DEBUG):
        wire.add(responses.POST, HOOK, **answer)  # type: ignore[arg-type] - either a status or an error
        alerts("refresh fails", "x")
    assert "alert webhook" in caplog.text and "secretsecret" not in caplog.text
    assert "Remedy: " in caplog.text and "check alert_webhook under [service]" in caplog.text


def test_without_a_webhook_the_log_has_it(caplog: pytest.LogCaptureFixture) -> None:
    Alerts(ServiceSection())("refresh fails", "why")
    assert "alert: refresh fails: why" in caplog.text


def test_plain_text_keeps_what_slack_does_not_interpret() -> None:
    assert plain("Acme_EMEA > 3 * 4 & < 5") == "Acme_EMEA &gt; 3 ∗ 4 &amp; &lt; 5"
    assert plain("*Acme* _now_ ~no~ `code`") == "∗Acme∗ ˍnowˍ ∼no∼ ˋcodeˋ"


def test_the_log_is_private_and_quiet_about_addresses_even_when_debugging(tmp_path: Path) -> None:
    file = tmp_path / "service.log"
    with logging_to(file, debug=True):
        logging.getLogger("urllib3.connectionpool").debug("POST %s", HOOK)
        logging.getLogger("sidecar").debug("looked")
    text = file.read_text()
    assert "looked" in text and "secretsecret" not in text
    assert file.stat().st_mode & 0o777 == 0o600


def test_many_who_look_at_once_do_not_fill_the_log(tmp_path: Path) -> None:
    file = tmp_path / "service.log"
    with logging_to(file, debug=False):
        logging.getLogger("waitress.queue").warning("Task queue depth is %d", 3)  # waitress, of each request that waits
        logging.getLogger("waitress").warning("a channel was closed")
    text = file.read_text()
    assert "a channel was closed" in text and "queue depth" not in text


def test_the_configuration_shows_no_secret() -> None:
    section = ServiceSection.model_validate({"alert_webhook": HOOK})
    assert "secretsecret" not in repr(section) + section.model_dump_json()
