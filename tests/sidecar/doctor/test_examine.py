"""The whole examination, and the ways in which it ends early."""

from collections import Counter
from pathlib import Path

import pytest

from sidecar.command_line import run
from sidecar.configuration import Configuration, OrgSection
from sidecar.doctor import Finding, examine
from sidecar.doctor.finding import OK, PROBLEM
from sidecar.state import State
from sync import Mirror
from sync.mirror.bookkeeping import claim
from tests.sidecar.conftest import Clinic


def found(clinic: Clinic, **changed: object) -> dict[str, Finding]:
    section = clinic.configuration.org.model_copy(update=changed)
    configuration = clinic.configuration.model_copy(update={"org": section})
    return {finding.check: finding for finding in examine(configuration, clinic.state)}


def test_an_org_with_the_package_has_no_problem_and_each_warning_has_its_remedy(clinic: Clinic) -> None:
    findings = list(examine(clinic.configuration, clinic.state))
    assert Counter(finding.state for finding in findings)[PROBLEM] == 0
    assert {"login", "API version", "package", "reading", "writing", "plan", "storage"} <= {f.check for f in findings}
    assert all(bool(finding.remedy) == (finding.state != OK) for finding in findings)


def test_a_wrong_key_is_a_problem_of_the_login_with_its_remedy(clinic: Clinic) -> None:
    told = found(clinic, consumer_key="another")["login"]
    assert told.state == PROBLEM
    assert "refused the login" in told.text and told.remedy.startswith("copy consumer_key again")


def test_an_unknown_user_is_told_so(clinic: Clinic) -> None:
    told = found(clinic, username="nobody@local.example")["login"]
    assert told.state == PROBLEM and "check" in told.remedy


def test_an_unreachable_host_is_a_problem_not_a_traceback(clinic: Clinic) -> None:
    told = found(clinic, login_url="http://127.0.0.1:9")["login"]
    assert told.state == PROBLEM and "cannot be reached" in told.text
    assert told.remedy.startswith("check login_url, the network and the proxy")


@pytest.mark.parametrize("content", [None, "no key"])
def test_a_key_file_that_is_missing_or_holds_none_is_told_with_its_remedy(
    clinic: Clinic, tmp_path: Path, content: str | None
) -> None:
    key = tmp_path / "server.key"
    if content is not None:
        key.write_text(content)
        key.chmod(0o600)
    told = found(clinic, private_key_file=key)["login"]
    assert told.state == PROBLEM and str(key) in told.text and "expected a PEM file" in told.text
    assert "have `sidecar init` make a pair" in told.remedy


def test_a_version_that_the_org_does_not_serve_ends_the_examination(clinic: Clinic) -> None:
    findings = found(clinic, api_version="11.0")
    assert findings["API version"].state == PROBLEM
    assert "set api_version under [org]" in findings["API version"].remedy
    assert "package" not in findings


def test_the_exit_code_says_whether_there_is_a_problem_and_json_is_the_whole_of_it(
    clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    org = clinic.configuration.org
    lines = (
        f"login_url = '{org.login_url}'",
        f"username = '{org.username}'",
        f"private_key_file = '{org.private_key_file}'",
    )
    file = tmp_path / "sidecar.toml"
    command = ["--config", str(file), "--state", str(tmp_path / "state"), "doctor"]
    file.write_text("\n".join(["[org]", *lines, f"consumer_key = '{org.consumer_key}'"]))
    assert run(command) == 0
    assert "0 problems" in capsys.readouterr().out
    file.write_text("\n".join(["[org]", *lines, "consumer_key = 'another'"]))
    assert run(command) == 1
    assert "1 problem, 0 warnings, " in capsys.readouterr().out
    assert run([*command, "--json"]) == 1
    assert '"state": "problem"' in capsys.readouterr().out
    file.write_text("[org]\nuser = 'x'")
    assert run(command) == 2


def test_a_mirror_of_another_org_is_a_problem(clinic: Clinic, tmp_path: Path) -> None:
    state = State.open(tmp_path / "state")
    with Mirror.open(state.mirror_file) as mirror:
        claim(mirror.connection, "00D000000000009")
    told = {finding.check: finding for finding in examine(clinic.configuration, state)}["mirror"]
    assert told.state == PROBLEM
    assert "00D000000000009" in told.text and "another state directory" in told.remedy


def test_half_a_login_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    section = OrgSection(username="int@acme.example")
    assert section.configured and Configuration(org=section).org.private_key_file is None
    file = tmp_path / "sidecar.toml"
    file.write_text("[org]\nusername = 'int@acme.example'\nconsumer_key = 'x'")
    assert run(["--config", str(file), "--state", str(tmp_path / "state"), "doctor"]) == 2
