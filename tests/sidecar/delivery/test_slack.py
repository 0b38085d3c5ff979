"""Messages to Slack: within its limits, tried again or given up as it answers, its address told to nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from sidecar.configuration import Configuration, ServiceSection, SlackSection
from sidecar.configuration_file import load
from sidecar.delivery import block_kit
from sidecar.delivery import slack as slack_module
from sidecar.delivery.errors import NotTaken, OutcomeUnknown
from sidecar.delivery.send import Outcome, Parcel, hand_over
from sidecar.delivery.sent import Sent
from sidecar.delivery.slack import Post, post
from sidecar.doctor.finding import OK, PROBLEM, WARNING
from sidecar.doctor.messages import named_users
from sidecar.doctor.messages import slack as slack_check
from sidecar.state import State
from tests.sidecar.conftest import Clinic
from tests.sidecar.delivery.slack_stand_in import Slack, problem, slack

GOOD = block_kit.payload_of("told", [block_kit.section(["told"])])
SECRET = "secretsecret"  # in the stand-in's address


@pytest.fixture
def channel() -> Iterator[Slack]:
    with slack() as running:
        yield running


def message(channel: Slack) -> Post:
    return Post(SecretStr(channel.address), GOOD, "the Slack webhook of lea")


def test_what_slack_does_not_take_now_is_sent_again_and_once(channel: Slack, tmp_path: Path) -> None:
    channel.answers = [500, 429, 503]
    parcel = Parcel(("2026-11-23 a",), "a message", lambda: message(channel))
    for _ in range(3):
        assert hand_over([parcel], post, Sent(tmp_path / "sent.json")) == Outcome(refused=1)
    assert hand_over([parcel], post, Sent(tmp_path / "sent.json")) == Outcome(sent=1)
    assert hand_over([parcel], post, Sent(tmp_path / "sent.json")) == Outcome(before=1)
    assert channel.messages == [GOOD]


def test_one_webhook_that_fails_holds_no_other_up(channel: Slack, tmp_path: Path) -> None:
    channel.answers = [404]
    parcels = [Parcel((f"2026-11-23 {n}",), "a message", lambda: message(channel)) for n in range(3)]
    assert hand_over(parcels, post, Sent(tmp_path / "sent.json")) == Outcome(sent=2, refused=1)


def test_what_slack_had_when_it_was_lost_is_not_sent_again(
    channel: Slack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_module, "ANSWER_SECONDS", 0.1)
    channel.takes_and_hangs = 0.5
    parcel = Parcel(("2026-11-23 a",), "a message", lambda: message(channel))
    assert hand_over([parcel], post, Sent(tmp_path / "sent.json")) == Outcome(unknown=1)
    assert hand_over([parcel], post, Sent(tmp_path / "sent.json")) == Outcome(before=1)
    assert len(channel.messages) == 1


@pytest.mark.parametrize(
    ("status", "told"), [(404, "make a new incoming webhook"), (403, "make a new"), (302, "make a new"), (500, "again")]
)
def test_a_refusal_says_what_to_do_and_never_the_address(
    channel: Slack, caplog: pytest.LogCaptureFixture, status: int, told: str
) -> None:
    channel.answers = [status]
    with caplog.at_level(logging.INFO), pytest.raises(NotTaken, match=told) as refused:
        post(message(channel))
    assert SECRET not in str(refused.value) + repr(refused.value.__context__) + caplog.text


def test_a_host_that_is_not_there_may_be_there_later_and_its_address_is_told_to_nobody() -> None:
    for address in (f"https://127.0.0.1:9/{SECRET}", f"https:///{SECRET}"):
        with pytest.raises(NotTaken, match="cannot be reached") as refused:
            post(Post(SecretStr(address), GOOD, "the webhook"))
        assert SECRET not in str(refused.value) and refused.value.__suppress_context__


def test_a_connection_that_is_cut_leaves_it_open_whether_the_message_came(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise slack_module.requests.ConnectionError("aborted")

    monkeypatch.setattr(slack_module.requests, "post", cut)
    with pytest.raises(OutcomeUnknown, match="was lost"):
        post(Post(SecretStr("https://hooks.example/x"), GOOD, "the webhook"))


@given(st.lists(st.text(max_size=400), max_size=80), st.text(max_size=400))
def test_any_text_of_the_org_fits_and_is_only_text(texts: list[str], title: str) -> None:
    lines = [f"• {block_kit.link('https://acme.example/001', text)}: {block_kit.name(text)}" for text in texts]
    blocks = [
        block_kit.header(title or "–"),
        *(block_kit.section([line]) for line in lines),
        block_kit.section(["x", *lines]),
    ]
    assert problem(block_kit.payload_of(title or "–", [block for block in blocks if block["text"]["text"]])) is None


def test_the_stand_in_is_strict() -> None:
    section = block_kit.section(["x"])
    for blocks in (
        [],
        [section] * 51,
        [{"type": "image"}],
        [{**section, "id": 1}],
        [block_kit.section(["<!channel>"])],
    ):
        assert problem({**GOOD, "blocks": blocks}) is not None
    assert problem({**GOOD, "text": ""}) is not None and problem({**GOOD, "channel": "#general"}) is not None


def test_webhooks_come_from_the_file_or_the_environment_and_show_in_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sidecar.toml"
    file.write_text(f'[slack.webhooks]\n"Lea@acme.example" = "https://hooks.example/{SECRET}"\n')
    found = load(file).slack
    assert list(found.by_username()) == ["lea@acme.example"] and SECRET not in repr(found) + found.model_dump_json()
    monkeypatch.setenv("SIDECAR_SLACK__WEBHOOKS", f'{{"rita@acme.example": "https://hooks.example/{SECRET}"}}')
    assert "rita@acme.example" in load(None).slack.by_username()
    with pytest.raises(ValueError, match="of lea is no address") as refused:
        SlackSection.model_validate({"webhooks": {"lea": SECRET}})
    assert "https://hooks.slack.com" in str(refused.value)


def test_the_doctor_looks_at_webhooks_without_posting(channel: Slack, tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    assert list(slack_check(Configuration(), state)) == []
    section = SlackSection.model_validate({"webhooks": {"lea": channel.address}})
    service = ServiceSection.model_validate({"alert_webhook": channel.address})
    [told] = slack_check(Configuration(slack=section, service=service), state)
    assert (told.state, told.text) == (OK, "2 webhooks take messages")
    channel.answers = [404]
    [told] = slack_check(Configuration(slack=section), state)
    assert told.state == PROBLEM and "webhook of lea answered 404" in told.text and told.remedy.startswith("make a new")
    assert channel.messages == [] and SECRET not in told.text


def test_the_doctor_names_users_that_the_org_has_not(clinic: Clinic) -> None:
    assert clinic.findings(named_users) == []
    known = SlackSection.model_validate({"webhooks": {"ADMIN@local.example": "https://hooks.example/x"}})
    assert [told.state for told in clinic.findings(named_users, slack=known)] == [OK]
    unknown = SlackSection.model_validate({"webhooks": {"nobody@acme.example": "https://hooks.example/x"}})
    [told] = clinic.findings(named_users, slack=unknown)
    assert told.state == WARNING and "nobody@acme.example" in told.text
