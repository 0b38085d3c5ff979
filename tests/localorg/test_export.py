"""The org written as a folder of CSVs, and taken back."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.clock import Clock
from localorg.errors import ExportError
from localorg.export import export_folder
from localorg.org import LocalOrg
from tests.localorg.conftest import NOON, write_package

AWKWARD = "quote \"x\", comma;\nline\r\nbreak | tab\t ümlaut 🦊 %s \\ 'single'"
# Any text but the end of a C string and halves of characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
QUICK = settings(max_examples=8)


@pytest.fixture
def new_org(tmp_path: Path) -> Iterator[Callable[[], LocalOrg]]:
    """Makes orgs with the small package that begin alike."""
    package = write_package(tmp_path / "package")
    made: list[LocalOrg] = []

    def make() -> LocalOrg:
        made.append(LocalOrg.open(tmp_path / f"org{len(made)}" / "org.sqlite", package, Clock(NOON)))
        return made[-1]

    yield make
    for org in made:
        org.close()


def fill(org: LocalOrg) -> str:
    """Rows of several objects, a deleted one among them. Returns an account's id."""
    admin = org.records(org.user("admin@local.example"))
    account, gone = admin.insert("Account", [{"Name": "A", "Detail__c": AWKWARD}, {"Name": "gone"}])
    admin.delete("Account", [str(gone.id)])
    deal = {"Name": AWKWARD.replace("\n", " ").replace("\r", ""), "AccountId": account.id, "StageName": "Prospecting"}
    (made,) = admin.insert("Opportunity", [{**deal, "CloseDate": "2031-05-06", "Amount": 0.1, "Chance__c": 12.5}])
    admin.update("Opportunity", [{"Id": made.id, "StageName": "Closed Won", "Tags__c": "Pushed;Stalled"}])
    admin.insert(
        "Plan__c", [{"Key__c": "k", "Account__c": account.id, "Amount__c": 123456789012.34, "Active__c": False}]
    )
    admin.insert("Contact", [{"FirstName": "Ann", "LastName": "O'Neil", "AccountId": account.id}])
    admin.insert("Task", [{"Subject": "call", "WhatId": made.id, "Status": "Completed"}])
    return str(account.id)


def tables(org: LocalOrg) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every object, but for the org's own id."""
    found = {}
    with org.database.reader() as connection:
        for name, sobject in org.schema.objects.items():
            columns = [
                f'"{each.name}"' for each in sobject.stored_fields if (name, each.name) != ("Organization", "Id")
            ]
            found[name] = connection.execute(f'SELECT {", ".join(columns)} FROM "{name}" ORDER BY 1').fetchall()
    return found


def content(file: Path) -> str:
    return (gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()).decode()


def parsed(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(file), newline="")))


@pytest.mark.shows("load.roundtrip", "export.exact", "export.deleted")
@pytest.mark.parametrize("zipped", [True, False])
def test_what_is_exported_and_loaded_into_a_new_org_is_the_same_org(
    new_org: Callable[[], LocalOrg], tmp_path: Path, zipped: bool
) -> None:
    first, second = new_org(), new_org()
    fill(first)
    report = export_folder(first, tmp_path / "one", zipped=zipped)
    loaded = second.load(tmp_path / "one")
    assert (loaded.problems, loaded.rows) == ([], report.rows)
    assert tables(second) == tables(first)
    export_folder(second, tmp_path / "two", zipped=zipped)
    names = {file.name for file in (tmp_path / "one").iterdir()}
    assert names == {file.name for file in (tmp_path / "two").iterdir()}
    for name in names - {"Organization.csv", "Organization.csv.gz"}:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_same_org_gives_the_same_bytes(new_org: Callable[[], LocalOrg], tmp_path: Path) -> None:
    org = new_org()
    fill(org)
    first, second = tmp_path / "one", tmp_path / "two"
    export_folder(org, first)
    export_folder(org, second)
    assert {f.name: f.read_bytes() for f in first.iterdir()} == {f.name: f.read_bytes() for f in second.iterdir()}


def test_an_export_tells_rows_deleted_ones_and_empty_objects(new_org: Callable[[], LocalOrg], tmp_path: Path) -> None:
    org = new_org()
    account = fill(org)
    seen: list[tuple[str, int, int]] = []
    report = export_folder(org, tmp_path / "out", progress=lambda *told: seen.append(told))
    by_name = {file.sobject: file for file in report.files}
    assert (by_name["Account"].rows, by_name["Account"].deleted, by_name["Account"].file) == (2, 1, "Account.csv.gz")
    assert by_name["Account"].bytes == (tmp_path / "out" / "Account.csv.gz").stat().st_size
    assert "Case" not in by_name and not (tmp_path / "out" / "Case.csv.gz").exists()
    assert ("Account", 2, 2) in seen
    rows = {row["Id"]: row for row in parsed(tmp_path / "out" / "Account.csv.gz")}
    assert (rows[account]["Detail__c"], rows[account]["IsDeleted"], rows[account]["Industry"]) == (AWKWARD, "false", "")
    assert [row["IsDeleted"] for row in rows.values()].count("true") == 1
    assert next(iter(rows[account])) == "Id"
    assert "Age__c" not in parsed(tmp_path / "out" / "Opportunity.csv.gz")[0]
    assert report.to_dict()["rows"] == sum(file.rows for file in report.files)


@pytest.mark.shows("export.whole")
def test_a_folder_is_replaced_only_on_demand_and_only_by_a_whole_one(
    new_org: Callable[[], LocalOrg], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    org, folder = new_org(), tmp_path / "parent" / "out"
    export_folder(org, folder)
    with pytest.raises(ExportError, match="is not empty"):
        export_folder(org, folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    fill(org)
    monkeypatch.setattr("localorg.export._Table.write", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(ExportError, match="disk full"):
        export_folder(org, folder, replace=True)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    monkeypatch.undo()
    export_folder(org, folder, replace=True)
    assert len(parsed(folder / "Account.csv.gz")) == 2
    assert [path.name for path in folder.parent.iterdir()] == ["out"]
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"notes\.txt"):
        export_folder(org, folder, replace=True)
    assert (folder / "notes.txt").read_text() == "mine"


def test_an_empty_folder_gives_way_and_a_file_does_not(new_org: Callable[[], LocalOrg], tmp_path: Path) -> None:
    org = new_org()
    (tmp_path / "empty").mkdir()
    export_folder(org, tmp_path / "empty")
    assert (tmp_path / "empty" / "User.csv.gz").is_file()
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="is no folder"):
        export_folder(org, tmp_path / "file")


@pytest.mark.shows("load.texts", "export.exact")
@QUICK
@given(st.lists(st.tuples(TEXTS, TEXTS, st.floats(-1e15, 1e15)), min_size=1, max_size=40))
def test_any_text_and_number_that_the_org_keeps_comes_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, values: list[tuple[str, str, float]]
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    kept = []
    for name in ("first", "second"):
        org = LocalOrg.open(folder / name / "org.sqlite", clock=Clock(NOON))
        if name == "first":
            admin = org.records(org.user("admin@local.example"))
            rows = [{"Name": f"x{text}", "Description": long, "AnnualRevenue": n} for text, long, n in values]
            assert all(result.success for result in admin.insert("Account", rows))
            export_folder(org, folder / "out")
        else:
            assert org.load(folder / "out").problems == []
        with org.database.reader() as connection:
            query = 'SELECT "Id", "Name", "Description", "AnnualRevenue" FROM "Account" ORDER BY 1'
            kept.append(connection.execute(query).fetchall())
        org.close()
    assert kept[0] == kept[1]
    assert len(kept[0]) == len(values)
