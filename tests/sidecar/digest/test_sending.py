"""Sent once to each person, whatever servers, disks and crashes do."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import pytest

from sidecar.configuration import Configuration, MailSection
from sidecar.delivery.errors import NotTaken
from sidecar.delivery.mail import mailer
from sidecar.delivery.people import Person
from sidecar.delivery.send import Outcome
from sidecar.delivery.sent import SENDING, SENT, Sent
from sidecar.digest.content import Digest, Figures, Item
from sidecar.digest.recipients import Addressed
from sidecar.digest.send import send, week_of
from sidecar.doctor.messages import mail
from sidecar.errors import ConfigurationError, SetupError
from sidecar.state import State
from tests.sidecar.digest.smtp_server import Server, mail_server

WEEK = date(2026, 11, 23)
URL = "https://acme.my.salesforce.com"


def to(number: int) -> Addressed:
    deal = Item(f"00600000000000{number}AAA", "Acme renewal", "Stalled")
    whole = Figures("All", 1000.0, 670.0, 700.0, 800.0, 900.0, 330.0)
    digest = Digest(f"005{number}", f"Rep {number}", False, "FY2026 Q4", whole, at_risk=(deal,))
    return Addressed(digest, Person(f"005{number}", f"rep{number}@acme.example", f"rep{number}@acme.example"))


@pytest.fixture
def server() -> Iterator[Server]:
    with mail_server() as running:
        yield running


@pytest.fixture
def section(server: Server) -> MailSection:
    return MailSection(
        host="127.0.0.1", port=server.port, security="none", sender="sidecar@acme.example", timeout_seconds=5
    )


@pytest.fixture
def sent(tmp_path: Path) -> Sent:
    return Sent(tmp_path / "digests.json")


def sending(section: MailSection, sent: Sent, *people: Addressed, week: date = WEEK) -> Outcome:
    return send(people, section, sent, week=week, org_url=URL)


def test_a_digest_arrives_as_text_and_html_with_a_name_of_its_own(
    server: Server, section: MailSection, sent: Sent
) -> None:
    assert str(sending(section, sent, to(1))) == "1 sent"
    [mail] = server.mails
    assert (mail["To"], mail["From"]) == ("rep1@acme.example", "sidecar@acme.example")
    assert mail["Subject"] == "FY2026 Q4: 67% of plan, 330 to go"
    assert mail["Message-ID"] == "<digest-2026-11-23-0051@acme.example>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text = mail.get_body(("plain",))
    assert text is not None and f"{URL}/006000000000001AAA" in text.get_content()


def test_nobody_gets_one_twice_a_week_and_everybody_the_next(
    server: Server, section: MailSection, sent: Sent, tmp_path: Path
) -> None:
    sending(section, sent, to(1))
    again = Sent(tmp_path / "digests.json")
    assert str(sending(section, again, to(1), to(2))) == "1 sent, 1 sent before"
    sending(section, again, to(1), week=date(2026, 11, 30))
    assert [mail["To"] for mail in server.mails] == ["rep1@acme.example", "rep2@acme.example", "rep1@acme.example"]


def test_an_address_that_is_refused_holds_no_other_up_and_is_tried_again(
    server: Server, section: MailSection, sent: Sent
) -> None:
    server.refuses.add("rep1@acme.example")
    assert str(sending(section, sent, to(1), to(2))) == "1 sent, 1 refused"
    server.refuses.clear()
    assert str(sending(section, sent, to(1), to(2))) == "1 sent, 1 sent before"


def test_what_the_server_had_when_it_was_lost_is_not_sent_again(
    server: Server, section: MailSection, sent: Sent
) -> None:
    server.hangs_up = True
    assert str(sending(section, sent, to(1), to(2))) == "1 of unknown fate, 1 not yet sent"
    server.hangs_up = False
    assert str(sending(section, sent, to(1), to(2))) == "1 sent, 1 sent before"
    assert [mail["To"] for mail in server.mails] == ["rep2@acme.example"]


def killed_at(state: str, section: MailSection, file: Path) -> None:
    """Send a digest in a process that is killed after it has noted the beginning, or before it notes the end."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    try:
        noted = Sent.note

        def note(self: Sent, keys: Collection[str], now: str) -> None:
            if now == state == SENDING:
                noted(self, keys, now)
            if now == state:
                os.kill(os.getpid(), signal.SIGKILL)
            noted(self, keys, now)

        Sent.note = note  # type: ignore[method-assign] - in this process only
        sending(section, Sent(file), to(1))
    finally:
        os._exit(1)


@pytest.mark.parametrize(("at", "received"), [(SENDING, []), (SENT, ["rep1@acme.example"])])
def test_a_process_that_is_killed_in_the_middle_of_a_mail_does_not_send_it_again_and_the_log_says_so(
    server: Server, section: MailSection, tmp_path: Path, caplog: pytest.LogCaptureFixture, at: str, received: list[str]
) -> None:
    file = tmp_path / "digests.json"
    killed_at(at, section, file)
    assert json.loads(file.read_text()) == {"2026-11-23 0051": SENDING}
    with caplog.at_level("ERROR"):
        assert str(sending(section, Sent(file), to(1), to(2))) == "1 sent, 1 sent before"
    assert [mail["To"] for mail in server.mails] == [*received, "rep2@acme.example"]
    assert "not sent again: 2026-11-23 0051" in caplog.text
    caplog.clear()
    assert str(sending(section, Sent(file), to(1))) == "1 sent before" and not caplog.text


def test_what_cannot_be_noted_is_not_sent(
    server: Server, section: MailSection, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sidecar.delivery.sent.write_private", full)
    with pytest.raises(OSError, match="No space left"):
        sending(section, sent, to(1))
    assert server.mails == []


def test_a_ledger_that_cannot_be_read_stops_the_sending_and_old_weeks_leave_it(tmp_path: Path) -> None:
    file = tmp_path / "digests.json"
    file.write_text("{")
    with pytest.raises(SetupError, match="who has got what"):
        Sent(file)
    file.write_text(json.dumps({"2026-01-05 0051": SENT, "2026-11-16 0051": SENT}))
    Sent(file).note(["2026-11-23 0052"], SENT)
    assert sorted(json.loads(file.read_text())) == ["2026-11-16 0051", "2026-11-23 0052"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_week_is_that_of_its_monday() -> None:
    assert [week_of(date(2026, 11, day)) for day in (22, 23, 29)] == [date(2026, 11, 16), WEEK, WEEK]


def test_a_server_that_hangs_is_given_up_with_the_remedy_and_nothing_is_noted(
    server: Server, section: MailSection, sent: Sent
) -> None:
    server.silent = True
    short = section.model_copy(update={"timeout_seconds": 0.2})
    with pytest.raises(NotTaken, match=r"did not answer in 0.2 s\. Remedy: check host and port"):
        sending(short, sent, to(1))
    assert not sent.has("2026-11-23 0051")


def test_settings_that_the_server_does_not_take_need_a_person(server: Server, section: MailSection) -> None:
    with (
        pytest.raises(ConfigurationError, match="does not offer"),
        mailer(section.model_copy(update={"security": "starttls"})),
    ):
        pass
    with pytest.raises(ConfigurationError, match="TLS"), mailer(section.model_copy(update={"security": "tls"})):
        pass
    server.password_is_wrong = True
    login = MailSection.model_validate({**section.model_dump(), "username": "u", "password": "secretsecret"})
    with pytest.raises(ConfigurationError, match="refused the login of u: 535") as refused, mailer(login):
        pass
    assert "secretsecret" not in str(refused.value)
    with pytest.raises(ConfigurationError, match="No mail server"), mailer(MailSection()):
        pass


def test_a_server_that_is_not_there_may_be_there_later(section: MailSection) -> None:
    with pytest.raises(NotTaken, match=r"127\.0\.0\.1:9"), mailer(section.model_copy(update={"port": 9})):
        pass


def test_a_sender_that_is_no_address_is_told(section: MailSection, sent: Sent) -> None:
    with pytest.raises(ConfigurationError, match="sender is 'sidecar'"):
        sending(section.model_copy(update={"sender": "sidecar"}), sent, to(1))
    assert not sent.has("2026-11-23 0051")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"host": "mail.example"}, "set sender"),
        ({"host": "mail.example", "sender": "a@b.example", "username": "u"}, "belong together"),
        ({"host": "mail.example", "sender": "a@b.example", "security": "none"}, "use starttls or tls"),
    ],
)
def test_half_a_configuration_is_told(values: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        MailSection.model_validate(values)


def test_the_doctor_says_whether_mails_would_go_out(section: MailSection, tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    assert list(mail(Configuration(), state)) == []
    [told] = mail(Configuration(mail=section), state)
    assert told.state == "ok"
    [told] = mail(Configuration(mail=section.model_copy(update={"port": 9})), state)
    assert told.state == "problem" and told.remedy.startswith("check host and port")
