"""What the service bears: people and monitors who look at it while it works, and weeks of refreshes.

- Load: refreshes of one changed deal each, in turns with nobody looking, with 200 requests a second on a server of
  another process that only says "ok", and with as many on the service's health check, its API's status and its
  console's first page, from a process of their own at fixed times (so that a late answer makes no later request wait).
  `refresh_under_load` is the processor-bound refresh beside itself alone, `refresh_under_load_elsewhere` its floor:
  what such a load takes of the machine whoever answers. `under_load_vs_elsewhere` is left to the service.
  `processor_ms_of_a_look` is what one request costs the service: its processor time under load less that alone.
- Clicks: seconds from the request that a user makes in the org to its answer there, after a changed deal;
  `click_vs_refresh` is that against the refresh alone, which is the most of it.
- Memory: the service's resident memory after 50, 250 and 500 refreshes, of which one in ten has news.

Service, local org and those who look share this machine's cores.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests

from benchmarks.report import arguments, publish, table
from sidecar.org import embedded
from sidecar.state import State
from sync import Org, OrgSettings

SIDECAR = Path(sys.executable).parent / "sidecar"
PAGES = ("/healthz", "/api/v1/status", "/")
RATE = 200
_POLL_SECONDS = 0.05
_NEWS_EVERY = 10
_MINUTES = 5.0


@dataclass
class Service:
    """A running service, the org it works on, and the deals that are changed there."""

    url: str
    token: str
    process: psutil.Process
    org: Org
    deals: list[str]
    account: str
    changes: int = 0

    def status(self) -> dict[str, Any]:
        """What the service says of itself."""
        answer = requests.get(f"{self.url}/api/v1/status", headers=self.headers, timeout=60)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    @property
    def headers(self) -> dict[str, str]:
        """What opens it."""
        return {"Authorization": f"Bearer {self.token}"}

    def change_a_deal(self) -> None:
        """Another close date: news for a refresh."""
        self.changes += 1
        deal = self.deals[self.changes % len(self.deals)]
        day = f"2030-{1 + self.changes // 28 % 12:02}-{1 + self.changes % 28:02}"
        self.org.call("PATCH", f"/sobjects/Opportunity/{deal}", json={"CloseDate": day})

    def refresh(self) -> float:
        """Have it refresh; returns the seconds that it took, as the service tells them."""
        before = self.status()["jobs"]["refresh"]
        requests.post(f"{self.url}/api/v1/jobs/refresh", headers=self.headers, timeout=60).raise_for_status()
        began, deadline = None, time.monotonic() + 60 * _MINUTES
        while time.monotonic() < deadline:
            state = self.status()["jobs"]["refresh"]
            if state["failures"]:
                raise RuntimeError(f"the refresh failed: {state['message']}")
            if state["running_since"] and began is None:
                began = time.monotonic()
            if state["finished_at"] != before["finished_at"]:
                return time.monotonic() - (began or time.monotonic())
            time.sleep(_POLL_SECONDS)
        raise RuntimeError(f"no refresh ended within {_MINUTES:.0f} minutes")

    def click(self) -> float:
        """A user's request; seconds until it is answered in the org."""
        asked = {"Sidecar_Kind__c": "Recalculate account", "Sidecar_Record_Id__c": self.account}
        began = time.monotonic()
        place = self.org.json("POST", "/sobjects/Sidecar_Request__c", json=asked)["id"]
        while time.monotonic() < began + 60 * _MINUTES:
            request = self.org.json("GET", f"/sobjects/Sidecar_Request__c/{place}")
            if request["Sidecar_Finished_At__c"]:
                if request["Sidecar_Status__c"] != "Done":
                    raise RuntimeError(f"the request was not done: {request['Sidecar_Response__c']}")
                return time.monotonic() - began
            time.sleep(_POLL_SECONDS)
        raise RuntimeError(f"no answer within {_MINUTES:.0f} minutes")

    @property
    def processor_seconds(self) -> float:
        """Its processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def resident_mb(self) -> float:
        """Its resident memory."""
        return round(self.process.memory_info().rss / 1e6, 1)


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("service", "What the service bears: requests while it refreshes, and many refreshes.")
    parser.add_argument("--refreshes", type=int, help="for the memory (default 500, quick 20)")
    options = parser.parse_args(command_line)
    rounds, refreshes = (2, 20) if options.quick else (7, 500)
    refreshes = options.refreshes or refreshes
    with tempfile.TemporaryDirectory(prefix="service-") as folder, _serving(Path(folder)) as service:
        figures = _loaded(service, rounds)
        figures |= _clicked(service, rounds, float(str(figures["refresh_seconds_alone"])))
        figures |= _remembered(service, refreshes)
    publish("service", quick=options.quick, figures=figures, path=options.json)
    return 0


def _loaded(service: Service, rounds: int) -> dict[str, object]:
    """Refreshes alone, beside the same load on another process, and under load, in turns."""
    alone, elsewhere, under = [], [], []
    spent = 0.0
    answers: list[tuple[int, float]] = []
    for _ in range(rounds):
        service.change_a_deal()
        before = service.processor_seconds
        alone.append(service.refresh())
        between = service.processor_seconds
        service.change_a_deal()
        with _bare_server() as url, _looked_at(url, service.token, []):
            elsewhere.append(service.refresh())
        start = service.processor_seconds
        service.change_a_deal()
        with _looked_at(service.url, service.token, answers):
            under.append(service.refresh())
        spent += (service.processor_seconds - start) - (between - before)
    milliseconds = sorted(1000 * seconds for status, seconds in answers if status == requests.codes.ok)
    rows = [(place, *seconds) for place, seconds in enumerate(zip(alone, elsewhere, under, strict=True), start=1)]
    print(table(("refresh", "alone, s", "load elsewhere, s", "under load, s"), rows))
    median = {name: statistics.median(kind) for name, kind in (("alone", alone), ("else", elsewhere), ("under", under))}
    return {
        "requests": len(answers),
        "errors": len(answers) - len(milliseconds),
        "latency_ms_p50": round(statistics.median(milliseconds), 1),
        "latency_ms_p99": round(milliseconds[int(0.99 * len(milliseconds))], 1),
        "latency_ms_max": round(milliseconds[-1], 1),
        "processor_ms_of_a_look": round(1000 * spent / len(answers), 2),
        "refresh_seconds_alone": round(median["alone"], 2),
        "refresh_seconds_load_elsewhere": round(median["else"], 2),
        "refresh_seconds_under_load": round(median["under"], 2),
        "refresh_under_load": round(median["under"] / median["alone"], 2),
        "refresh_under_load_elsewhere": round(median["else"] / median["alone"], 2),
        "under_load_vs_elsewhere": round(median["under"] / median["else"], 2),
    }


def _clicked(service: Service, rounds: int, alone: float) -> dict[str, object]:
    """Requests of a user, each after a change of a deal; `alone`: seconds of a refresh."""
    seconds = []
    for _ in range(rounds):
        service.change_a_deal()
        seconds.append(service.click())
    click = statistics.median(seconds)
    return {
        "click_seconds": round(click, 2),
        "click_seconds_max": round(max(seconds), 2),
        "click_vs_refresh": round(click / alone, 2),
    }


def _remembered(service: Service, refreshes: int) -> dict[str, object]:
    """Resident memory after so many refreshes."""
    marks = sorted({max(refreshes // 10, 1), max(refreshes // 2, 1), refreshes})
    found: dict[str, object] = {}
    for number in range(1, refreshes + 1):
        if number % _NEWS_EVERY == 0:
            service.change_a_deal()
        service.refresh()
        if number in marks:
            found[f"resident_mb_{number}"] = service.resident_mb
    first, last = (float(str(found[f"resident_mb_{mark}"])) for mark in (marks[0], marks[-1]))
    return {**found, "resident_growth": round(last / first, 3)}


@contextmanager
def _serving(folder: Path) -> Iterator[Service]:
    """The service at work on a demo org, after its first refresh."""
    state = State.open(folder / "state")
    subprocess.run([SIDECAR, "--state", state.folder, "demo", "--once"], cwd=folder, capture_output=True, check=True)
    (folder / "sidecar.toml").write_text("[service]\nrefresh_minutes = 1440\n")  # only what is asked for
    command = [str(SIDECAR), "--state", str(state.folder), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as process:
        try:
            place = state.service_folder / "running.json"
            while not place.exists():
                if process.poll() is not None:
                    raise RuntimeError(f"the service ended: see {state.service_folder / 'service.log'}")
                time.sleep(_POLL_SECONDS)
            url, token = json.loads(place.read_text())["url"], (state.service_folder / "token").read_text().strip()
            known = embedded.settings(state)
            user = OrgSettings(known.login_url, "admin@local.example", known.consumer_key, known.private_key_file)
            with Org.connect(user) as org:
                service = Service(url, token, psutil.Process(process.pid), org, *_records(org))
                while service.status()["jobs"]["refresh"]["finished_at"] is None:
                    time.sleep(_POLL_SECONDS)
                service.refresh()
                yield service
        finally:
            process.terminate()


def _records(org: Org) -> tuple[list[str], str]:
    """Ids of open deals, and of the first one's account."""
    query = "SELECT Id, AccountId FROM Opportunity WHERE IsClosed = false AND AccountId != null ORDER BY Id LIMIT 50"
    found = org.json("GET", "/query", params={"q": query})["records"]
    return [deal["Id"] for deal in found], found[0]["AccountId"]


@contextmanager
def _bare_server() -> Iterator[str]:
    """The address of a server that only says "ok", in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.service_floor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("a pipe is missing")
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@contextmanager
def _looked_at(url: str, token: str, answers: list[tuple[int, float]]) -> Iterator[None]:
    """Somebody looks at a server for as long as the block lasts; what it answered is added to `answers`."""
    looks = [sys.executable, "-m", "benchmarks.service_looks", url, str(RATE), *PAGES]
    with subprocess.Popen(looks, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a pipe is missing")
        process.stdin.write(token + "\n")
        process.stdin.flush()
        process.stdout.readline()  # it looks by now
        yield
        told, _ = process.communicate("\n", timeout=60)
    answers += [(status, seconds) for status, seconds in json.loads(told.splitlines()[-1])]


if __name__ == "__main__":
    sys.exit(main())
