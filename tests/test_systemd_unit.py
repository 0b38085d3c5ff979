"""The unit file: systemd takes it, it locks the service in, and it calls the command as it is."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from sidecar.command_line import cli
from sidecar.service.process import GRACE_SECONDS

UNIT = Path(__file__).parents[1] / "packaging" / "sidecar.service"


def settings() -> configparser.SectionProxy:
    """Its [Service] section; every setting is there once."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign] - as configparser's documentation says
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return parser["Service"]


def test_it_calls_the_command_with_options_that_there_are() -> None:
    command, *arguments = shlex.split(settings()["ExecStart"])
    assert Path(command).name == "sidecar"
    with cli.make_context("sidecar", list(arguments)) as context:  # refuses options that it does not know
        assert cli.resolve_command(context, arguments[-1:])[0] == "serve"
    assert str(settings()["StateDirectory"]) == Path(arguments[arguments.index("--state") + 1]).name


def test_it_gives_a_job_time_to_stop_and_starts_no_wrong_configuration_again() -> None:
    found = settings()
    assert float(found["TimeoutStopSec"]) > GRACE_SECONDS
    assert (found["Restart"], found["RestartPreventExitStatus"]) == ("on-failure", "2")


def test_it_may_write_its_state_directory_and_nothing_else() -> None:
    found = settings()
    assert found["User"] != "root" and found["StateDirectoryMode"] == "0700" and found["UMask"] == "0077"
    assert found["ProtectSystem"] == "strict" and found["CapabilityBoundingSet"] == ""
    locked = ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectKernelTunables")
    assert all(found[name] == "true" for name in locked)
    assert not any("PASSWORD" in value or "SECRET" in value for value in found.values())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8").replace(shlex.split(settings()["ExecStart"])[0], "/bin/true")
    (tmp_path / UNIT.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / UNIT.name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert UNIT.name not in done.stderr, done.stderr
