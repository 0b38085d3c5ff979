"""Files of a folder in the mirror: read once, replaced as a whole, bad rows named."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from sync import ConfigurationError, Feed, FeedColumn, Mirror, read_feed

FEED = Feed(
    "usage_feed",
    (
        FeedColumn("account_id", required=True, refers_to="Account"),
        FeedColumn("week_start", "date", required=True),
        FeedColumn("active_users", "number"),
        FeedColumn("product"),
    ),
    ("account_id", "product", "week_start"),
)
ONE, TWO = "001000000000001AAA", "001000000000002AAA"
HEADER = "account_id,week_start,active_users,product\n"


@pytest.fixture
def folder(tmp_path: Path, mirror: Mirror) -> Path:
    """An empty folder, and two accounts in the mirror."""
    mirror.connection.execute("CREATE TABLE Account (Id VARCHAR)")
    mirror.connection.execute("INSERT INTO Account VALUES (?), (?)", [ONE, TWO])
    made = tmp_path / "usage"
    made.mkdir()
    return made


def rows(mirror: Mirror) -> list[tuple[object, ...]]:
    return mirror.connection.execute("SELECT * EXCLUDE (file) FROM usage_feed ORDER BY ALL").fetchall()


def test_csv_and_parquet_are_read_alike_and_short_ids_are_found(mirror: Mirror, folder: Path) -> None:
    (folder / "a.csv").write_text(HEADER.upper() + f'{ONE[:15]},2026-03-02,7,"Wall, 1"\n{TWO},2026-03-02,,\n')
    table = pa.table({"account_id": [ONE], "week_start": [date(2026, 3, 9)], "active_users": [8], "extra": ["x"]})
    parquet.write_table(table, folder / "b.parquet")
    (folder / "notes.txt").write_text("not ours")
    report = read_feed(mirror, FEED, folder)
    assert (report.files, report.unchanged, report.rows, report.refused, report.problems) == (2, 0, 3, 0, ())
    assert rows(mirror) == [
        (ONE, date(2026, 3, 2), 7.0, "Wall, 1"),
        (ONE, date(2026, 3, 9), 8.0, None),
        (TWO, date(2026, 3, 2), None, None),
    ]


def test_a_feed_with_a_new_column_reads_its_files_again_for_it(mirror: Mirror, folder: Path) -> None:
    (folder / "a.csv").write_text(f"account_id,week_start,findings\n{ONE},2026-03-02,7\n")
    read_feed(mirror, FEED, folder)
    wider = replace(FEED, columns=(*FEED.columns, FeedColumn("findings", "number")))
    assert read_feed(mirror, wider, folder).rows == 1
    assert rows(mirror) == [(ONE, date(2026, 3, 2), None, None, 7.0)]
    assert read_feed(mirror, wider, folder).unchanged == 1


def test_a_file_is_read_again_only_when_its_content_changed(mirror: Mirror, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text(HEADER + f"{ONE},2026-03-02,7,W\n{ONE},2026-03-09,7,W\n")
    read_feed(mirror, FEED, folder)
    assert read_feed(mirror, FEED, folder).unchanged == 1
    os.utime(path, (1, 1))
    assert read_feed(mirror, FEED, folder).unchanged == 1
    path.write_text(HEADER + f"{ONE},2026-03-02,8,W\n")
    report = read_feed(mirror, FEED, folder)
    assert (report.unchanged, report.rows, rows(mirror)) == (0, 1, [(ONE, date(2026, 3, 2), 8.0, "W")])


def test_a_file_that_is_gone_leaves_its_rows_and_the_last_read_wins(mirror: Mirror, folder: Path) -> None:
    (folder / "a.csv").write_text(HEADER + f"{ONE},2026-03-02,7,W\n{TWO},2026-03-02,1,W\n")
    read_feed(mirror, FEED, folder)
    (folder / "a.csv").unlink()
    (folder / "b.csv").write_text(HEADER + f"{ONE},2026-03-02,8,W\n{ONE},2026-03-02,9,W\n")
    read_feed(mirror, FEED, folder)
    assert rows(mirror) == [(ONE, date(2026, 3, 2), 9.0, "W"), (TWO, date(2026, 3, 2), 1.0, "W")]


def test_bad_rows_are_named_by_file_and_row_and_the_others_are_taken(mirror: Mirror, folder: Path) -> None:
    bad = ["001000000000009AAA,2026-03-02,1,W", f"{ONE},2026-13-02,1,W", f"{ONE},,1,W", f"{ONE},2026-03-02,many,W"]
    bad += [f"{ONE},2026-03-02,nan,W"]
    (folder / "a.csv").write_text(HEADER + "\n".join([f"{TWO},2026-03-02,1,W", *bad]) + "\n")
    report = read_feed(mirror, FEED, folder)
    assert (report.rows, report.refused) == (1, 5)
    assert report.problems == (
        "a.csv, row 2: account_id is 001000000000009AAA, expected an Id of Account in the mirror",
        "a.csv, row 3: week_start is 2026-13-02, expected a date such as 2026-03-31",
        "a.csv, row 4: week_start is empty",
        "a.csv, row 5: active_users is many, expected a number",
        "a.csv, row 6: active_users is nan, expected a number",
    )
    assert read_feed(mirror, FEED, folder).problems == report.problems, "told until the file is mended"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"account_id,product\n1,2\n", "a.csv: column week_start is missing; it has account_id, product"),
        ("a.parquet", b"no parquet", "a.parquet: cannot be read"),
        ("a.csv", HEADER.encode() + b'"' + ONE.encode() + b",2026-03-02,1,W\n\xff\xfe\n", "a.csv: cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_whole_and_the_rest_is_read(
    mirror: Mirror, folder: Path, name: str, content: bytes, told: str
) -> None:
    (folder / name).write_bytes(content)
    (folder / "z.csv").write_text(HEADER + f"{ONE},2026-03-02,7,W\n")
    report = read_feed(mirror, FEED, folder)
    assert report.rows == 1 and len(rows(mirror)) == 1
    assert report.problems[0].startswith(told)


def test_a_kill_leaves_a_file_read_or_unread(mirror: Mirror, folder: Path) -> None:
    class Killed(BaseException):
        """No handler of the code under test may see it as an error."""

    def die(point: str) -> None:
        if point == "before file of usage_feed":
            raise Killed

    (folder / "a.csv").write_text(HEADER + f"{ONE},2026-03-02,7,W\n")
    mirror.at_commit = die
    with pytest.raises(Killed):
        read_feed(mirror, FEED, folder)
    assert rows(mirror) == []
    mirror.at_commit = lambda point: None
    assert read_feed(mirror, FEED, folder).rows == 1


def test_a_folder_that_is_none_is_a_matter_of_configuration(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"is no folder.*\[feeds\]"):
        read_feed(mirror, FEED, tmp_path / "nowhere")


def test_rows_are_matched_by_another_field_whatever_its_case_and_refused_where_records_share_it(
    mirror: Mirror, folder: Path
) -> None:
    mirror.connection.execute("ALTER TABLE Account ADD COLUMN Key__c VARCHAR")
    mirror.connection.execute("UPDATE Account SET Key__c = CASE Id WHEN ? THEN ' Acme-1' ELSE 'twin' END", [ONE])
    mirror.connection.execute("INSERT INTO Account VALUES ('001000000000003AAA', 'Twin')")
    (folder / "a.csv").write_text(HEADER + f"acme-1 ,2026-03-02,7,W\nTWIN,2026-03-02,7,W\n{ONE},2026-03-02,7,W\n")
    assert read_feed(mirror, FEED, folder).refused == 2, "by Id, two rows have none"
    account, *others = FEED.columns
    by_key = replace(FEED, columns=(replace(account, by="Key__c"), *others))
    told = read_feed(mirror, by_key, folder)
    assert rows(mirror) == [(ONE, date(2026, 3, 2), 7.0, "W")]
    assert told.unchanged == 0, "a file is read again when its rows are matched otherwise"
    assert told.problems == (
        "a.csv, row 2: account_id is TWIN, expected the Key__c of one Account in the mirror",
        f"a.csv, row 3: account_id is {ONE}, expected the Key__c of one Account in the mirror",
    )
