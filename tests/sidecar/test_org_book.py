"""`sidecar org book`: what it prints, what lies beside the org, what it refuses."""

import json
from pathlib import Path

import pytest

from localorg.book import read_truth
from sidecar.command_line import run

SIZES = ("--accounts", "3", "--deals", "30", "--quarters", "3", "--reps", "2", "--end", "2026-11-22")


def book(state: Path, *more: str) -> int:
    return run(["--state", str(state), "org", "book", *SIZES, *more])


@pytest.mark.shows("book.command")
def test_a_book_goes_in_once_and_its_truth_lies_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert book(tmp_path, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"]["Opportunity"] == 30
    assert told["rows"]["Account"] == 3
    assert set(told["truth"]) == {str(tmp_path / "org" / "truth" / f"{name}.parquet") for name in ("deals", "accounts")}
    deals = read_truth(tmp_path / "org" / "truth", "deals")
    assert deals.num_rows == told["truth"][str(tmp_path / "org" / "truth" / "deals.parquet")]
    assert book(tmp_path) == 2
    assert "30 opportunities; a book goes into an org without any" in " ".join(capsys.readouterr().err.split())
    assert read_truth(tmp_path / "org" / "truth", "deals").equals(deals)


@pytest.mark.shows("book.command")
def test_the_report_lists_objects_and_the_files_of_the_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert book(tmp_path, "--seed", "8") == 0
    out = capsys.readouterr().out
    assert "Sidecar_Usage__c" in out
    assert "deals.parquet" in out


@pytest.mark.shows("book.command")
@pytest.mark.parametrize(
    ("option", "value"),
    [("--accounts", "0"), ("--deals", "-5"), ("--quarters", "1"), ("--reps", "0"), ("--seed", "-1")],
)
def test_a_size_that_no_book_can_have_is_named_before_an_org_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert book(tmp_path / "state", option, value) == 2
    assert f"{option.strip('-')} = {value}" in capsys.readouterr().err
    assert not (tmp_path / "state" / "org" / "org.sqlite").exists()
