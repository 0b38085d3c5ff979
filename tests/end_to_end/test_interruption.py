"""Ctrl-C and SIGKILL at any time leave a state from which the next command goes on to the same end."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.end_to_end.driving import SIDECAR, plain_client, sidecar
from tests.end_to_end.written import Values, own_values


@pytest.fixture(scope="module")
def uninterrupted(unscored_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Values:
    """What the org holds after a refresh that nobody disturbed."""
    state = tmp_path_factory.mktemp("whole") / "state"
    shutil.copytree(unscored_state, state)
    assert sidecar("refresh", "--as-of", "2026-11-22", state=state).code == 0
    with plain_client(state) as client:
        return own_values(client, stamps=False)


@pytest.mark.parametrize(("stop", "share"), [(signal.SIGINT, 0.9), (signal.SIGKILL, None)])
def test_the_next_command_goes_on(
    unscored_files: Path, uninterrupted: Values, stop: signal.Signals, share: float | None
) -> None:
    seconds = 8 * (share if share is not None else random.random())
    process = subprocess.Popen(
        [str(SIDECAR), "--state", str(unscored_files), "refresh", "--as-of", "2026-11-22"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(seconds)
    # As a terminal does: everything of the foreground process group gets the signal.
    if process.poll() is None:
        os.killpg(process.pid, stop)
    _, messages = process.communicate(timeout=60)
    assert process.returncode in (0, 130, -stop), messages
    assert "Traceback" not in messages

    done = sidecar("refresh", "--as-of", "2026-11-22", state=unscored_files)
    assert done.code == 0, done.messages
    with plain_client(unscored_files) as client:
        assert own_values(client, stamps=False) == uninterrupted
    again = sidecar("refresh", "--as-of", "2026-11-22", "--json", state=unscored_files)
    assert again.json["rows_written"] == 0


def test_a_second_refresh_of_the_same_mirror_stops_with_a_word_and_nothing_is_doubled(
    unscored_files: Path, uninterrupted: Values
) -> None:
    command = [str(SIDECAR), "--state", str(unscored_files), "refresh", "--as-of", "2026-11-22"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mirror = unscored_files / "mirror.duckdb"
    deadline = time.monotonic() + 60
    while not mirror.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    second = sidecar("refresh", "--as-of", "2026-11-22", state=unscored_files)
    assert first.wait(timeout=120) == 0
    assert second.code == 1
    assert "is in use by another process" in second.messages and str(first.pid) in second.messages
    assert "Traceback" not in second.messages
    with plain_client(unscored_files) as client:
        assert own_values(client, stamps=False) == uninterrupted
    runs = sidecar("runs", "--json", state=unscored_files).json
    assert [run["status"] for run in runs] == ["done", "done"], "and the log"
