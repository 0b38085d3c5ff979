"""`sidecar org export`: what it prints, what it refuses, with which exit code."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from sidecar.command_line import run


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory whose org has two accounts."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "csv").mkdir()
    with (folder / "csv" / "Account.csv").open("w", newline="") as file:
        ids = ("0018d0000000001AAA", "0018d0000000002AAA")
        csv.writer(file).writerows([("Id", "Name"), *((each, f'"{each}",\n') for each in ids)])
    assert run(["--state", str(folder / "state"), "org", "load", "--plain", str(folder / "csv")]) == 0
    return folder / "state"


def test_the_org_is_written_and_the_files_are_told(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    capsys.readouterr()
    assert run(["--state", str(state), "org", "export", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    accounts = next(file for file in told["files"] if file["sobject"] == "Account")
    assert (accounts["rows"], accounts["deleted"], accounts["file"]) == (2, 0, "Account.csv.gz")
    with gzip.open(out / "Account.csv.gz", "rt", newline="") as file:
        assert [row["Name"] for row in csv.DictReader(file)] == ['"0018d0000000001AAA",', '"0018d0000000002AAA",']
    assert run(["--state", str(state), "org", "export", str(out)]) == 2
    assert "not empty" in capsys.readouterr().err
    assert run(["--state", str(state), "org", "export", str(out), "--replace", "--plain-csv"]) == 0
    assert "Account.csv " in capsys.readouterr().out
    assert (out / "Account.csv").is_file() and not (out / "Account.csv.gz").exists()


def test_without_an_org_there_is_nothing_to_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--state", str(tmp_path / "state"), "org", "export", str(tmp_path / "out")]) == 2
    assert "no local org yet" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "state" / "org" / "org.sqlite").exists()
