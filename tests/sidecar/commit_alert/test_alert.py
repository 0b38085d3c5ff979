"""An account whose projection falls below its commit: told the same day, once, to those who may see it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sidecar.commit_alert.render import SHOWN, letter, payload
from sidecar.commit_alert.send import alert
from sidecar.commit_alert.shortfall import Committed, Shortfall, shortfalls
from sidecar.configuration import Configuration, DigestSection, MailSection, SlackSection
from sidecar.delivery.errors import NotTaken
from sidecar.delivery.send import Outcome
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.errors import SetupError
from sidecar.state import State
from sync import Mirror
from tests.sidecar.delivery.slack_stand_in import Slack, problem, slack
from tests.sidecar.digest.smtp_server import Server, mail_server

URL = "https://acme.my.salesforce.com"
DAY = date(2026, 11, 23)
EVIL = "<!channel> *Acme* & <https://evil.example|win>\r\nBcc: all@acme.example"
TABLES = """
    CREATE TABLE "User" AS SELECT * FROM (VALUES ('005L', 'Lea', NULL), ('005R', 'Rita', '005L'))
        AS t("Id", "Name", "ManagerId");
    CREATE TABLE "Sidecar_Projection__c" AS SELECT * FROM (VALUES
        (DATE '2026-07-01', 'Q3', '{"quarter_end":"2026-09-30"}'),
        (DATE '2026-10-01', 'Q4', '{"quarter_end":"2026-12-31"}'))
        AS t("Sidecar_Quarter_Start__c", "Sidecar_Quarter_Label__c", "Sidecar_Detail__c");
    CREATE TABLE "Account" AS SELECT * FROM (VALUES
        ('001A', 'Acme', '005R', 100.0, 300.0), ('001B', 'Apex', '005L', 0.0, 90.0), ('001C', 'Calm', '005R', 5.0, 9.0))
        AS t("Id", "Name", "OwnerId", "Sidecar_Quarter_Booked__c", "Sidecar_Quarter_Commit__c");
    CREATE TABLE "Opportunity" AS SELECT * FROM (VALUES
        ('006A', '001A', 'Renewal', 250.0, DATE '2026-12-15', FALSE, 'Forecast', 40.0),
        ('006B', '001A', 'Overdue', 150.0, DATE '2026-11-01', FALSE, 'Commit', NULL),
        ('006C', '001A', 'Next year', 900.0, DATE '2027-01-15', FALSE, 'Commit', 90.0),
        ('006D', '001A', 'Best case', 900.0, DATE '2026-12-15', FALSE, 'BestCase', 90.0),
        ('006E', '001A', 'Won', 100.0, DATE '2026-10-15', TRUE, 'Closed', NULL),
        ('006F', '001B', 'Upsell', 80.0, DATE '2026-12-15', FALSE, 'Commit', 60.0))
        AS t("Id", "AccountId", "Name", "Amount", "CloseDate", "IsClosed", "ForecastCategory",
             "Sidecar_Quarter_Probability__c");
    ALTER TABLE "Opportunity" ADD COLUMN "OwnerId" VARCHAR;
    ALTER TABLE "Opportunity" ADD COLUMN "StageName" VARCHAR;
    ALTER TABLE "Opportunity" ADD COLUMN "IsWon" BOOLEAN;
"""


def shortfall(number: int = 1, *, projected: float = 300.0, committed: float = 500.0, **values: Any) -> Shortfall:
    deal = Committed(f"006{number}", f"Deal {number}", 400.0, 0.4)
    made = Shortfall(
        *(f"001{number}", f"Account {number}", ("005R", "005L"), "FY2026 Q4", date(2026, 10, 1)),
        *(100.0, projected, committed, (deal,)),
    )
    return replace(made, **values)


@dataclass
class Office:
    """An org with an owner and a leader, a mail server and a Slack, and a state directory."""

    state: State
    server: Server
    slack: Slack
    readable: set[str] = field(default_factory=lambda: {"0011", "0012", "0061", "0062"})
    logins: int = 0

    @property
    def configuration(self) -> Configuration:
        """Both have mail; the leader has Slack too."""
        mail = MailSection(host="127.0.0.1", port=self.server.port, security="none", sender="sidecar@acme.example")
        return Configuration(mail=mail, slack=SlackSection.model_validate({"webhooks": {"LEA@x": self.slack.address}}))

    def org(self) -> AbstractContextManager[Any]:
        """A login."""
        self.logins += 1
        return nullcontext(SimpleNamespace(instance_url=URL))

    def alert(self, *below: Shortfall, days: int = 0) -> Outcome:
        """What the service does after a refresh, so many days later."""
        return alert(below, DAY + timedelta(days=days), self.configuration, self.state, self.org)

    def mailed(self) -> list[str]:
        """Who has got mail."""
        return sorted(str(mail["To"]) for mail in self.server.mails)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with mail_server() as server, slack() as channel:
        made = Office(State.open(tmp_path / "state"), server, channel)

        def ask(_org: object, sobject: str, *_: object, **__: object) -> list[dict[str, object]]:
            if sobject == "User":
                return [
                    {"Id": f"005{i}", "Username": f"{n}@x", "Email": f"{n}@x"} for i, n in (("L", "lea"), ("R", "rita"))
                ]
            return [{"RecordId": record, "HasReadAccess": True} for record in made.readable]

        monkeypatch.setattr("sidecar.delivery.people.ask", ask)
        monkeypatch.setattr("sidecar.record_access.ask", ask)
        yield made


def test_an_account_is_below_when_its_median_is_less_than_what_is_booked_and_committed(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        assert shortfalls(mirror, Configuration()) == []
        mirror.connection.execute(TABLES)
        [found] = shortfalls(mirror, Configuration())
    assert (found.account_id, found.quarter, found.booked, found.projected) == ("001A", "Q4", 100.0, 300.0)
    assert (found.committed, found.short, found.share) == (500.0, 200.0, 0.4)
    assert found.people == ("005R", "005L")
    assert [(deal.record_id, deal.probability) for deal in found.deals] == [("006A", 0.4), ("006B", None)]


def test_owner_and_leader_are_told_the_same_day_and_not_again(office: Office) -> None:
    assert office.alert(shortfall()).sent == 3
    assert office.mailed() == ["lea@x", "rita@x"] and len(office.slack.messages) == 1
    for days in (0, 0, 1, 30):
        assert office.alert(shortfall(), days=days) == Outcome()
    assert office.logins == 1


def test_it_is_told_again_after_the_account_has_recovered_and_fallen_again(office: Office) -> None:
    office.alert(shortfall())
    assert office.alert(days=1) == Outcome()
    assert office.alert(shortfall(), days=2).sent == 3


def test_a_little_up_and_down_tells_nobody_anything(office: Office) -> None:
    assert office.alert(shortfall(projected=480.0)) == Outcome()  # 4 %: not far enough
    assert office.alert(shortfall(projected=470.0), days=1).sent == 3
    assert office.alert(shortfall(projected=480.0), days=2) == Outcome()  # not recovered
    assert office.alert(shortfall(projected=470.0), days=3) == Outcome()
    assert office.alert(shortfall(projected=490.0), days=4) == Outcome()  # recovered
    assert office.alert(shortfall(projected=470.0), days=5).sent == 3


def test_a_fall_and_recovery_within_a_day_is_told_once_that_day(office: Office) -> None:
    office.alert(shortfall())
    office.alert()
    assert office.alert(shortfall()) == Outcome()


def test_a_new_quarter_begins_afresh(office: Office) -> None:
    office.alert(shortfall())
    assert office.alert(shortfall(starts=date(2027, 1, 1)), days=60).sent == 3


def test_what_falls_together_is_one_message_to_each(office: Office) -> None:
    assert office.alert(shortfall(1), shortfall(2)).sent == 3
    assert office.mailed() == ["lea@x", "rita@x"]
    assert office.server.mails[0]["Subject"] == "2 accounts are projected 400 below their commit"
    assert office.alert(shortfall(1), shortfall(2), days=1) == Outcome()


def test_who_may_not_see_the_account_or_a_deal_is_not_told_of_it(office: Office) -> None:
    office.readable = {"0011"}
    office.alert(shortfall(1), shortfall(2))
    text = body(office.server)
    assert "Account 1" in text and "Account 2" not in text and "Deal 1" not in text
    office.readable |= {"0012", "0061"}
    assert office.alert(shortfall(1), shortfall(2)) == Outcome()  # access that is given later tells no old news


def test_who_wants_none_gets_none(office: Office) -> None:
    Unsubscribed(office.state.unsubscribed_file).add("005L")
    office.alert(shortfall())
    assert office.mailed() == ["rita@x"] and not office.slack.messages


def test_a_webhook_that_fails_holds_no_mail_up_and_is_tried_again(office: Office) -> None:
    office.slack.answers = [500, 429]
    assert office.alert(shortfall()) == Outcome(sent=2, refused=1)
    assert office.alert(shortfall()) == Outcome(refused=1)
    assert office.alert(shortfall(), days=1) == Outcome(sent=1)
    assert len(office.slack.messages) == 1 and office.mailed() == ["lea@x", "rita@x"]


def test_a_mail_server_that_is_down_holds_no_slack_up_and_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = office.server.port
    monkeypatch.setattr(Server, "port", 9)
    with pytest.raises(NotTaken, match=r"127\.0\.0\.1:9"):
        office.alert(shortfall())
    assert len(office.slack.messages) == 1
    monkeypatch.setattr(Server, "port", up)
    assert office.alert(shortfall()) == Outcome(sent=2)
    assert len(office.slack.messages) == 1


def test_a_state_that_cannot_be_read_stops_it(office: Office) -> None:
    (office.state.service_folder / "falls.json").write_text(json.dumps([]))
    with pytest.raises(SetupError, match=r"falls\.json cannot be read .*told twice"):
        office.alert(shortfall())
    assert not office.server.mails


def test_names_of_records_are_only_text(office: Office) -> None:
    evil = shortfall(name=EVIL, quarter=EVIL, deals=(Committed("0061", EVIL, None, None),))
    office.alert(evil)
    told = letter([evil], URL)
    assert "<!channel>" not in told.html and "evil.example|win>" not in told.html
    assert not any(line.startswith("Bcc") for line in told.text.splitlines())
    [message] = office.slack.messages  # the stand-in takes no mention and no link but ours
    assert "<!channel>" not in json.dumps(message) and "*Acme*" not in json.dumps(message)


def test_many_accounts_fit_into_the_limits_and_say_how_many_are_left_out() -> None:
    many: Sequence[Shortfall] = [
        shortfall(number, name="&" * 500, deals=(Committed("006", "<" * 300, 1.0, 0.5),) * 3) for number in range(60)
    ]
    assert problem(payload(many, URL)) is None
    assert f"And {60 - SHOWN} more" in letter(many, URL).text
    assert f"And {60 - SHOWN} more" in letter(many, URL).html


def test_the_configuration_decides_how_far_below_counts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = office.configuration.model_copy(update={"digest": DigestSection(alert_share=0.5)})
    monkeypatch.setattr(Office, "configuration", strict)
    assert office.alert(shortfall()) == Outcome()


def body(server: Server) -> str:
    """The text of the first mail."""
    found = server.mails[0].get_body(("plain",))
    assert found is not None
    return str(found.get_content())
