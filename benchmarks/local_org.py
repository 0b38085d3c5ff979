"""How quick the local org is: single requests, bulk, load and export, start-up, memory; each beside its floor.

The org holds a million deals (quick: 20,000) of simple accounts and is served by a process of its own. A floor is the
same work by the plainest means on the same machine in the same run: the same bytes from a bare Flask application, the
same rows through Python's csv and an SQLite table without schema, checks or indexes.
Every figure is a median; the spread is the least and the most.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from benchmarks.local_org_data import COLUMNS, DEALS_AN_ACCOUNT, write_folder, write_upload
from benchmarks.local_org_ways import PACKAGE
from benchmarks.report import arguments, measure, publish, table
from localorg import server
from sync import Org, OrgSettings

_ADMIN = "admin@local.example"
_BASE = "/services/data/v66.0"
_BULK_COLUMNS = ("Id", *COLUMNS, "ForecastCategoryName", "IsClosed", "IsWon", "CreatedDate", "SystemModstamp")
_POLL_SECONDS = 0.1
_CHUNK = 50_000


@dataclass
class Findings:
    """What was measured: name -> values, one a round. requests: how often a single request is made."""

    rows: int
    rounds: int
    requests: int
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """Keep one value."""
        self.values.setdefault(name, []).append(value)

    def times(self, name: str, count: int, work: Callable[[], object]) -> None:
        """Milliseconds of a piece of work, `count` times after a few that are not counted."""
        for _ in range(3):
            work()
        for _ in range(count):
            began = time.perf_counter()
            work()
            self.add(name, (time.perf_counter() - began) * 1000)

    def way(self, name: str, *options: str | Path) -> None:
        """Rows a second of a way in a process of its own."""
        result = measure("benchmarks.local_org_ways", name, *map(str, options))
        self.add(f"{name}_rows_per_second", result["rows"] / result["seconds"])
        self.add(f"{name}_peak_mb", result["peak_mb"])


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("local_org", "Milliseconds and rows per second of the local org.")
    parser.add_argument("--rows", type=int, help="deals in the org (default 1,000,000, quick 20,000)")
    parser.add_argument("--rounds", type=int, help="how often the long ones are measured (default 3, quick 1)")
    options = parser.parse_args(command_line)
    rows = options.rows or (20_000 if options.quick else 1_000_000)
    found = Findings(rows, options.rounds or (1 if options.quick else 3), 30 if options.quick else 200)
    with tempfile.TemporaryDirectory(prefix="local-org-") as folder:
        _run(found, Path(folder))
    names = sorted(found.values)
    print(table(("figure", "median", "least", "most"), [[name, *_spread(found.values[name])] for name in names]))
    figures: dict[str, object] = {"rows": found.rows, "rounds": found.rounds}
    for name in names:
        median, least, most = (round(value, 2) for value in _spread(found.values[name]))
        figures[name] = median
        if least != most:
            figures |= {f"{name}_least": least, f"{name}_most": most}
    publish("local_org", quick=options.quick, figures=figures, path=options.json)
    return 0


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def _run(found: Findings, folder: Path) -> None:
    source = folder / "source"
    write_folder(source, found.rows)
    for number in range(found.rounds):
        state = folder / f"state{number}"
        (state / "org").mkdir(parents=True)
        org_file = state / "org" / "org.sqlite"
        found.way("load", org_file, source)
        found.way("load_floor", folder / f"bare{number}.sqlite", source)
        found.way("export", org_file, folder / f"export{number}")
        found.way("export_floor", org_file, folder / f"export_floor{number}")
        found.way("bulk_export_floor", org_file, folder / "bulk_floor.csv", ",".join(_BULK_COLUMNS))
        _start_up(found, state)
    upload = folder / "upload.csv"
    write_upload(upload, found.rows, max(found.rows // DEALS_AN_ACCOUNT, 1))
    found.way("bulk_ingest_floor", folder / "bare_ingest.sqlite", upload)
    with _served(folder / "state0") as (info, client):
        _requests(found, client, folder)
        for _ in range(found.rounds):
            _bulk_export(found, client)
        found.add("server_peak_mb_before_ingest", _peak_mb(info.pid))
        _bulk_ingest(found, client, upload)
        found.add("server_peak_mb", _peak_mb(info.pid))


def _start_up(found: Findings, state: Path) -> None:
    """Seconds from the command to the first answer, of a server that has its keys already from the second on."""
    for _ in range(2):
        began = time.perf_counter()
        info = server.start(state, package=None)
        seconds = time.perf_counter() - began
        server.stop(info)
    found.add("start_up_seconds", seconds)
    began = time.perf_counter()
    with _bare(state / "nothing", [b"{}"]) as url:
        requests.get(f"{url}/0", timeout=60)
        found.add("start_up_floor_seconds", time.perf_counter() - began)


class Client:
    """A session of the administrator."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """An answer that is no error."""
        path = path if path.startswith("/") else f"{_BASE}/{path}"
        answer = self._session.request(method, self._url + path, timeout=600, **options)
        answer.raise_for_status()
        return answer

    def close(self) -> None:
        """End the session."""
        self._session.close()


@contextmanager
def _served(state: Path) -> Iterator[tuple[server.ServerInfo, Client]]:
    info = server.start(state, package=PACKAGE)
    try:
        keys = server.credentials(state)
        settings = OrgSettings(keys.login_url, _ADMIN, keys.consumer_key, keys.private_key_file)
        with Org.connect(settings) as org:
            salesforce: Any = org.salesforce
            with closing(Client(info.url, salesforce.session_id)) as client:
                yield info, client
    finally:
        server.stop(info)


@contextmanager
def _bare(folder: Path, contents: Sequence[bytes]) -> Iterator[str]:
    """The address of a bare Flask application that answers with these bytes."""
    folder.mkdir()
    files = [folder / str(number) for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    command = [sys.executable, "-m", "benchmarks.local_org_ways", "bare_server", *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip() if process.stdout else ''}"
        finally:
            process.terminate()


def _requests(found: Findings, client: Client, folder: Path) -> None:
    """Single requests, each beside the same bytes from the bare application."""
    fields = ", ".join(_BULK_COLUMNS)
    number = found.rows // 2
    by_id = f"SELECT {fields} FROM Opportunity WHERE Id = '006{number:012d}AAA'"
    page = f"SELECT {fields} FROM Opportunity LIMIT 2000"

    def query(text: str) -> bytes:
        return client.call("GET", "query", params={"q": text}).content

    count = found.requests
    found.times("query_by_id_ms", count, lambda: query(by_id))
    found.times("page_of_2000_ms", count // 4, lambda: query(page))
    rounds = iter(range(10_000))

    def update() -> bytes:
        amount = next(rounds) + 0.25
        records = [
            {"attributes": {"type": "Opportunity"}, "Id": f"006{place:012d}AAA", "Amount": amount}
            for place in range(200)
        ]
        return client.call("PATCH", "composite/sobjects", json={"allOrNone": False, "records": records}).content

    found.times("update_of_200_ms", count // 4, update)
    with _bare(folder / "bare", [query(by_id), query(page), update()]) as url, requests.Session() as session:
        names = ("query_by_id_floor_ms", "page_of_2000_floor_ms", "update_of_200_floor_ms")
        for place, name in enumerate(names):
            found.times(name, count, lambda place=place: session.get(f"{url}/{place}", timeout=60).content)  # type: ignore[misc]  # bound at once


def _bulk_export(found: Findings, client: Client) -> None:
    began = time.perf_counter()
    body = {"operation": "query", "query": f"SELECT {', '.join(_BULK_COLUMNS)} FROM Opportunity"}
    job = _ended(client, f"jobs/query/{client.call('POST', 'jobs/query', json=body).json()['id']}")
    made = time.perf_counter()
    locator, rows = None, 0
    while locator != "null":
        params = {"maxRecords": str(_CHUNK)} | ({"locator": locator} if locator else {})
        answer = client.call("GET", f"jobs/query/{job['id']}/results", params=params)
        locator, rows = answer.headers["Sforce-Locator"], rows + int(answer.headers["Sforce-NumberOfRecords"])
    if rows != found.rows:
        raise RuntimeError(f"expected {found.rows} rows, got {rows}")
    found.add("bulk_export_rows_per_second", rows / (time.perf_counter() - began))
    found.add("bulk_export_job_rows_per_second", rows / (made - began))


def _bulk_ingest(found: Findings, client: Client, upload: Path) -> None:
    began = time.perf_counter()
    made = client.call("POST", "jobs/ingest", json={"object": "Opportunity", "operation": "insert"}).json()
    path = f"jobs/ingest/{made['id']}"
    with upload.open("rb") as file:
        client.call("PUT", f"/{made['contentUrl']}", data=file, headers={"Content-Type": "text/csv"})
    client.call("PATCH", path, json={"state": "UploadComplete"})
    job = _ended(client, path)
    if (job["numberRecordsProcessed"], job["numberRecordsFailed"]) != (found.rows, 0):
        raise RuntimeError(f"expected {found.rows} rows without a failure, got {job}")
    found.add("bulk_ingest_rows_per_second", found.rows / (time.perf_counter() - began))


def _ended(client: Client, path: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = client.call("GET", path).json()
        if job["state"] == "JobComplete":
            return job
        if job["state"] in ("Failed", "Aborted"):
            raise RuntimeError(f"{path} ended as {job}")
        time.sleep(_POLL_SECONDS)


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


if __name__ == "__main__":
    sys.exit(main())
