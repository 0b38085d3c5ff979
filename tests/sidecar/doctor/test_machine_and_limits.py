"""This machine, and what the org meters."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from sidecar.doctor import limits, machine
from sidecar.doctor.finding import OK, PROBLEM, WARNING
from sidecar.state import State
from sync import Mirror, Usage
from tests.sidecar.conftest import Clinic
from tests.sidecar.service.conftest import NOW, Desk


def test_a_key_or_a_state_directory_that_others_may_read_is_a_warning(clinic: Clinic, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("")
    key.chmod(0o640)
    section = clinic.configuration.org.model_copy(update={"private_key_file": key})
    configuration = clinic.configuration.model_copy(update={"org": section})
    state = State.open(tmp_path / "state")
    [told] = machine.secrets(configuration, state)
    assert told.state == WARNING and told.remedy == f"chmod 600 {key}"
    key.chmod(0o600)
    state.folder.chmod(0o755)
    [told] = machine.secrets(configuration, state)
    assert told.remedy == f"chmod 700 {state.folder}"
    state.folder.chmod(0o700)
    [told] = machine.secrets(configuration, state)
    assert told.state == OK


@pytest.mark.parametrize(
    ("free", "state"), [(10, PROBLEM), (machine.NEEDED_BYTES + 1, WARNING), (machine.COMFORTABLE_BYTES + 1, OK)]
)
def test_a_disk_that_is_nearly_full_is_told(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    [told] = machine.disk(clinic.configuration, clinic.state)
    assert told.state == state
    assert (state == OK) == (told.remedy == "")


def test_a_plan_that_waits_for_a_person_is_a_warning_that_says_how_to_confirm_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    [told] = machine.waiting_plan(desk.tasks.configuration, desk.state)
    assert (told.state, told.remedy) == (OK, "")
    desk.shows({"field": "Sidecar_Health__c"}, reason="far too many")
    [told] = machine.waiting_plan(desk.tasks.configuration, desk.state)
    assert told.state == WARNING and "page Plan" in told.remedy
    assert told.text == f"1 values of 1 records wait since {NOW:%Y-%m-%d %H:%M} UTC to be confirmed"


def test_a_mirror_that_is_in_use_is_no_problem_and_a_broken_one_is(clinic: Clinic, tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    with clinic.patient() as found:
        found = replace(found, state=state)
        with Mirror.open(state.mirror_file):
            pass
        assert [told.state for told in machine.mirror(found)] == [OK]
        state.mirror_file.write_text("no database")
        [told] = machine.mirror(found)
    assert told.state == PROBLEM and "move it away" in told.remedy


def test_a_clock_that_is_off_is_a_warning_with_its_side(clinic: Clinic) -> None:
    with clinic.patient() as found:
        assert found.org_time is not None
        [told] = machine.clock(replace(found, own_time=found.org_time + timedelta(seconds=90)))
        assert told.state == WARNING and told.text == "90 s ahead of the org's"
        [told] = machine.clock(replace(found, own_time=found.org_time - timedelta(seconds=90)))
        assert told.text == "90 s behind the org's"
        [told] = machine.clock(replace(found, own_time=found.org_time))
        assert told.state == OK


@pytest.mark.parametrize(("used", "state"), [(10_000, OK), (70_000, WARNING), (80_000, PROBLEM)])
def test_calls_that_are_used_up_are_told_with_the_budget(clinic: Clinic, used: int, state: str) -> None:
    with clinic.patient() as found:
        found.org.session.usage = Usage(used, 100_000)
        [told] = limits.api_calls(found)
    assert told.state == state and f"{used:,} of 100,000" in told.text


def test_a_service_that_would_take_most_of_a_small_org_s_calls_is_warned_of(clinic: Clinic) -> None:
    with clinic.patient() as found:
        found.org.session.usage = Usage(0, 5_000)
        told = list(limits.api_calls(found))[-1]
        assert told.state == WARNING and "up to 500 to look for requests" in told.text
        slower = found.configuration.service.model_copy(update={"refresh_minutes": 60})
        calmer = replace(found, configuration=found.configuration.model_copy(update={"service": slower}))
        assert [told.state for told in limits.api_calls(calmer)] == [OK]


@pytest.mark.parametrize(("free", "state"), [(500, OK), (50, WARNING), (0, PROBLEM)])
def test_storage_counts_our_records_at_two_kilobytes(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    with clinic.patient() as found:
        answers = {
            "/limits": {"DataStorageMB": {"Max": 1000, "Remaining": free}},
            "/limits/recordCount": {"sObjects": [{"name": "Sidecar_Run__c", "count": 1024}]},
        }
        monkeypatch.setattr(found.org, "json", lambda _verb, path, **_: answers[path])
        [told] = limits.storage(found)
    assert told.state == state
    assert told.text.startswith(f"our 1,024 records take 2.0 MB; {free} of 1,000 MB are free")
