"""What `benchmarks.local_org` measures in processes of their own: `python -m benchmarks.local_org_ways WAY ...`.

Beside each way of ours stands its floor: the same rows by the plainest means, without schema, checks or indexes. Only
what a way needs is imported, so that its peak memory is its own.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.report import peak_mb

_ROWS_AT_ONCE = 2_000
PACKAGE = Path(__file__).parents[1] / "lwc_components"


def load(org_file: str, folder: str) -> int:
    """Load a folder into a new org with our package."""
    import pandas  # noqa: F401 - the command has it already; its import is no part of the time

    from localorg.org import LocalOrg

    org = LocalOrg.open(Path(org_file), PACKAGE)
    try:
        return _timed(lambda: org.load(Path(folder)).inserted)
    finally:
        org.close()


def load_floor(database: str, folder: str) -> int:
    """The same files into bare tables."""

    def work() -> int:
        with closing(sqlite3.connect(database)) as connection:
            return sum(_insert(connection, file.stem, file) for file in sorted(Path(folder).iterdir()))

    return _timed(work)


def export(org_file: str, folder: str) -> int:
    """Write the org as a folder of CSVs."""
    from localorg.export import export_folder
    from localorg.org import LocalOrg

    org = LocalOrg.open(Path(org_file))
    try:
        return _timed(lambda: export_folder(org, Path(folder)).rows)
    finally:
        org.close()


def export_floor(org_file: str, folder: str) -> int:
    """The large tables through Python's csv and gzip."""
    out = Path(folder)
    out.mkdir()

    def work() -> int:
        count = 0
        with closing(sqlite3.connect(org_file)) as connection:
            for name in ("Account", "Opportunity"):
                with gzip.open(out / f"{name}.csv.gz", "wt", compresslevel=1, encoding="utf-8", newline="") as file:
                    count += _dump(connection, f'SELECT * FROM "{name}"', csv.writer(file, quoting=csv.QUOTE_ALL))
        return count

    return _timed(work)


def bulk_export_floor(org_file: str, file: str, columns: str) -> int:
    """The deals through Python's csv into a file."""

    def work() -> int:
        with closing(sqlite3.connect(org_file)) as connection, Path(file).open("w", newline="") as opened:
            quoted = ", ".join(f'"{name}"' for name in columns.split(","))
            query = f'SELECT {quoted} FROM "Opportunity" WHERE "IsDeleted" = 0'
            return _dump(connection, query, csv.writer(opened, quoting=csv.QUOTE_ALL))

    return _timed(work)


def bulk_ingest_floor(database: str, upload: str) -> int:
    """The upload into a bare table."""

    def work() -> int:
        with closing(sqlite3.connect(database)) as connection:
            return _insert(connection, "Opportunity", Path(upload))

    return _timed(work)


def _insert(connection: sqlite3.Connection, table: str, file: Path) -> int:
    with file.open(newline="", encoding="utf-8") as opened, connection:
        lines: Iterator[list[str]] = csv.reader(opened)
        header = next(lines)
        connection.execute(f'CREATE TABLE "{table}" ({", ".join(header)})')
        marks = ", ".join("?" * len(header))
        return connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', lines).rowcount


def _dump(connection: sqlite3.Connection, query: str, writer: object) -> int:
    write: Callable[[list[tuple[object, ...]]], object] = writer.writerows  # type: ignore[attr-defined]  # csv's writer has no public type
    cursor, count = connection.execute(query), 0
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        write(rows)
        count += len(rows)
    return count


def _timed(work: Callable[[], int]) -> int:
    began = time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - began
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak_mb()}))
    return rows


def bare_server(*files: str) -> int:
    """Serve files as they are, by the web server and framework of the local org: `/0`, `/1` and so on."""
    import waitress
    from flask import Flask, Response

    app = Flask("bare")
    contents = [Path(file).read_bytes() for file in files]

    @app.get("/<int:number>")
    def answer(number: int) -> Response:
        return Response(contents[number], content_type="application/json;charset=UTF-8")

    server = waitress.create_server(app, host="127.0.0.1", port=0)
    print(server.effective_port, flush=True)
    server.run()
    return 0


WAYS: dict[str, Callable[..., int]] = {
    each.__name__: each
    for each in (load, load_floor, export, export_floor, bulk_export_floor, bulk_ingest_floor, bare_server)
}

if __name__ == "__main__":
    WAYS[sys.argv[1]](*sys.argv[2:])
