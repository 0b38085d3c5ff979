"""One run of `benchmarks.steady` in a process of its own: `python -m benchmarks.steady_run WAY STATE MOMENT`.

WAY is "pull" (what changed into the mirror, no more) or "refresh" (the whole flow); MOMENT is what the org's clock is
to say. Login and imports are not part of the time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from unittest.mock import patch

import sync
from benchmarks.report import peak_mb
from localorg import server
from sidecar import refresh as flow
from sidecar.configuration import Configuration
from sync import Mirror, Org, OrgSettings
from sync.progress import SILENT

Given = ParamSpec("Given")
Made = TypeVar("Made")


_ADMIN = "admin@local.example"


def main(way: str, state: str, moment: str) -> None:
    """Print what one run did, its seconds by stage and its peak memory, as a line of JSON."""
    found = server.credentials(Path(state))
    settings = OrgSettings(found.login_url, found.username, found.consumer_key, found.private_key_file)
    with Org.connect(replace(settings, username=_ADMIN)) as admin:
        admin.session.post(f"{admin.instance_url}/local/clock", json={"now": moment}).raise_for_status()
    with Org.connect(settings) as org, Mirror.open(Path(state) / "mirror.duckdb") as mirror:
        began, worked = time.perf_counter(), time.process_time()
        result = WAYS[way](org, mirror, Configuration())
        result["seconds"] = time.perf_counter() - began
        result["processor_seconds"] = time.process_time() - worked
    print(json.dumps(result | {"peak_mb": peak_mb()}))


def _pull(org: Org, mirror: Mirror, configuration: Configuration) -> dict[str, Any]:
    report = flow.pull(org, mirror, configuration, SILENT)
    return {"objects": len(report.objects), "rows_read": report.rows_read, "rows_written": 0, "calls": report.calls}


def _refresh(org: Org, mirror: Mirror, configuration: Configuration) -> dict[str, Any]:
    with _timed() as seconds:
        done = flow.refresh(org, mirror, configuration, None, SILENT, confirm=lambda _: True)
    if not done.complete:
        raise RuntimeError(f"the refresh is not complete: {done.as_dict()}")
    return {
        "objects": len(done.pulled.objects),
        "rows_read": done.pulled.rows_read,
        "rows_written": done.written.rows_written,
        "calls": done.calls,
        **seconds,
    }


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Seconds of each stage of the refreshes that run meanwhile."""
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[Given, Made]) -> Callable[Given, Made]:
        def measured(*given: Given.args, **named: Given.kwargs) -> Made:
            began = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                stage = f"{name}_seconds"
                seconds[stage] = seconds.get(stage, 0.0) + time.perf_counter() - began

        return measured

    with (
        patch.object(flow, "pull", timed("pull", flow.pull)),
        patch.object(flow, "score", timed("score", flow.score)),
        patch.object(flow, "make_plan", timed("plan", flow.make_plan)),
        patch.object(sync, "write_back", timed("write", sync.write_back)),
    ):
        yield seconds


WAYS: dict[str, Callable[[Org, Mirror, Configuration], dict[str, Any]]] = {"pull": _pull, "refresh": _refresh}

if __name__ == "__main__":
    main(*sys.argv[1:])
