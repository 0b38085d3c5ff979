"""The jobs' work on a local org, and one service as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from sidecar.configuration import Configuration, DigestSection, MailSection, ServiceSection
from sidecar.errors import SetupError
from sidecar.service.presence import only_service
from sidecar.service.process import make_runner, serve, tick
from sidecar.service.requests.watch import Watch
from sidecar.service.runner import Runner
from sidecar.service.schedule import Daily
from sidecar.service.stopping import StopRequested
from sidecar.service.tasks import Tasks, jobs_of
from sidecar.state import State
from sync import Mirror, OrgUnavailable, ledger
from tests.end_to_end.driving import SIDECAR
from tests.sidecar.conftest import Clinic


@pytest.fixture
def tasks(tmp_path: Path) -> Tasks:
    return Tasks(Configuration(), State.open(tmp_path / "state"), Event())


def with_zone(state: State, zone: str) -> None:
    """A mirror of an org in that time zone."""
    with Mirror.open(state.mirror_file) as mirror:
        mirror.connection.execute('CREATE OR REPLACE TABLE "Organization" AS SELECT ? AS "TimeZoneSidKey"', [zone])


def zones(runner: Runner) -> set[str]:
    return {str(job.times.zone) for job in runner.jobs if isinstance(job.times, Daily)}


def test_times_are_the_org_s_as_soon_as_its_time_zone_is_known(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = make_runner(tasks)
    assert zones(runner) == {"UTC"}

    def refresh() -> str:
        with_zone(tasks.state, "America/New_York")
        with Mirror.open(tasks.state.mirror_file) as mirror:
            tasks.look_at(mirror)
        return "done"

    watch = Watch(tasks)
    monkeypatch.setattr(watch, "look", lambda: 0)
    monkeypatch.setitem(runner._tasks, "refresh", refresh)  # type: ignore[arg-type] - a dict
    tick(runner, tasks, watch)
    assert zones(runner) == {"America/New_York"}
    assert zones(make_runner(Tasks(tasks.configuration, tasks.state, Event()))) == {"America/New_York"}


def test_a_configured_time_zone_is_not_asked_of_the_org(tasks: Tasks) -> None:
    with_zone(tasks.state, "America/New_York")
    configuration = Configuration(service=ServiceSection(time_zone="Europe/Berlin"))
    assert zones(make_runner(Tasks(configuration, tasks.state, Event()))) == {"Europe/Berlin"}


def test_a_job_leaves_no_connection_open(clinic: Clinic, tmp_path: Path) -> None:
    tasks = Tasks(clinic.configuration, State.open(tmp_path / "state"), Event())
    with tasks.open() as (org, _):
        org.json("GET", "/limits")
        pools = [adapter.poolmanager.pools for adapter in org.session._http.adapters.values()]
        assert sum(len(pool) for pool in pools) == 1
    assert sum(len(pool) for pool in pools) == 0


def test_a_stop_ends_a_job_at_its_next_step_and_keeps_the_mirror_whole(clinic: Clinic, tmp_path: Path) -> None:
    tasks = Tasks(clinic.configuration, State.open(tmp_path / "state"), Event())
    tasks.stop.set()
    with pytest.raises(StopRequested):
        tasks.refresh()
    with Mirror.open(tasks.state.mirror_file) as mirror:
        assert ledger.runs(mirror).num_rows == 0


def test_the_night_s_work_compares_every_row_and_scores_in_any_case(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def refresh(*_: object, **options: object) -> object:
        asked.append(options)
        raise OrgUnavailable("enough seen")

    monkeypatch.setattr("sidecar.refresh.refresh", refresh)
    with pytest.raises(OrgUnavailable):
        Tasks(clinic.configuration, State.open(tmp_path / "state"), Event()).reconcile()
    assert asked[0]["full"] is True and asked[0]["always"] is True


def test_there_is_a_digest_on_mondays_as_soon_as_there_is_a_mail_server() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert [job.name for job in jobs_of(Configuration(), zone)] == ["reconcile", "refresh"]
    mail = MailSection(host="mail.acme.example", sender="sidecar@acme.example")
    assert [job.name for job in jobs_of(Configuration(mail=mail), zone)][2:] == ["alerts", "digest"]
    silent = Configuration(mail=mail, digest=DigestSection(alerts=False))
    assert [job.name for job in jobs_of(silent, zone)][2:] == ["digest"]
    digest = jobs_of(Configuration(mail=mail), zone)[-1]
    after = datetime(2026, 11, 18, tzinfo=UTC)
    assert (digest.name, digest.times.following(after)) == ("digest", datetime(2026, 11, 23, 6, tzinfo=UTC))


def test_a_port_that_is_taken_is_told_with_the_remedy(clinic: Clinic, tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    port = int(clinic.served.url.rpartition(":")[2])
    section = clinic.configuration.service.model_copy(update={"port": port})
    configuration = clinic.configuration.model_copy(update={"service": section})
    with pytest.raises(SetupError, match=f"Cannot listen on 127.0.0.1:{port} .*set port under"):
        serve(configuration, state)
    with only_service(state):
        pass  # and the lock is free again


def test_a_service_answers_while_it_works_and_a_sigterm_in_mid_job_ends_it_with_the_job_still_due(
    clinic: Clinic, tmp_path: Path
) -> None:
    org, state = clinic.configuration.org, State.open(tmp_path / "state")
    values = {name: str(getattr(org, name)) for name in ("login_url", "username", "consumer_key", "private_key_file")}
    file = tmp_path / "sidecar.toml"
    file.write_text("\n".join(["[org]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]))
    options = ["--config", str(file), "--state", str(state.folder)]
    command = [str(SIDECAR), *options, "serve", "--port", "0"]
    environment = {**os.environ, "SIDECAR_SERVICE__ALERT_WEBHOOK": "http://127.0.0.1:9/secretsecret"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            place = state.service_folder / "running.json"
            url = json.loads(waited_for(place, process))["url"]
            token = (state.service_folder / "token").read_text().strip()
            bearer = {"Authorization": f"Bearer {token}"}
            assert requests.get(f"{url}/healthz", timeout=60).status_code == 200
            assert requests.get(f"{url}/api/v1/status", timeout=60).status_code == 401
            while not requests.get(f"{url}/api/v1/status", headers=bearer, timeout=60).json()["jobs"]["refresh"][
                "running_since"
            ]:
                time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, log
    assert "stopping (SIGTERM)" in log and "Traceback" not in log
    assert not any(secret in log for secret in (token, values["consumer_key"], "secretsecret"))
    assert not place.exists()
    kept = json.loads((state.service_folder / "jobs.json").read_text())["refresh"]
    assert (kept["finished_at"], kept["failures"], kept["alerted"]) == (None, 0, False)


def status(url: str, headers: dict[str, str]) -> Any:
    """What the service tells of itself."""
    return requests.get(f"{url}/api/v1/status", headers=headers, timeout=60).json()


def waited_for(file: Path, process: subprocess.Popen[str]) -> str:
    """The content of a file that a process makes."""
    while not file.exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.1)
    return file.read_text()
