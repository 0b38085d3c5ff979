from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from localorg.errors import StoreError
from localorg.org import LocalOrg
from localorg.store.database import index_names
from localorg.store.periods import FiscalCalendar, ensure_periods

STAMP = "2026-11-22T12:00:00.000Z"


def count(org: LocalOrg, table: str) -> int:
    with org.database.reader() as connection:
        return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def add_account(connection: sqlite3.Connection, record_id: str) -> None:
    connection.execute('INSERT INTO "Account"("Id", "Name") VALUES (?, ?)', (record_id, "A"))


def test_every_stored_field_has_a_column_and_formulas_have_none(packaged_org: LocalOrg) -> None:
    with packaged_org.database.reader() as connection:
        for sobject in packaged_org.schema.objects.values():
            columns = {row[1] for row in connection.execute(f'PRAGMA table_info("{sobject.name}")')}
            stored = {field.name for field in sobject.stored_fields}
            assert columns == stored | {"IsDeleted"}
            assert "Age__c" not in columns


def test_references_and_stamps_are_indexed_also_on_deployed_fields(packaged_org: LocalOrg) -> None:
    with packaged_org.database.reader() as connection:
        present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    for sobject in packaged_org.schema.objects.values():
        assert index_names(sobject).keys() <= present
    assert {"Plan__c.Account__c", "Plan__c.Key__c", "Plan__c.SystemModstamp"} <= present


def test_a_reader_sees_one_state_while_others_write(plain_org: LocalOrg) -> None:
    with plain_org.database.reader() as connection:
        before = connection.execute('SELECT count(*) FROM "Account"').fetchone()
        with plain_org.database.writer() as writing:
            add_account(writing, "a")
        assert connection.execute('SELECT count(*) FROM "Account"').fetchone() == before
    assert count(plain_org, "Account") == 1


def test_a_reader_cannot_write(plain_org: LocalOrg) -> None:
    with plain_org.database.reader() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        add_account(connection, "a")


def test_a_failed_writer_leaves_nothing(plain_org: LocalOrg) -> None:
    with pytest.raises(RuntimeError), plain_org.database.writer() as connection:
        add_account(connection, "a")
        raise RuntimeError
    assert count(plain_org, "Account") == 0


def test_a_failed_inner_writer_undoes_only_its_part(plain_org: LocalOrg) -> None:
    with plain_org.database.writer() as outer:
        add_account(outer, "a")
        with pytest.raises(RuntimeError), plain_org.database.writer() as inner:
            add_account(inner, "b")
            raise RuntimeError
        with plain_org.database.writer() as inner:
            add_account(inner, "c")
    with plain_org.database.reader() as connection:
        assert [row[0] for row in connection.execute('SELECT "Id" FROM "Account" ORDER BY 1')] == ["a", "c"]


def test_writers_of_several_threads_take_turns(plain_org: LocalOrg) -> None:
    def add(prefix: str) -> None:
        for number in range(20):
            with plain_org.database.writer() as connection:
                add_account(connection, f"{prefix}{number}")

    threads = [threading.Thread(target=add, args=(prefix,)) for prefix in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(plain_org, "Account") == 80


def test_a_process_killed_in_the_middle_leaves_whole_transactions(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite"
    script = (
        "import os, sys; from pathlib import Path; from localorg.org import LocalOrg\n"
        "org = LocalOrg.open(Path(sys.argv[1]))\n"
        "def add(c, k):\n"
        "    c.executemany('INSERT INTO \"Account\"(\"Id\") VALUES (?)', [(f'{k}{i}',) for i in range(500)])\n"
        "with org.database.writer() as c: add(c, 'a')\n"
        "with org.database.writer() as c:\n"
        "    add(c, 'b')\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 9
    org = LocalOrg.open(path)
    assert count(org, "Account") == 500
    org.close()


def test_a_file_that_is_no_org_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.sqlite"
    path.write_text("no database at all, but long enough to be taken for one" * 20)
    with pytest.raises(StoreError, match=r"text\.sqlite cannot be opened"):
        LocalOrg.open(path)


def test_the_sql_day_follows_the_orgs_time_zone(plain_org: LocalOrg) -> None:
    plain_org.clock.set(plain_org.clock.now().replace(hour=2))
    plain_org.database.set_time_zone("America/Los_Angeles")
    with plain_org.database.reader() as connection:
        assert connection.execute("SELECT sf_today(), sf_now()").fetchone() == (
            "2026-11-21",
            "2026-11-22T02:00:00.000Z",
        )


def test_an_unknown_time_zone_counts_as_utc(plain_org: LocalOrg) -> None:
    plain_org.database.set_time_zone("Mars/Olympus")
    assert plain_org.database.today() == date(2026, 11, 22)


def test_a_fresh_org_has_its_settings(plain_org: LocalOrg) -> None:
    with plain_org.database.reader() as connection:
        organization = connection.execute('SELECT "Id", "FiscalYearStartMonth", "TimeZoneSidKey" FROM "Organization"')
        assert organization.fetchall() == [(plain_org.org_id, 1, "UTC")]
        years = connection.execute(
            'SELECT "StartDate", "EndDate", "FullyQualifiedLabel" FROM "Period" WHERE "Type" = \'Year\' ORDER BY 1'
        ).fetchall()
        assert [year[0] for year in years] == ["2025-01-01", "2026-01-01", "2027-01-01"]
        assert years[1] == ("2026-01-01", "2026-12-31", "FY 2026")
        quarters = connection.execute(
            'SELECT "StartDate", "EndDate" FROM "Period" WHERE "Type" = \'Quarter\' ORDER BY 1'
        )
        assert quarters.fetchall()[7] == ("2026-10-01", "2026-12-31")


def test_opening_again_makes_no_further_periods(tmp_path: Path, plain_org: LocalOrg) -> None:
    before = count(plain_org, "Period")
    again = LocalOrg.open(tmp_path / "plain.sqlite", clock=plain_org.clock)
    assert count(again, "Period") == before == 15
    again.close()


@pytest.mark.parametrize(
    ("start_month", "day", "expected"),
    [
        (1, date(2026, 3, 31), (2026, 1)),
        (1, date(2026, 10, 1), (2026, 4)),
        (2, date(2026, 1, 31), (2026, 4)),
        (2, date(2026, 2, 1), (2027, 1)),
        (7, date(2026, 6, 30), (2026, 4)),
        (7, date(2026, 7, 1), (2027, 1)),
    ],
)
def test_fiscal_years_are_named_after_the_year_they_end_in(
    start_month: int, day: date, expected: tuple[int, int]
) -> None:
    calendar = FiscalCalendar(start_month)
    assert calendar.year_and_quarter(day) == expected
    year, quarter = replace(calendar, named_by_start=True).year_and_quarter(day)
    assert (year, quarter) == (expected[0] - (start_month > 1), expected[1])


def test_periods_follow_a_fiscal_year_that_starts_in_february(plain_org: LocalOrg) -> None:
    with plain_org.database.writer() as connection:
        connection.execute('DELETE FROM "Period"')
        connection.execute('UPDATE "Organization" SET "FiscalYearStartMonth" = 2')
        ensure_periods(connection, [date(2026, 1, 15)], STAMP)
        rows = connection.execute(
            'SELECT "StartDate", "EndDate", "Number", "FullyQualifiedLabel" FROM "Period" '
            "WHERE \"Type\" = 'Quarter' ORDER BY 1"
        ).fetchall()
    assert rows[3] == ("2024-11-01", "2025-01-31", 4, "Q4 FY 2025")
    assert rows[7] == ("2025-11-01", "2026-01-31", 4, "Q4 FY 2026")
