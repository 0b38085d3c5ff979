"""One object of a pull, so that what goes wrong with it stops nothing else."""

from __future__ import annotations

import time
from dataclasses import replace

import duckdb

from sync.client.retry import decide, decide_job
from sync.errors import JobFailed, MissingField, RequestRefused, SyncError, UnexpectedAnswer
from sync.mirror.bookkeeping import forget_query_jobs, forget_state
from sync.mirror.database import is_out_of_memory
from sync.mirror.sql import quoted
from sync.pull.budget import OutOfBudget
from sync.pull.objects import Reading, Run
from sync.pull.report import STOPPED, WAITING, ObjectPull, hidden_rows
from sync.pull.scope import Scope, settle_again

_NOT_AS_DESCRIBED = frozenset({"INVALID_FIELD", "INVALID_TYPE", "NOT_FOUND"})


def pull_object(run: Run, scope: Scope) -> ObjectPull:
    """Bring one object's changes into the mirror and report them.

    An object that cannot be read, or does not fit into the budget, is reported so; its rows and its watermark stay as
    they were. What concerns the whole run is raised: RetryLater, ConfigurationError.
    """
    began, calls = time.monotonic(), run.org.calls
    try:
        done = _pull(run, scope)
    except OutOfBudget as error:
        done = ObjectPull(scope.name, "none", outcome=WAITING, problem=str(error))
    except (RequestRefused, JobFailed, UnexpectedAnswer, MissingField) as error:
        done = ObjectPull(scope.name, "none", outcome=STOPPED, problem=_with_remedy(error))
    spent = run.org.calls - calls
    return replace(
        done, calls=spent, seconds=round(time.monotonic() - began, 3), needed=scope.item.needed, usual=scope.item.usual
    )


def _pull(run: Run, scope: Scope) -> ObjectPull:
    """Read with little memory; rows whose texts are too long for that once more, with all that is allowed."""
    try:
        with run.mirror.frugal():
            return _read_as_described(run, scope)
    except duckdb.Error as error:
        if not is_out_of_memory(error):
            raise
    return _read_as_described(run, scope)  # goes on with the same bulk job


def _read_as_described(run: Run, scope: Scope) -> ObjectPull:
    """Read; if the org's schema turns out to have changed meanwhile, once more with the new one."""
    try:
        return _read(run, scope)
    except (RequestRefused, JobFailed, UnexpectedAnswer) as error:
        if isinstance(error, RequestRefused) and error.code not in _NOT_AS_DESCRIBED:
            raise
        now = settle_again(run.org, scope.item)
        if now.fields == scope.fields:
            raise
    return _read(run, now)


def _read(run: Run, scope: Scope) -> ObjectPull:
    if scope.schema is None:
        return _hidden(run, scope)
    return replace(Reading(run, scope.schema, scope.fields).bring(), missing_fields=scope.missing)


def _hidden(run: Run, scope: Scope) -> ObjectPull:
    """An object that the org does not show: what the mirror holds of it stays until a person lets it go."""
    name, held = scope.name, run.mirror.count(scope.name)
    if not held:
        return ObjectPull(name, "none", missing_fields=scope.missing)
    if run.options.accept_missing:
        with run.mirror.transaction(f"rows of {name}") as connection:
            connection.execute(f"DELETE FROM main.{quoted(name)}")
            forget_state(connection, name)
            forget_query_jobs(connection, name)
        return ObjectPull(name, "none", rows_deleted=held, missing_fields=scope.missing)
    return ObjectPull(name, "none", rows_kept=held, problem=hidden_rows(name, held))


def _with_remedy(error: SyncError) -> str:
    told = str(error)
    if "Remedy:" in told:
        return told
    if isinstance(error, RequestRefused):
        remedy = decide(error.status, error.code, error.message).remedy
    elif isinstance(error, JobFailed):
        remedy = decide_job(error.reason).remedy if error.reason else ""
    else:
        remedy = "report it with this message: the org's answer is not as the protocol has it"
    return f"{told}. Remedy: {remedy or 'run again'}"
