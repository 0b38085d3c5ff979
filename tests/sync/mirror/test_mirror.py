"""The mirror's file: who may open it, what it remembers."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sync import ConfigurationError, FieldSchema, Mirror, MirrorBusy, ObjectSchema, in_memory
from sync.mirror.bookkeeping import claim

HOLD = "import sys; from sync import Mirror; m = Mirror.open(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_another_process_that_holds_the_file_is_told_plainly(tmp_path: Path) -> None:
    path = tmp_path / "mirror.duckdb"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(MirrorBusy, match=r"mirror\.duckdb is in use by another process"):
            Mirror.open(path)
        holder.stdin.close()
    Mirror.open(path).close()


def test_a_mirror_of_a_newer_version_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "mirror.duckdb"
    with Mirror.open(path) as mirror:
        mirror.connection.execute("UPDATE _sync.properties SET value = '999' WHERE name = 'version'")
    with pytest.raises(ConfigurationError, match=r"version 999.*Remedy"):
        Mirror.open(path)
    duckdb.connect(str(path)).close()  # the refusal let go of the file


def test_a_file_that_is_no_mirror_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mirror.duckdb"
    path.write_bytes(b"something else entirely" * 400)
    with pytest.raises(ConfigurationError, match="cannot be opened as a mirror"):
        Mirror.open(path)


@pytest.mark.parametrize("place", [0, 4096, 12288], ids=["first page", "header", "a block"])
def test_a_file_that_was_overwritten_in_part_is_refused_with_a_remedy(tmp_path: Path, place: int) -> None:
    path = tmp_path / "mirror.duckdb"
    with Mirror.open(path) as mirror:
        mirror.connection.execute("CREATE TABLE Account AS SELECT 'x' || range AS Id FROM range(9)")
    with path.open("r+b") as file:
        file.seek(place)
        file.write(bytes(range(256)) * 32)
    with pytest.raises(ConfigurationError, match=r"cannot be opened as a mirror .*Remedy: put back a copy"):
        Mirror.open(path)


@pytest.mark.parametrize(
    ("told", "kind", "remedy"),
    [
        ('Cannot open file "/locks/mirror.duckdb": Read-only file system', ConfigurationError, "the right to write"),
        ('Cannot open file "/locks/mirror.duckdb": Permission denied', ConfigurationError, "the right to write"),
        ('Could not read block 7 of "/locks/mirror.duckdb"', ConfigurationError, "put back a copy"),
        ('Could not write file "/locks/mirror.duckdb": No space left on device', duckdb.IOException, "No space left"),
    ],
)
def test_why_a_mirror_cannot_be_opened_decides_on_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, kind: type[Exception], remedy: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(f"IO Error: {told}")

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(kind, match=remedy):
        Mirror.open(tmp_path / "mirror.duckdb")


def test_a_mirror_belongs_to_one_org(mirror: Mirror) -> None:
    claim(mirror.connection, "00D000000000001")
    claim(mirror.connection, "00D000000000001")
    with pytest.raises(ConfigurationError, match=r"org 00D000000000001, the login leads to org 00D000000000002"):
        claim(mirror.connection, "00D000000000002")


def test_a_block_that_raises_leaves_nothing(mirror: Mirror) -> None:
    with pytest.raises(RuntimeError), mirror.transaction("x") as connection:
        connection.execute("CREATE TABLE Account (Id VARCHAR)")
        raise RuntimeError
    assert mirror.table_names() == ()


def test_own_tables_are_not_among_the_objects(mirror: Mirror) -> None:
    mirror.connection.execute('CREATE TABLE Account (Id VARCHAR, "Order" DOUBLE); CREATE TEMP TABLE scratch (a INT)')
    assert mirror.table_names() == ("Account",)
    assert mirror.columns("account") == {"Id": "VARCHAR", "Order": "DOUBLE"}
    assert mirror.columns("Contact") == {}
    assert mirror.schema("Account") is None


def test_a_record_is_found_by_both_forms_of_its_id(mirror: Mirror) -> None:
    mirror.connection.execute("CREATE TABLE Account (Id VARCHAR); CREATE TABLE Feed (Name VARCHAR)")
    mirror.connection.execute("INSERT INTO Account VALUES ('001000000000001AAA')")
    assert [mirror.find(name) for name in ("001000000000001", "001000000000001AAA")] == ["Account"] * 2
    assert [mirror.find(name) for name in ("001000000000002AAA", "001", "")] == [None] * 3


def test_a_schema_survives_being_kept() -> None:
    field = FieldSchema("Kind__c", "Kind", "picklist", length=255, restricted=True, values=("a", "b;c"))
    schema = ObjectSchema("X__c", "X", "a00", {"Kind__c": field})
    assert ObjectSchema.from_json(schema.to_json()) == schema


def test_the_databases_own_progress_bar_is_off_as_it_would_print_into_the_report(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror, in_memory() as beside:
        for connection in (mirror.connection, beside):
            assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]
