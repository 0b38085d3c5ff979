"""Mirrors of older versions are brought up to date, whole or not at all."""

from pathlib import Path

import duckdb
import pytest

from sync import Mirror, ledger
from sync.mirror import database
from sync.mirror.layout import MIRROR_VERSION

VERSION_1 = """
CREATE SCHEMA _sync;
CREATE TABLE _sync.properties (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);
CREATE TABLE _sync.objects (
    object VARCHAR PRIMARY KEY, described VARCHAR NOT NULL, watermark TIMESTAMP, pulled_at TIMESTAMP NOT NULL);
CREATE TABLE _sync.query_jobs (
    object VARCHAR NOT NULL, query VARCHAR NOT NULL, api_version VARCHAR NOT NULL, job_id VARCHAR NOT NULL);
CREATE TABLE _sync.ingest_jobs (
    job_id VARCHAR PRIMARY KEY, run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key_field VARCHAR NOT NULL,
    api_version VARCHAR NOT NULL, part INTEGER NOT NULL);
CREATE TABLE _sync.runs (
    run_id VARCHAR PRIMARY KEY, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP, status VARCHAR NOT NULL,
    rows_planned BIGINT NOT NULL, rows_written BIGINT NOT NULL, rows_refused BIGINT NOT NULL, calls BIGINT NOT NULL,
    message VARCHAR NOT NULL);
CREATE TABLE _sync.ledger (
    run_id VARCHAR NOT NULL, object VARCHAR NOT NULL, key VARCHAR NOT NULL, record_id VARCHAR, field VARCHAR NOT NULL,
    old_value VARCHAR, new_value VARCHAR, part INTEGER, outcome VARCHAR NOT NULL, code VARCHAR, message VARCHAR);
INSERT INTO _sync.properties VALUES ('version', '1'), ('org', '00D000000000001');
INSERT INTO _sync.runs VALUES ('r1', '2026-01-01', '2026-01-01', 'done', 1, 1, 0, 3, '');
CREATE TABLE Account (Id VARCHAR, Name VARCHAR);
INSERT INTO Account VALUES ('001', 'A');
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The file of a mirror as the first version left it."""
    path = tmp_path / "mirror.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(VERSION_1)
    return path


def layout(mirror: Mirror) -> list[tuple[object, ...]]:
    """Tables and columns of the bookkeeping."""
    query = (
        "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE schema_name = '_sync'"
        " ORDER BY ALL"
    )
    return mirror.connection.execute(query).fetchall()


def test_an_old_mirror_gets_the_layout_of_a_new_one_and_keeps_its_rows(old: Path, tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "new.duckdb") as new, Mirror.open(old) as mirror:
        assert layout(mirror) == layout(new)
        assert mirror.connection.execute("SELECT * FROM Account").fetchall() == [("001", "A")]
        assert ledger.runs(mirror).column("run_id").to_pylist() == ["r1"]
        query = "SELECT value FROM _sync.properties ORDER BY name"
        assert mirror.connection.execute(query).fetchall() == [("00D000000000001",), (str(MIRROR_VERSION),)]
    Mirror.open(old).close()


def test_a_step_that_fails_leaves_the_old_mirror_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = (*database.STEPS[:-1], database.STEPS[-1] + "SELECT nonsense FROM nowhere;")
    with monkeypatch.context() as patch:
        patch.setattr(database, "STEPS", steps)
        with pytest.raises(duckdb.Error, match="nowhere"):
            Mirror.open(old)
    with duckdb.connect(str(old)) as connection:
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = '_sync'").fetchall()
        assert ("feed_files",) not in names
        version = "SELECT value FROM _sync.properties WHERE name = 'version'"
        assert connection.execute(version).fetchall() == [("1",)]
    Mirror.open(old).close()
