"""A book goes in beside the org's file and takes its place whole: whatever happens, no half-filled org is left."""

import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from localorg.errors import StoreError
from localorg.org import LocalOrg


@pytest.fixture
def org(tmp_path: Path) -> Iterator[LocalOrg]:
    opened = LocalOrg.open(tmp_path / "org.sqlite")
    yield opened
    opened.close()


def accounts(org: LocalOrg) -> list[str]:
    with org.database.reader() as connection:
        return [name for (name,) in connection.execute('SELECT "Name" FROM "Account" ORDER BY 1')]


def insert(connection: sqlite3.Connection, name: str) -> None:
    connection.execute('INSERT INTO "Account" ("Id", "Name") VALUES (?, ?)', (f"id of {name}", name))


def test_what_was_written_beside_is_there_at_the_end_and_not_before(org: LocalOrg) -> None:
    with org.database.replaced() as connection:
        insert(connection, "A")
        with sqlite3.connect(org.database.path) as other:
            assert other.execute('SELECT count(*) FROM "Account"').fetchone() == (0,)
        other.close()
    assert accounts(org) == ["A"]
    assert sorted(path.suffix for path in org.database.path.parent.iterdir()) == [
        ".sqlite",
        ".sqlite-shm",
        ".sqlite-wal",
    ]


def test_readers_and_writers_of_the_same_thread_are_part_of_it(org: LocalOrg) -> None:
    with org.database.replaced(), org.database.writer() as connection:
        insert(connection, "A")
        assert accounts(org) == ["A"]
    with org.database.writer() as connection:
        insert(connection, "B")
    assert accounts(org) == ["A", "B"]


def test_an_error_leaves_the_file_as_it_was(org: LocalOrg) -> None:
    with org.database.writer() as connection:
        insert(connection, "A")
    with pytest.raises(ZeroDivisionError), org.database.replaced() as connection:
        insert(connection, "B")
        raise ZeroDivisionError
    assert accounts(org) == ["A"]
    with org.database.writer() as connection:
        insert(connection, "C")
    assert accounts(org) == ["A", "C"]


def test_a_reader_of_another_connection_sees_the_old_file_to_its_end(org: LocalOrg) -> None:
    with org.database.reader() as before:
        old = before.execute('SELECT count(*) FROM "Account"').fetchone()
    with org.database.replaced() as connection:
        insert(connection, "A")
    assert old == (0,)
    assert accounts(org) == ["A"]


def test_a_file_that_is_being_read_is_not_replaced(org: LocalOrg) -> None:
    with org.database.writer() as connection:
        insert(connection, "A")
    other = sqlite3.connect(org.database.path)
    other.execute("BEGIN")
    other.execute('SELECT count(*) FROM "Account"').fetchone()
    try:
        with pytest.raises(StoreError, match="being read"), org.database.replaced(wait=0.05) as connection:
            insert(connection, "B")
    finally:
        other.close()
    assert accounts(org) == ["A"]


@pytest.mark.shows("book.fill")
def test_a_killed_fill_leaves_an_org_that_opens_and_can_be_filled_again(tmp_path: Path) -> None:
    path = tmp_path / "org.sqlite"
    LocalOrg.open(path).close()
    script = """
        import os, signal, sys
        from pathlib import Path
        from localorg.org import LocalOrg
        org = LocalOrg.open(Path(sys.argv[1]))
        with org.database.replaced() as connection:
            connection.execute("INSERT INTO Account (Id, Name) VALUES ('a', 'A')")
            connection.execute("PRAGMA cache_spill = ON")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], check=False)
    assert killed.returncode == -9
    assert path.with_name("org.sqlite.filling").exists()
    org = LocalOrg.open(path)
    try:
        assert accounts(org) == []
        with org.database.replaced() as connection:
            insert(connection, "B")
        assert accounts(org) == ["B"]
    finally:
        org.close()
    assert not path.with_name("org.sqlite.filling").exists()
