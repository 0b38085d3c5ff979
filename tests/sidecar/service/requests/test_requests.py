"""Requests of users on a local org: found, done or refused, answered on the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from sidecar.configuration import Configuration, MailSection, ServiceSection
from sidecar.delivery.errors import NotTaken
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.digest.content import Digest, Figures
from sidecar.errors import AwaitsConfirmationError
from sidecar.service.requests import mailbox, rights, work
from sidecar.service.requests.kinds import PREVIEW
from sidecar.service.requests.mailbox import Request
from sidecar.service.requests.watch import Watch, between_looks
from sidecar.service.stopping import StopRequested
from sidecar.service.tasks import Tasks
from sidecar.state import State
from sync import Mirror, Org, OrgUnavailable, RequestRefused, Usage, soql
from tests.sidecar.conftest import Clinic
from tests.sidecar.digest.smtp_server import mail_server

RECALCULATE = "Recalculate account"
NOW = datetime(2026, 11, 24, 9, 3, tzinfo=UTC)
ACCOUNT, DEAL = "001000000000001AAA", "006000000000001AAA"


@dataclass
class Desk:
    """A clinic with a mirror that holds one account, and a refresh that only pretends."""

    clinic: Clinic
    state: State
    changed: list[str]
    refreshes: int = 0

    def asked(self, kind: str = RECALCULATE, record: str | None = ACCOUNT) -> str:
        """A user's request; returns its id."""
        values = {"Sidecar_Kind__c": kind, "Sidecar_Record_Id__c": record}
        return self.clinic.served.insert("Sidecar_Request__c", values)[0]

    @property
    def unsubscribed(self) -> Unsubscribed:
        """Who wants no digest, as the file has it."""
        return Unsubscribed(self.state.unsubscribed_file)

    def look(self) -> int:
        """One look of the service."""
        return Watch(Tasks(self.clinic.configuration, self.state, Event(), now=lambda: NOW)).look()

    def answer(self, request: str) -> tuple[str, str]:
        """Status and response of a request."""
        query = (
            f'SELECT "Sidecar_Status__c", "Sidecar_Response__c" FROM "Sidecar_Request__c" WHERE "Id" = \'{request}\''
        )
        [(status, response)] = self.clinic.served.rows(query)
        return status, response or ""

    def refresh(self, *_: object, **__: object) -> Any:
        """In place of `sidecar.refresh.refresh`: changes what the test says."""
        self.refreshes += 1
        changes = pa.table({"record_id": pa.array(self.changed, pa.string())})
        written = SimpleNamespace(refused=(), rows_written=len(self.changed), rows_refused=0)
        plan = SimpleNamespace(changes=changes)
        return SimpleNamespace(plan=plan, written=written, pulled=SimpleNamespace(rows_read=1), calls=7)


@pytest.fixture
def desk(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    state = State.open(tmp_path / "state")
    with Mirror.open(state.mirror_file) as mirror:
        mirror.connection.execute('CREATE TABLE "Account" AS SELECT ? AS "Id", \'\' AS "OwnerId"', [ACCOUNT])
        own = clinic.served.inside.user("admin@local.example").id
        deal = 'CREATE TABLE "Opportunity" AS SELECT ? AS "Id", ? AS "AccountId", ? AS "OwnerId"'
        mirror.connection.execute(deal, [DEAL, ACCOUNT, own])
    desk = Desk(clinic, state, [])
    monkeypatch.setattr("sidecar.refresh.refresh", desk.refresh)
    yield desk
    left = [row[0] for row in clinic.served.rows('SELECT "Id" FROM "Sidecar_Request__c" WHERE "IsDeleted" = 0')]
    if left:
        clinic.served.delete("Sidecar_Request__c", *left)


def test_a_recalculation_is_answered_with_how_many_values_of_the_account_and_its_deals_are_new(desk: Desk) -> None:
    desk.changed = [ACCOUNT, ACCOUNT, DEAL, "001000000000009AAA"]
    request = desk.asked()
    assert desk.look() == 1
    status, text = desk.answer(request)
    assert status == "Done" and "3 values" in text
    assert desk.look() == 0


@pytest.mark.parametrize(
    ("kind", "record", "text"),
    [
        ("Recalculate opportunity", DEAL, "Recalculated: 1 value of the deal is new."),
        ("Recalculate all of mine", None, "Recalculated: 2 values of your accounts and deals are new."),
    ],
)
def test_a_deal_or_all_of_the_user_s_own_records_are_recalculated_too(
    desk: Desk, kind: str, record: str | None, text: str
) -> None:
    desk.changed = [ACCOUNT, *([DEAL] * (2 if record is None else 1))]
    request = desk.asked(kind, record)
    desk.look()
    assert desk.answer(request) == ("Done", text)


def test_one_who_owns_nothing_is_told_so(desk: Desk) -> None:
    with Mirror.open(desk.state.mirror_file) as mirror:
        mirror.connection.execute('UPDATE "Opportunity" SET "OwnerId" = NULL')
    request = desk.asked("Recalculate all of mine", None)
    desk.look()
    assert desk.answer(request) == ("Refused", "The sidecar knows no account and no deal that you own.")


def test_an_answer_says_when_it_was_given(desk: Desk) -> None:
    sound, wrong = desk.asked(), desk.asked(record="")
    finished = f'SELECT "Sidecar_Finished_At__c" FROM "Sidecar_Request__c" WHERE "Id" IN (\'{sound}\', \'{wrong}\')'
    assert desk.clinic.served.rows(finished) == [(None,), (None,)]
    desk.look()
    assert desk.clinic.served.rows(finished) == [("2026-11-24T09:03:00.000Z",)] * 2


def test_values_that_stand_are_an_answer_too_and_a_short_id_will_do(desk: Desk) -> None:
    request = desk.asked(record=ACCOUNT[:15])
    desk.look()
    assert desk.answer(request) == (
        "Done",
        "Recalculated: all values of the account and its deals stand as they were.",
    )


def test_what_waits_together_takes_one_refresh(desk: Desk) -> None:
    requests = [desk.asked() for _ in range(3)]
    assert desk.look() == 3 and desk.refreshes == 1
    assert {desk.answer(request)[0] for request in requests} == {"Done"}


@pytest.mark.parametrize("record", [None, DEAL, "001' OR Name != '", "001-"])
def test_what_is_no_account_is_refused_without_a_refresh(desk: Desk, record: str | None) -> None:
    request, other = desk.asked(record=record), desk.asked("Recalculate opportunity", ACCOUNT)
    desk.look()
    status, text = desk.answer(request)
    assert status == "Refused" and "no account" in text and desk.refreshes == 0
    assert desk.answer(other)[0] == "Refused" and "no opportunity" in desk.answer(other)[1]


def test_a_kind_that_this_version_cannot_do_is_refused(desk: Desk) -> None:
    request = desk.asked()
    with Org.connect(desk.clinic.served.settings()) as org, Mirror.open(desk.state.mirror_file) as mirror:
        [found] = mailbox.waiting(org)
        work.fulfil(
            org, mirror, desk.clinic.configuration, desk.unsubscribed, [replace(found, kind="Dance")], desk.refresh
        )
    status, text = desk.answer(request)
    assert status == "Refused" and "It can: Recalculate account, Recalculate opp" in text


def test_without_a_mail_server_a_preview_is_refused_and_the_rest_is_done(desk: Desk) -> None:
    other, mine = desk.asked(kind=PREVIEW, record=None), desk.asked()
    desk.look()
    assert desk.answer(other)[0] == "Refused" and desk.answer(mine)[0] == "Done"


def test_a_preview_goes_to_the_one_who_asks_once_and_is_not_the_week_s(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = desk.clinic.served.inside.user("admin@local.example").id
    desk.clinic.served.update("User", {"Id": own, "Email": "ada@acme.example"})
    whole = Figures("All", 1000.0, 670.0, 700.0, 800.0, 900.0, 330.0)
    people = [Digest(user, "Ada", False, "FY2026 Q4", whole) for user in (own, "005000000000009AAA")]
    monkeypatch.setattr("sidecar.service.requests.preview.digests", lambda _: people)
    requests = [desk.asked(kind=PREVIEW, record=None) for _ in range(2)]
    with mail_server() as server:
        mail = MailSection(host="127.0.0.1", port=server.port, security="none", sender="sidecar@acme.example")
        desk.clinic = replace(desk.clinic, configuration=desk.clinic.configuration.model_copy(update={"mail": mail}))
        desk.look()
        assert [m["To"] for m in server.mails] == ["ada@acme.example"]
        assert server.mails[0]["Subject"] == "Preview: FY2026 Q4: 67% of plan, 330 to go"
    assert {desk.answer(request) for request in requests} == {("Done", "Sent to your e-mail address.")}
    assert not (desk.state.service_folder / "digests.json").exists()


def test_a_preview_that_the_mail_server_does_not_take_fails_and_a_recalculation_beside_it_does_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NotTaken("mail.acme.example: 550 no")

    monkeypatch.setattr(work, "preview", fail)
    other, mine = desk.asked(kind=PREVIEW, record=None), desk.asked()
    desk.look()
    assert desk.answer(other)[0] == "Failed" and desk.answer(mine)[0] == "Done"


def test_an_account_that_nobody_lets_us_see_is_refused(desk: Desk) -> None:
    request = desk.asked(record="001000000000002AAA")
    desk.look()
    assert desk.answer(request)[0] == "Refused"


def test_a_failure_is_answered_without_its_reason_and_logged_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OrgUnavailable("Acme Corp is locked")

    monkeypatch.setattr("sidecar.refresh.refresh", fail)
    request = desk.asked()
    desk.look()
    status, text = desk.answer(request)
    assert status == "Failed" and "Acme" not in text and "Acme Corp is locked" in caplog.text


def test_a_stop_in_the_middle_leaves_the_request_to_the_next_start(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise StopRequested

    request = desk.asked()
    with monkeypatch.context() as patched:
        patched.setattr("sidecar.refresh.refresh", stop)
        with pytest.raises(StopRequested):
            desk.look()
    assert desk.answer(request)[0] == "Working"
    desk.look()
    assert desk.answer(request)[0] == "Done"


def test_where_each_write_waits_for_a_person_a_recalculation_is_answered_with_that(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(*_: object, **__: object) -> None:
        raise AwaitsConfirmationError("1 values of 1 records")

    monkeypatch.setattr("sidecar.service.tasks.Tasks.refreshed", waits)
    request = desk.asked()
    desk.look()
    text = "Recalculated. What is new is shown as soon as an administrator of the sidecar has confirmed it."
    assert desk.answer(request) == ("Done", text)


def test_a_request_that_is_deleted_meanwhile_hurts_no_other(desk: Desk) -> None:
    gone, kept = desk.asked(), desk.asked()
    with Org.connect(desk.clinic.served.settings()) as org, Mirror.open(desk.state.mirror_file) as mirror:
        waiting = mailbox.waiting(org)
        desk.clinic.served.delete("Sidecar_Request__c", gone)
        work.fulfil(org, mirror, desk.clinic.configuration, desk.unsubscribed, waiting, desk.refresh)
    assert desk.answer(kept)[0] == "Done"


def test_requests_of_users_who_may_not_see_the_account_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "may_read", lambda _org, requests: {requests[0].id})
    first, second = desk.asked(), desk.asked()
    desk.look()
    answers = {desk.answer(first)[0], desk.answer(second)[0]}
    assert answers == {"Done", "Refused"}


def test_the_org_is_asked_what_each_user_may_see(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def access(_org: object, sobject: str, _fields: object, where: soql.Condition) -> list[dict[str, object]]:
        asked.append(f"{sobject} {where.text}")
        return [{"RecordId": ACCOUNT, "HasReadAccess": "005A" in where.text}]

    monkeypatch.setattr("sidecar.record_access.ask", access)
    org = SimpleNamespace(instance_url="https://acme.my.salesforce.com")
    requests = [Request("r1", RECALCULATE, ACCOUNT, "005A"), Request("r2", RECALCULATE, ACCOUNT[:15], "005B")]
    requests.append(Request("r3", "Recalculate all of mine", "", "005B"))
    assert rights.may_read(org, requests) == {"r1", "r3"}  # type: ignore[arg-type] - as much of an org as it needs
    assert len(asked) == 2 and asked[0] == f"UserRecordAccess UserId = '005A' AND RecordId IN ('{ACCOUNT}')"


def test_when_the_org_does_not_say_what_users_may_see_nothing_is_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise RequestRefused(403, "INSUFFICIENT_ACCESS", "no")

    monkeypatch.setattr(work, "may_read", refused)
    request = desk.asked()
    desk.look()
    assert desk.answer(request)[0] == "Failed" and desk.refreshes == 0


def test_an_org_in_trouble_is_left_alone_for_a_minute_and_logged_once(
    clinic: Clinic, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    section = clinic.configuration.org.model_copy(update={"login_url": "http://127.0.0.1:9"})
    configuration = clinic.configuration.model_copy(update={"org": section})
    moments = iter(NOW + timedelta(seconds=seconds) for seconds in (0, 2, 59, 61))
    watch = Watch(Tasks(configuration, State.open(tmp_path / "state"), Event(), now=lambda: next(moments)))
    assert [watch.look() for _ in range(4)] == [0, 0, 0, 0]
    assert caplog.text.count("cannot look for requests") == 1


@pytest.mark.parametrize("maximum", [15_000, 100_000, 5_000_000])
def test_a_day_of_looks_takes_no_more_calls_than_its_share_nor_than_one_a_second(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, maximum: int
) -> None:
    calls = 0

    def waiting(_: object) -> list[Request]:
        nonlocal calls
        calls += 1
        return []

    monkeypatch.setattr(mailbox, "waiting", waiting)
    monkeypatch.setattr(mailbox, "forget", lambda *_: 0)
    quarters = 0
    tasks = Tasks(desk.clinic.configuration, desk.state, Event(), usage=Usage(0, maximum))
    tasks.now = lambda: NOW + timedelta(seconds=quarters / 4)
    watch = Watch(tasks)
    monkeypatch.setattr(watch, "_connected", lambda: SimpleNamespace(usage=None))
    while quarters < 4 * 86_400:
        watch.look()
        quarters += 1
    assert 0.9 * min(86_400, maximum / 10) < calls <= min(86_400, maximum / 10)


def test_requests_that_were_answered_long_ago_leave_the_org_and_no_others(desk: Desk) -> None:
    old, recent, open_one = desk.asked(), desk.asked(), desk.asked()
    for request, finished in ((old, "2026-10-24T09:00:00.000Z"), (recent, "2026-10-26T09:00:00.000Z")):
        done = {"Sidecar_Status__c": "Done", "Sidecar_Finished_At__c": finished}
        desk.clinic.served.update("Sidecar_Request__c", {"Id": request, **done})
    assert desk.look() == 1
    left = desk.clinic.served.rows('SELECT "Id" FROM "Sidecar_Request__c" WHERE "IsDeleted" = 0')
    assert {row[0] for row in left} == {recent, open_one}


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        (None, 2),
        (Usage(0, 1_000_000), 2),
        (Usage(0, 100_000), 8.64),  # a tenth of the calls is a look every 8.64 s
        (Usage(0, 15_000), 57.6),
        (Usage(80_000, 100_000), 600),
    ],
)
def test_looks_never_cost_more_than_their_share_of_the_org_s_calls(usage: Usage | None, seconds: float) -> None:
    configuration = Configuration(service=ServiceSection(request_seconds=2, request_share=0.1))
    assert between_looks(configuration, usage) == timedelta(seconds=seconds)


def test_users_say_themselves_that_they_want_no_digest_and_the_last_word_counts(desk: Desk) -> None:
    own = desk.clinic.served.inside.user("admin@local.example").id
    stop = desk.asked("Stop digest", None)
    desk.look()
    assert desk.answer(stop)[0] == "Done" and desk.unsubscribed.has(own)
    first, last = desk.asked("Stop digest", None), desk.asked("Start digest", None)
    desk.look()
    assert {desk.answer(first)[0], desk.answer(last)[0]} == {"Done"} and not desk.unsubscribed.has(own)


def test_a_wish_that_cannot_be_kept_is_answered_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sidecar.delivery.unsubscribed.write_private", full)
    stop = desk.asked("Stop digest", None)
    desk.look()
    status, text = desk.answer(stop)
    assert status == "Failed" and "No space" not in text
