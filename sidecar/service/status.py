"""What the service says of itself: ready or not, each job's state, figures for Prometheus."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from sidecar.service.job_state import JobState
from sidecar.service.operations.preview import Preview
from sidecar.service.runner import Runner
from sidecar.service.tasks import REFRESH, Tasks

_VERSION = version("salesforce-sidecar")  # read once: it costs a third of a status page
_LATE = 3
"""Intervals without a refresh after which the numbers are called old."""


def not_ready(states: Mapping[str, JobState], now: datetime, interval: timedelta) -> list[str]:
    """Why the numbers in the org should not be relied on now; empty when they may.

    Args:
        states: of all jobs.
        interval: between two refreshes.
    """
    reasons = [f"{name} fails: {state.message}" for name, state in states.items() if state.alerted]
    refreshed = states[REFRESH].finished_at
    if refreshed is None:
        reasons.append("no refresh yet")
    elif now - refreshed > max(_LATE * interval, timedelta(minutes=30)):
        reasons.append(f"the last refresh ended at {refreshed:%Y-%m-%d %H:%M} UTC")
    return reasons


def status(runner: Runner, tasks: Tasks) -> dict[str, Any]:
    """Jobs with their states and next runs, the plan that waits, totals since the start, API calls of the org's day."""
    following = runner.next_runs()
    jobs = {
        name: {**state.as_dict(), "next": following[name].isoformat()} for name, state in runner.memory.all().items()
    }
    usage = tasks.usage
    return {
        "version": _VERSION,
        "now": runner.now().isoformat(),
        "time_zone": str(tasks.zone or "UTC"),
        "jobs": jobs,
        "plan_waiting": _held(tasks.previews.waiting()),
        "totals": asdict(tasks.totals),
        "api_calls_of_the_day": {"used": usage.used, "maximum": usage.maximum} if usage else None,
    }


def _held(plan: Preview | None) -> dict[str, Any] | None:
    """Of a plan that a person has to confirm: since when one waits, why, how much it is and how to confirm it."""
    if plan is None:
        return None
    return {
        "since": plan.waits_since.isoformat(),
        "made_at": plan.made_at.isoformat(),
        "reason": plan.reason,
        "values": plan.changes.num_rows,
        "records": plan.records,
        "fingerprint": plan.fingerprint,
        "confirm": "the page Plan of the console; or GET /api/v1/plan, then POST /api/v1/plan/confirm its fingerprint",
    }


def metrics(runner: Runner, tasks: Tasks) -> str:
    """The same as Prometheus' text format 0.0.4. Names of jobs are ours, so no value needs escaping."""
    return "\n".join([*_of_jobs(runner.memory.all()), *_of_plan(tasks), *_of_totals(tasks), *_of_usage(tasks)]) + "\n"


def _of_jobs(states: Mapping[str, JobState]) -> Iterator[str]:
    yield from _family("sidecar_job_last_success_timestamp_seconds", "gauge", "When the job last ended well.")
    for name, state in states.items():
        if state.finished_at is not None:
            yield f'sidecar_job_last_success_timestamp_seconds{{job="{name}"}} {state.finished_at.timestamp():.0f}'
    yield from _family("sidecar_job_failures", "gauge", "Failures of the job in a row.")
    yield from (f'sidecar_job_failures{{job="{name}"}} {state.failures}' for name, state in states.items())
    yield from _family("sidecar_job_running", "gauge", "1 while the job runs.")
    for name, state in states.items():
        yield f'sidecar_job_running{{job="{name}"}} {int(state.running_since is not None)}'


def _of_plan(tasks: Tasks) -> Iterator[str]:
    yield from _family("sidecar_plan_waiting", "gauge", "1 while a plan waits for a person.")
    yield f"sidecar_plan_waiting {int(tasks.previews.waiting() is not None)}"


def _of_totals(tasks: Tasks) -> Iterator[str]:
    helps = {
        "rows_read": "Rows read from the org since the start.",
        "rows_written": "Rows written to the org since the start.",
        "rows_refused": "Rows that the org refused since the start.",
        "calls": "API calls of refreshes since the start.",
        "requests": "Requests of users answered since the start.",
    }
    for name, value in asdict(tasks.totals).items():
        yield from _family(f"sidecar_{name}_total", "counter", helps[name])
        yield f"sidecar_{name}_total {value}"


def _of_usage(tasks: Tasks) -> Iterator[str]:
    if tasks.usage is None:
        return
    yield from _family("sidecar_org_api_calls_used", "gauge", "The org's API calls of the last 24 hours, all clients.")
    yield f"sidecar_org_api_calls_used {tasks.usage.used}"
    yield from _family("sidecar_org_api_calls_maximum", "gauge", "How many the org allows in 24 hours.")
    yield f"sidecar_org_api_calls_maximum {tasks.usage.maximum}"


def _family(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"
