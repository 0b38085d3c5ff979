"""What a load takes, refuses and tells."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from localorg.errors import LoadError
from localorg.http.connected_app import make_app
from localorg.ids import id18
from localorg.loading.report import PROBLEMS_LISTED
from localorg.org import LocalOrg
from tests.localorg.csv_folders import (
    ACCOUNTS,
    DEAL_HEADER,
    DEALS,
    LATER,
    deal_row,
    rows,
    told,
    write,
    write_text,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "export"


@pytest.mark.shows("load.folder", "load.derived")
def test_ids_audit_dates_and_derived_values(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0, Id=DEALS[0][:15]), deal_row(1, StageName="Closed Won")])
    report = plain_org.load(folder)
    assert (report.rows, report.inserted, report.refused, report.problems) == (2, 2, 0, [])
    columns = "Id, Amount, Probability, ForecastCategoryName, IsClosed, IsWon, ExpectedRevenue, Fiscal"
    assert rows(plain_org, f"SELECT {columns} FROM Opportunity ORDER BY Id") == [
        (DEALS[0], 100.5, 10.0, "Pipeline", 0, 0, 10.05, "2026 4"),
        (DEALS[1], 100.5, 100.0, "Closed", 1, 1, 100.5, "2026 4"),
    ]
    admin = plain_org.user("admin@local.example").id
    audit = "CreatedDate, LastModifiedDate, SystemModstamp, CreatedById, OwnerId"
    assert rows(plain_org, f"SELECT DISTINCT {audit} FROM Opportunity") == [
        ("2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05.000Z", "2026-02-03T00:00:00.000Z", admin, admin)
    ]
    assert rows(plain_org, "SELECT count(*) FROM OpportunityHistory") == [(0,)]


@pytest.mark.shows("load.again")
def test_the_same_folder_again_touches_nothing(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Opportunity.csv.gz", DEAL_HEADER, [deal_row(0), deal_row(1)])
    write(folder, "Account.csv", ("Id", "Name", "NumberOfEmployees"), [[ACCOUNTS[0], "A", "5"], [ACCOUNTS[1], "B", ""]])
    plain_org.load(folder)
    everything = [
        rows(plain_org, f'SELECT * FROM "{name}" ORDER BY Id') for name in ("Opportunity", "Account", "Period")
    ]
    plain_org.clock.advance(timedelta(days=1))
    report = plain_org.load(folder)
    assert (report.inserted, report.updated, report.unchanged) == (0, 0, 4)
    assert everything == [
        rows(plain_org, f'SELECT * FROM "{name}" ORDER BY Id') for name in ("Opportunity", "Account", "Period")
    ]


@pytest.mark.shows("load.again")
def test_changed_and_new_rows_are_written_and_stamped_so_that_clients_see_them(
    plain_org: LocalOrg, folder: Path
) -> None:
    make_app(plain_org)  # it is served, and clients may know it
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0), deal_row(1)])
    plain_org.load(folder)
    plain_org.clock.advance(timedelta(days=1))
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0), deal_row(1, StageName="Closed Lost"), deal_row(2)])
    report = plain_org.load(folder)
    assert (report.inserted, report.updated, report.unchanged) == (1, 1, 1)
    assert rows(plain_org, "SELECT StageName, IsClosed, SystemModstamp, CreatedDate FROM Opportunity ORDER BY Id") == [
        ("Prospecting", 0, "2026-02-03T00:00:00.000Z", "2026-01-02T03:04:05.000Z"),
        ("Closed Lost", 1, LATER, "2026-01-02T03:04:05.000Z"),
        ("Prospecting", 0, LATER, "2026-01-02T03:04:05.000Z"),
    ]


@pytest.mark.shows("load.refused")
def test_broken_rows_are_reported_with_line_column_and_reason_and_the_rest_is_loaded(
    plain_org: LocalOrg, folder: Path
) -> None:
    bad = [
        deal_row(0, Name="two\nlines"),
        deal_row(1, Amount="1,000"),
        deal_row(1, CloseDate="31.12.2026", CreatedDate="yesterday"),
        deal_row(1, Name="x" * 121),
        deal_row(1, Id=""),
        deal_row(1, Id=DEALS[1][:17] + "B"),
        deal_row(1, AccountId=DEALS[0]),
        deal_row(1, Amount="12345678901234567"),
        deal_row(1, Name=""),
        deal_row(2),
        deal_row(2, Name="again"),
    ]
    write(folder, "Opportunity.csv", DEAL_HEADER, bad)
    report = plain_org.load(folder)
    assert (report.rows, report.inserted, report.refused) == (11, 2, 9)
    assert rows(plain_org, "SELECT Name FROM Opportunity ORDER BY Id") == [("two\nlines",), ("Deal 2",)]
    reasons = told(report)
    assert [(row, column) for row, column, _ in reasons] == [
        (4, "Amount"),
        (5, "CloseDate"),
        (5, "CreatedDate"),
        (6, "Name"),
        (7, "Id"),
        (8, "Id"),
        (9, "AccountId"),
        (10, "Amount"),
        (11, "Name"),
        (13, "Id"),
    ]
    assert "value not of required type: 1,000" in reasons[0][2]
    assert "max length=120" in reasons[3][2]
    assert reasons[4][2] == "Id is missing"
    assert "outside of valid range" in reasons[7][2]
    assert "came before in this file" in reasons[9][2]


@pytest.mark.shows("load.refused")
def test_rows_with_too_many_or_too_few_values_are_refused(plain_org: LocalOrg, folder: Path) -> None:
    lines = [
        f"{ACCOUNTS[0]},A",
        f"{ACCOUNTS[1]}",
        "",
        f'{ACCOUNTS[2]},"B, C",D',
        f"{ACCOUNTS[3]},bad id follows",
        "x,E",
    ]
    write_text(folder, "Account.csv", "\ufeffId,Name\n" + "\r\n".join(lines) + "\n")
    report = plain_org.load(folder)
    assert (report.rows, report.inserted, report.refused) == (5, 2, 3)
    assert sorted(told(report), key=str) == [
        (3, None, "the row has 1 values, the header 2"),
        (5, None, "the row has 3 values, the header 2"),
        (7, "Id", "Account ID: id value of incorrect type: x"),
    ]


def test_unknown_columns_and_objects_are_told_once(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "NAME", "Foo__c"), [[ACCOUNTS[0], "A", "1"], [ACCOUNTS[1], "B", "2"]])
    write(folder, "Invoice__c.csv", ("Id",), [["a00000000000001"]])
    (folder / "notes.txt").write_text("no CSV")
    report = plain_org.load(folder)
    assert report.inserted == 2
    found = {(problem.file, problem.column): problem for problem in report.problems}
    assert found.keys() == {("Account.csv", "Foo__c"), ("Invoice__c.csv", None)}
    assert not found["Account.csv", "Foo__c"].refused
    assert "no object of this name" in found["Invoice__c.csv", None].reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("Name\nA\n", "has no Id column"),
        ("Id,Name,name\n", "has the column name twice"),
        (b"Id,Name\n0018d0000000000AAA,\xff\xfe\n", "cannot be read as CSV in UTF-8"),
        (b"\xff\xfeId", "cannot be read as CSV in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_loaded(
    plain_org: LocalOrg, folder: Path, text: str | bytes, reason: str
) -> None:
    write_text(folder, "Account.csv", text)
    write(folder, "Opportunity.csv", DEAL_HEADER, [deal_row(0)])
    report = plain_org.load(folder)
    (problem,) = report.problems
    assert problem.file == "Account.csv"
    assert reason in problem.reason
    assert (report.inserted, rows(plain_org, "SELECT count(*) FROM Account")) == (1, [(0,)])


@pytest.mark.shows("load.refused")
def test_a_cut_gzip_file_leaves_nothing_of_itself(plain_org: LocalOrg, folder: Path) -> None:
    names = [[id18(f"0018d00000{number:05d}"), f"Account {number * 7919}"] for number in range(3000)]
    write(folder, "Account.csv.gz", ("Id", "Name"), names)
    whole = (folder / "Account.csv.gz").read_bytes()
    (folder / "Account.csv.gz").write_bytes(whole[: len(whole) // 2])
    report = plain_org.load(folder)
    assert "cannot be read" in report.problems[0].reason
    assert rows(plain_org, "SELECT count(*) FROM Account") == [(0,)]


def test_the_interpreters_limit_for_csv_values_is_left_alone(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "Name", "Foo"), [[ACCOUNTS[0], "A", "y" * 200_000], ["bad", "B", ""]])
    before = csv.field_size_limit()
    report = plain_org.load(folder)
    assert csv.field_size_limit() == before
    assert [problem.row for problem in report.problems] == [None, 3]


def test_a_header_without_rows_loads_nothing(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "Name"), [])
    report = plain_org.load(folder)
    assert (report.rows, report.problems) == (0, [])


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_csv_files_is_an_error(plain_org: LocalOrg, folder: Path, there: bool) -> None:
    if there:
        folder.mkdir()
    with pytest.raises(LoadError, match="holds no CSV files" if there else "is not a folder"):
        plain_org.load(folder)


def test_ids_from_an_export_of_a_local_org_are_not_given_out_again(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "Name"), [[id18("001Lo000000000Z"), "A"]])
    plain_org.load(folder)
    (result,) = plain_org.records(plain_org.user("admin@local.example")).insert("Account", [{"Name": "B"}])
    assert str(result.id) > "001Lo000000000Z"


def test_progress_tells_files_rows_and_the_share_done(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "Name"), [[record_id, "A"] for record_id in ACCOUNTS])
    write(folder, "Opportunity.csv.gz", DEAL_HEADER, [deal_row(number) for number in range(5)])
    seen: list[tuple[str, int, float]] = []
    plain_org.load(folder, lambda file, done, share: seen.append((file, done, share)))
    assert [(file, done) for file, done, _ in seen] == [("Account.csv", 5), ("Opportunity.csv.gz", 5)]
    assert 0 < seen[0][2] < seen[1][2] == 1.0


def test_many_problems_are_counted_beyond_the_list(plain_org: LocalOrg, folder: Path) -> None:
    write(folder, "Account.csv", ("Id", "Name"), [["x", "A"]] * (PROBLEMS_LISTED + 5))
    report = plain_org.load(folder)
    assert (len(report.problems), report.problems_left_out, report.refused) == (PROBLEMS_LISTED, 5, PROBLEMS_LISTED + 5)
    assert report.to_dict()["refused"] == PROBLEMS_LISTED + 5
    assert report.to_dict()["problems"][0]["row"] == 2


def test_a_large_file_is_read_in_batches(plain_org: LocalOrg, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("localorg.loading.source.BATCH_BYTES", 4096)
    names = [[id18(f"0018d00000{number:05d}"), f"Account {number}"] for number in range(1000)]
    names[900] = [names[10][0], "twice"]
    names[950][0] = "bad"
    write(folder, "Account.csv", ("Id", "Name"), names)
    for known in (0, 998):
        report = plain_org.load(folder)
        assert (report.inserted, report.unchanged, report.refused) == (998 - known, known, 2)
        assert [(row, column) for row, column, _ in told(report)] == [(902, "Id"), (952, "Id")]


@pytest.mark.parametrize("shared", ['it\'s; "quoted"\n🦊', "%s ?", ""])
def test_values_that_all_rows_share_are_kept_like_others(plain_org: LocalOrg, folder: Path, shared: str) -> None:
    names = [[id18(f"0018d00000{number:05d}"), "Same name", shared, "12.5"] for number in range(150)]
    write(folder, "Account.csv", ("Id", "Name", "Description", "AnnualRevenue"), names)
    assert plain_org.load(folder).problems == []
    query = "SELECT Name, Description, AnnualRevenue, IsDeleted, count(*) FROM Account GROUP BY 1, 2, 3, 4"
    assert rows(plain_org, query) == [("Same name", shared or None, 13.0, 0, 150)]
    assert plain_org.load(folder).unchanged == 150
