"""The local org on data that nobody here wrote: ../shared/data."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from localorg.org import LocalOrg

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = [pytest.mark.real_data, pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")]


def exported(folder: str, name: str) -> list[dict[str, str]]:
    path = DATA / folder / name
    with gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows(org: LocalOrg, query: str) -> list[tuple[object, ...]]:
    with org.database.reader() as connection:
        return connection.execute(query).fetchall()


@pytest.mark.shows("load.folder")
def test_a_sales_export_is_taken_whole_and_value_by_value(plain_org: LocalOrg) -> None:
    report = plain_org.load(DATA / "maven_crm")
    assert (report.rows, report.inserted, report.refused, report.problems) == (33_248, 33_248, 0, [])
    wanted = {
        row["Id"]: (
            row["Name"],
            row["AccountId"] or None,
            row["StageName"],
            float(row["Amount"]) if row["Amount"] else None,
            row["CloseDate"] or None,
            row["CreatedDate"],
            row["SystemModstamp"],
            int(row["IsWon"] == "True"),
        )
        for row in exported("maven_crm", "Opportunity.csv")
    }
    columns = "Id, Name, AccountId, StageName, Amount, CloseDate, CreatedDate, SystemModstamp, IsWon"
    assert {row[0]: row[1:] for row in rows(plain_org, f"SELECT {columns} FROM Opportunity")} == wanted
    assert rows(plain_org, "SELECT count(*) FROM Opportunity WHERE IsClosed = 0 AND AccountId IS NULL") == [(1425,)]
    again = plain_org.load(DATA / "maven_crm")
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 33_248)


@pytest.mark.shows("load.folder")
def test_a_process_export_keeps_its_stage_histories(plain_org: LocalOrg) -> None:
    report = plain_org.load(DATA / "bpic2012")
    assert (report.rows, report.inserted, report.problems) == (163_859, 163_859, [])
    stages = Counter(row["StageName"] for row in exported("bpic2012", "OpportunityHistory.csv.gz"))
    assert dict(rows(plain_org, "SELECT StageName, count(*) FROM OpportunityHistory GROUP BY 1")) == stages
    assert rows(plain_org, "SELECT count(*) FROM Opportunity WHERE LastStageChangeDate IS NULL") == [(0,)]
    assert rows(plain_org, "SELECT count(*) FROM Task WHERE AccountId IS NULL") == [(0,)]
