"""How operations end, whatever happens to them; what happens on an org: tests/end_to_end/test_confirmed.py."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext

import duckdb
import pyarrow as pa
import pytest

from sidecar.errors import MassChangeError
from sidecar.service.operations import slot, work
from sidecar.service.operations.asking import Asking
from sidecar.service.stopping import StopRequested
from sync import Mirror, MirrorBusy, OrgUnavailable, Plan
from sync.plan.difference import CHANGES, REFUSED
from tests.sidecar.service.conftest import ACCOUNT, Desk


@pytest.fixture
def ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException | str], slot.Operation]:
    """Asks for a plan whose making ends so; returns the operation as it is then."""

    def end(outcome: BaseException | str) -> slot.Operation:
        def made(*_: object) -> str:
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome

        monkeypatch.setitem(work._KINDS, slot.PLAN, made)
        Asking(desk.runner, desk.tasks).plan("a person")
        work.perform(desk.tasks, desk.runner)
        last = desk.tasks.operations.last
        assert last is not None
        return last

    return end


def test_nothing_is_done_where_nobody_asks(desk: Desk) -> None:
    work.perform(desk.tasks, desk.runner)
    assert desk.tasks.operations.last is None


def test_the_end_is_told_and_logged_with_who_asked(
    ends: Callable[..., slot.Operation], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert ends("3 values").state == slot.DONE
    assert "asked for by a person" in caplog.text and "3 values" in caplog.text
    assert ends(OrgUnavailable("the org is down")).message == "the org is down"


def test_a_bug_fails_the_operation_and_not_the_service(
    ends: Callable[..., slot.Operation], caplog: pytest.LogCaptureFixture
) -> None:
    failed = ends(ZeroDivisionError("oh"))
    assert (failed.state, failed.message) == (slot.FAILED, "ZeroDivisionError: oh")
    assert "Traceback" in caplog.text
    assert ends("again").state == slot.DONE


def test_a_full_disk_is_told_with_its_remedy(
    ends: Callable[..., slot.Operation], caplog: pytest.LogCaptureFixture
) -> None:
    full = duckdb.IOException('Could not write file "mirror.duckdb": No space left on device')
    failed = ends(full)
    assert failed.state == slot.FAILED and "Remedy: free some space" in failed.message
    assert "Traceback" not in caplog.text


def test_a_command_that_has_the_mirror_is_waited_for(ends: Callable[..., slot.Operation]) -> None:
    assert ends(MirrorBusy("in use")).state == slot.WAITING


def test_a_stop_is_passed_on(desk: Desk, ends: Callable[..., slot.Operation]) -> None:
    with pytest.raises(StopRequested):
        ends(StopRequested())
    desk.tasks.operations.end(slot.FAILED, "")
    desk.tasks.stop.set()
    with pytest.raises(StopRequested):
        ends(OrgUnavailable("stopped under it"))


def test_a_plan_too_large_for_a_job_is_kept_for_a_person(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    change = {"object": "Account", "key": ACCOUNT, "record_id": ACCOUNT, "field": "F__c", "old": "1", "new": "2"}
    plan = Plan(pa.Table.from_pylist([change], CHANGES), REFUSED.empty_table(), ())

    def refresh(*_: object, review: Callable[[Plan], None], **__: object) -> None:
        review(plan)
        raise MassChangeError("far too many")

    monkeypatch.setattr("sidecar.refresh.refresh", refresh)

    with Mirror.open(desk.state.mirror_file) as mirror:
        monkeypatch.setattr(desk.tasks, "open", lambda: nullcontext((None, mirror)))
        with pytest.raises(MassChangeError):
            desk.tasks.refresh()
    kept = desk.tasks.previews.plan()
    assert kept is not None and (kept.reason, kept.fingerprint) == ("far too many", plan.fingerprint)
    assert kept.changes.to_pylist() == [{**change, "name": None}]
