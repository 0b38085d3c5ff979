"""Rows that need more memory than a pull mostly gets."""

from __future__ import annotations

import duckdb
import pytest

from sync import CatalogueObject, Mirror, Org, pull

DETAIL = "Sidecar_Health_Detail__c"
CATALOGUE = (CatalogueObject("Account", ("Name", DETAIL)),)


class Stages:
    """Hears which objects' rows were begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    def stage(self, name: str, total: int | None = None) -> None:
        self.begun.append(name)

    def advance(self, rows: int = 1) -> None:
        pass

    def end(self) -> None:
        pass


def texts(mirror: Mirror) -> list[str]:
    return [text for (text,) in mirror.connection.execute(f"SELECT {DETAIL} FROM Account ORDER BY Name").fetchall()]


def limit(mirror: Mirror) -> object:
    return mirror.connection.execute("SELECT current_setting('memory_limit')").fetchall()


@pytest.mark.parametrize("threshold", [2000, 0], ids=["rest", "bulk"])
def test_texts_that_do_not_fit_into_little_memory_are_read_with_more(
    local, connected: Org, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    stages = Stages()
    usual = limit(mirror)
    monkeypatch.setattr("sync.mirror.FRUGAL_LIMIT", "12MB")
    long = [f"{i:03}" + "abcdefg"[i % 7 :] * 20_000 for i in range(200)]
    local.insert("Account", *({"Name": text[:3], DETAIL: text[:120_000]} for text in long))
    report = pull(connected, mirror, CATALOGUE, bulk_threshold=threshold, progress=stages)
    assert stages.begun == ["Account", "Account"], "the first attempt had too little"
    assert (report.complete, report.rows_changed) == (True, 200)
    assert texts(mirror) == [text[:120_000] for text in long]
    assert limit(mirror) == usual
    assert len(connected.json("GET", "/jobs/query")["records"]) == (0 if threshold else 1), "the same job, gone on with"


def test_an_error_of_the_database_that_more_memory_cannot_mend_is_raised(local, connected: Org, mirror: Mirror) -> None:
    local.insert("Account", {"Name": "A"})

    def full(point: str) -> None:
        if point == "before rows of Account":
            raise duckdb.IOException("the disk is full")

    mirror.at_commit = full
    usual = limit(mirror)
    with pytest.raises(duckdb.IOException, match="the disk is full"):
        pull(connected, mirror, CATALOGUE)
    assert (mirror.table_names(), limit(mirror)) == ((), usual)
