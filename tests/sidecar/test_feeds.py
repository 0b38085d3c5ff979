"""The configured folders, and what a pull tells of them."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from sidecar.book import read_book
from sidecar.configuration_file import load
from sidecar.feeds import read_feeds
from sync import SILENT, Mirror

ACCOUNT = "001000000000001AAA"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration beside a folder of files."""
    (tmp_path / "usage").mkdir()
    path = tmp_path / "sidecar.toml"
    path.write_text('[feeds]\nusage = "usage"\n')
    return path


def test_the_folder_is_meant_from_the_file_s_own_and_its_rows_are_in_the_mirror(config: Path, tmp_path: Path) -> None:
    text = f"account_id,week_start,active_users\n{ACCOUNT},2026-03-02,7\n{ACCOUNT},soon,8\n"
    (tmp_path / "usage" / "a.csv").write_text(text)
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        mirror.connection.execute("CREATE TABLE Account AS SELECT ? AS Id", [ACCOUNT])
        [told] = read_feeds(mirror, load(config), SILENT)
        query = "SELECT account_id, product, week_start, active_users, volume FROM usage_feed"
        assert mirror.connection.execute(query).fetchall() == [(ACCOUNT, None, date(2026, 3, 2), 7.0, None)]
    assert (told.name, told.way, told.rows_read, told.rows_changed, told.needed) == ("usage_feed", "files", 2, 1, False)
    assert "a.csv, row 2: week_start is soon" in told.problem and "Remedy: mend the files" in told.problem


def test_without_a_folder_nothing_is_read(tmp_path: Path) -> None:
    (tmp_path / "sidecar.toml").write_text("")
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        assert read_feeds(mirror, load(tmp_path / "sidecar.toml"), SILENT) == ()
        assert mirror.table_names() == ()


def test_a_customer_s_own_target_reaches_the_book(tmp_path: Path) -> None:
    (tmp_path / "targets").mkdir()
    text = f"account_id,measure,target,valid_from\n{ACCOUNT},utilisation,60,2026-01-01\n{ACCOUNT},utilisation,,\n"
    (tmp_path / "targets" / "a.csv").write_text(text)
    path = tmp_path / "sidecar.toml"
    path.write_text('[feeds]\ntargets = "targets"\n')
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        mirror.connection.execute("CREATE TABLE Account AS SELECT ? AS Id, 'Acme' AS Name", [ACCOUNT])
        mirror.connection.execute("CREATE TABLE User AS SELECT '005' AS Id, 'Zoe' AS Name, true AS IsActive")
        mirror.connection.execute(
            "CREATE TABLE Opportunity AS SELECT '' AS Id, '' AS AccountId, '' AS OwnerId, '' AS Name, '' AS StageName"
        )
        [told] = read_feeds(mirror, load(path), SILENT)
        targets = read_book(mirror, load(path)).targets
    assert "row 2" in told.problem
    rows = targets[["account_id", "measure", "target", "valid_from"]].to_dict("records")
    assert rows == [
        {"account_id": ACCOUNT, "measure": "utilisation", "target": 60.0, "valid_from": pd.Timestamp("2026-01-01")}
    ]
