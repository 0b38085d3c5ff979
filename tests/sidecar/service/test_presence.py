"""One service to a state directory; commands wait for its jobs, not for each other's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from sidecar.configuration import Configuration
from sidecar.errors import SetupError
from sidecar.mirror_access import open_mirror
from sidecar.service.presence import Presence, announce, only_service, running_service
from sidecar.service.process import make_runner
from sidecar.service.tasks import Tasks
from sidecar.state import State
from sync import Mirror, MirrorBusy


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State.open(tmp_path / "state")


@contextmanager
def held_elsewhere(file: Path) -> Iterator[subprocess.Popen[str]]:
    """The mirror in the hands of another process, which lets go when its input ends."""
    code = f"import duckdb, sys; c = duckdb.connect({str(file)!r}); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process


def test_a_second_service_is_refused_and_told_where_the_first_one_is(state: State) -> None:
    with only_service(state):
        announce(state, "http://127.0.0.1:8484")
        where = f"process {os.getpid()}, http://127.0.0.1:8484"
        remedy = "Remedy: stop it first, or name another --state"
        with pytest.raises(SetupError, match=rf"{where}\)\. {remedy}"), only_service(state):
            pass
        assert running_service(state) == Presence(os.getpid(), "http://127.0.0.1:8484")
    assert running_service(state) is None
    with only_service(state):
        pass


def test_what_a_killed_service_left_behind_is_no_service(state: State) -> None:
    announce(state, "http://127.0.0.1:8484")
    assert running_service(state) is None


def test_a_command_waits_for_the_service_s_job_and_says_so_once(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    with Mirror.open(state.mirror_file):
        pass
    with held_elsewhere(state.mirror_file) as holder, only_service(state):
        announce(state, "http://127.0.0.1:8484")
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                holder.communicate()

        with open_mirror(state, pause=pause) as mirror:
            assert mirror.table_names() == ()
    assert len(pauses) == 2
    assert capsys.readouterr().err.count("is at work on the mirror") == 1


def test_a_service_starts_while_a_command_has_the_mirror(state: State) -> None:
    with Mirror.open(state.mirror_file):
        pass
    with held_elsewhere(state.mirror_file) as holder, only_service(state):
        runner = make_runner(Tasks(Configuration(), state, Event()))
        assert [job.name for job in runner.jobs] == ["reconcile", "refresh"]
        holder.communicate()


def test_a_command_gives_up_after_its_patience_and_waits_for_no_other_command(state: State) -> None:
    with Mirror.open(state.mirror_file):
        pass
    pauses: list[float] = []
    with held_elsewhere(state.mirror_file) as holder:
        with pytest.raises(MirrorBusy):
            open_mirror(state, pause=pauses.append)
        assert pauses == []
        with only_service(state), pytest.raises(MirrorBusy):
            announce(state, "http://127.0.0.1:8484")
            open_mirror(state, patience=1.0, pause=pauses.append)
        assert sum(pauses) == 1.0
        holder.communicate()
