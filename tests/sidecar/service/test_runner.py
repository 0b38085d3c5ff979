"""What runs when: a week in the life of the service, by a clock that the test moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from sidecar.errors import MassChangeError
from sidecar.service.job_memory import JobMemory
from sidecar.service.runner import Runner
from sidecar.service.schedule import Daily, Every, Job
from sidecar.service.stopping import StopRequested
from sync import MirrorBusy, MissingField, OrgUnavailable
from sync.client.login import Unreachable

BERLIN = ZoneInfo("Europe/Berlin")
JOBS = (
    Job("reconcile", Daily(time(2, 30), BERLIN)),
    Job("digest", Daily(time(7, 0), BERLIN, weekday=0)),
    Job("refresh", Every(timedelta(minutes=10)), at_first_start=True),
)


class Life:
    """A service whose clock the test moves minute by minute; jobs note when they ran, in Berlin's wall time."""

    def __init__(self, folder: Path, start: str, jobs: tuple[Job, ...] = JOBS) -> None:
        self.jobs = jobs
        self.file = folder / "jobs.json"
        self.now = datetime.fromisoformat(start).replace(tzinfo=BERLIN).astimezone(UTC)
        self.ran: list[tuple[str, datetime]] = []
        self.alerts: list[str] = []
        self.trouble: Callable[[str], None] = lambda _: None
        self.restart()

    def restart(self) -> None:
        """As a new process finds it."""
        memory = JobMemory(self.file, self.jobs, self.now)
        tasks = {job.name: self._task(job.name) for job in self.jobs}
        self.stop = Event()
        self.runner = Runner(
            self.jobs,
            tasks,
            memory,
            lambda subject, _: self.alerts.append(subject),
            stop=self.stop,
            now=lambda: self.now,
        )

    def until(self, moment: str, step: timedelta = timedelta(minutes=1)) -> None:
        """Let time pass to a wall time; what is due is run as soon as it is."""
        end = datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(UTC)
        while self.now < end:
            while self.runner.run_due():
                pass
            self.now += step

    def sleep(self, moment: str) -> None:
        """The machine is off to a wall time."""
        self.now = datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(UTC)

    def times(self, name: str) -> list[str]:
        """When a job ran, in Berlin's wall time."""
        return [f"{moment.astimezone(BERLIN):%a %d %H:%M}" for job, moment in self.ran if job == name]

    def _task(self, name: str) -> Callable[[], str]:
        def work() -> str:
            self.trouble(name)
            self.ran.append((name, self.now))
            return "done"

        return work


def test_a_week_with_the_clocks_put_back_runs_each_job_at_its_times_and_none_twice(tmp_path: Path) -> None:
    hourly = Job("refresh", Every(timedelta(hours=1)), at_first_start=True)
    life = Life(tmp_path, "2026-10-21T12:00", (*JOBS[:2], hourly))  # a Wednesday; clocks are put back on the 25th
    life.until("2026-10-28T12:00", step=timedelta(minutes=10))
    nights = ["Thu 22", "Fri 23", "Sat 24", "Sun 25", "Mon 26", "Tue 27", "Wed 28"]
    assert life.times("reconcile") == [f"{night} 02:30" for night in nights]
    assert life.times("digest") == ["Mon 26 07:00"]
    assert len(life.times("refresh")) == 7 * 24 + 1  # the week has an hour more
    assert life.alerts == []


def test_what_was_missed_while_the_machine_was_off_is_made_up_once(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-20T12:00")
    life.until("2026-11-20T18:05")
    life.ran.clear()
    life.sleep("2026-11-24T09:03")  # over a week end, a Monday and four nights
    life.restart()
    life.until("2026-11-24T09:08")
    assert [name for name, _ in life.ran] == ["reconcile", "digest", "refresh"]


def test_the_first_start_refreshes_at_once_and_makes_up_nothing_from_before_it(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")
    life.until("2026-11-24T09:04")
    assert [name for name, _ in life.ran] == ["refresh"]


def test_a_night_without_network_waits_longer_each_time_tells_once_and_goes_on(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T21:55")
    life.until("2026-11-24T22:00")
    tried: list[datetime] = []

    def no_network(_: str) -> None:
        tried.append(life.now)
        raise Unreachable("cannot be reached")

    life.ran.clear()
    life.trouble = no_network
    life.until("2026-11-25T06:00")
    assert len(tried) < 60 and tried[1] - tried[0] == timedelta(minutes=1)
    assert life.alerts == ["refresh fails", "reconcile fails"]
    life.trouble = lambda _: None
    life.until("2026-11-25T06:40")
    assert len(life.times("reconcile")) == 1
    assert sorted(life.alerts[2:]) == ["reconcile works again", "refresh works again"]


def test_a_restart_in_the_middle_of_a_job_runs_it_again_and_the_others_not(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-23T06:50")
    life.until("2026-11-23T07:00")
    life.ran.clear()

    def killed(name: str) -> None:
        if name == "digest":
            raise KeyboardInterrupt  # as a signal comes

    life.trouble = killed
    with pytest.raises(KeyboardInterrupt):
        life.until("2026-11-23T07:02")
    kept = json.loads(life.file.read_text())
    assert kept["digest"]["running_since"] is not None
    life.trouble = lambda _: None
    life.restart()
    life.until("2026-11-23T07:09")
    assert life.times("digest") == ["Mon 23 07:00"]
    assert life.times("reconcile") == []


def test_a_stop_in_the_middle_of_a_job_leaves_it_due(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")

    def stop(_: str) -> None:
        raise StopRequested

    life.trouble = stop
    with pytest.raises(StopRequested):
        life.runner.run_due()
    assert life.runner.memory["refresh"].running_since is None
    life.trouble = lambda _: None
    life.restart()
    assert life.runner.run_due() == JOBS[2]


@pytest.mark.parametrize(
    "error", [MissingField("x"), MassChangeError("x"), OSError(28, "No space left"), KeyError("x")]
)
def test_what_no_repeat_mends_is_told_at_once_and_tried_twice_an_hour(tmp_path: Path, error: Exception) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")
    tried: list[datetime] = []

    def fail(_: str) -> None:
        tried.append(life.now)
        raise error

    life.trouble = fail
    life.until("2026-11-24T10:00")
    assert len(tried) == 2 and life.alerts == ["refresh fails"]
    assert ("Remedy: free some space" in life.runner.memory["refresh"].message) == isinstance(error, OSError)


def test_a_failure_that_mends_itself_is_told_of_the_third_time(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")
    left = [OrgUnavailable("503")] * 2

    def fail(_: str) -> None:
        if left:
            raise left.pop()

    life.trouble = fail
    life.until("2026-11-24T09:09")
    assert life.times("refresh") == ["Tue 24 09:06"] and life.alerts == []


def test_what_fails_while_the_service_stops_was_interrupted_and_nobody_is_told(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")

    def org_is_gone(_: str) -> None:
        life.stop.set()
        raise KeyError("gone")

    life.trouble = org_is_gone
    with pytest.raises(StopRequested):
        life.runner.run_due()
    assert life.alerts == [] and life.runner.memory["refresh"].failures == 0
    assert life.runner.run_due() is None and life.runner.ends_within(0)


def test_the_org_s_time_zone_once_known_moves_the_slots_and_makes_up_none_from_before(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-23T20:00")
    new_york = ZoneInfo("America/New_York")
    life.runner.run_due()
    # mypy sees the times as their protocol, which is no dataclass; each of them is one.
    moved = [Job(job.name, replace(job.times, zone=new_york)) for job in JOBS[:2]]  # type: ignore[type-var]
    life.runner.reschedule([*moved, JOBS[2]])
    life.until("2026-11-23T20:09")
    assert life.times("digest") == []
    assert life.runner.next_runs()["digest"] == datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_a_mirror_in_use_is_waited_for_and_no_failure(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")

    def busy(_: str) -> None:
        raise MirrorBusy("in use")

    life.trouble = busy
    life.until("2026-11-24T09:30", step=timedelta(seconds=10))
    assert life.alerts == [] and life.runner.memory["refresh"].failures == 0
    life.trouble = lambda _: None
    life.until("2026-11-24T09:31", step=timedelta(seconds=10))
    assert len(life.ran) == 1


def test_a_job_asked_for_runs_out_of_turn_once_and_a_restart_does_not_forget_it(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")
    life.until("2026-11-24T09:05")
    assert life.runner.want("reconcile")
    life.restart()
    life.until("2026-11-24T09:09")
    assert life.times("reconcile") == ["Tue 24 09:05"]
    with pytest.raises(KeyError):
        life.runner.want("dance")


def test_a_job_never_runs_beside_another(tmp_path: Path) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")
    met: list[object] = []
    life.trouble = lambda _: met.append(life.runner.run_due())
    life.runner.run_due()
    assert met == [None] and len(life.ran) == 1


def test_a_broken_file_of_states_starts_as_at_the_first_start_and_the_new_one_is_private(tmp_path: Path) -> None:
    (tmp_path / "jobs.json").write_text('{"refresh": 1')
    life = Life(tmp_path, "2026-11-24T09:03")
    life.until("2026-11-24T09:04")
    assert [name for name, _ in life.ran] == ["refresh"]
    assert life.file.stat().st_mode & 0o777 == 0o600
    assert json.loads(life.file.read_text())["refresh"]["message"] == "done"


def test_a_full_disk_costs_what_was_to_be_kept_and_not_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    life = Life(tmp_path, "2026-11-24T09:03")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sidecar.service.job_memory.write_private", full)
    life.until("2026-11-24T09:04")
    assert len(life.ran) == 1
    assert "No space left on device). Remedy: free some space there" in caplog.text
