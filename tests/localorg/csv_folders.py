"""Folders of CSVs as the tests of loading write them."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

from localorg.ids import id18
from localorg.loading.report import LoadReport
from localorg.org import LocalOrg

NOON = "2026-11-22T12:00:00.000Z"
LATER = "2026-11-23T12:00:00.000Z"
ACCOUNTS = [id18(f"0018d000000000{number}") for number in range(5)]
DEALS = [id18(f"0068d000000000{number}") for number in range(5)]
DEAL_HEADER = ("Id", "Name", "AccountId", "StageName", "Amount", "CloseDate", "CreatedDate", "SystemModstamp")


def deal_row(number: int, **values: str) -> list[str]:
    usual = {
        "Id": DEALS[number],
        "Name": f"Deal {number}",
        "StageName": "Prospecting",
        "Amount": "100.5",
        "CloseDate": "2026-12-31",
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "SystemModstamp": "2026-02-03T00:00:00.000Z",
    }
    return [{**usual, **values}.get(name, "") for name in DEAL_HEADER]


def write(folder: Path, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    folder.mkdir(exist_ok=True)
    opened = gzip.open if name.endswith(".gz") else open
    with opened(folder / name, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def write_text(folder: Path, name: str, text: str | bytes) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def rows(org: LocalOrg, query: str) -> list[tuple[object, ...]]:
    with org.database.reader() as connection:
        return connection.execute(query).fetchall()


def told(report: LoadReport) -> list[tuple[int | None, str | None, str]]:
    return [(problem.row, problem.column, problem.reason) for problem in report.problems]
