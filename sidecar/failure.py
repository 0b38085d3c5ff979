"""From an exception of any floor to one message and an exit code."""

import importlib
import sys

import click

import scoring
import sync
from sidecar.errors import SidecarError
from sidecar.terminal import complain, say

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def exit_code_of(error: BaseException) -> int | None:
    """Say what went wrong and give the exit code; None for a bug, which deserves its traceback.

    1 failed, 2 wrong usage or configuration. An interrupt is no failure of ours: the next command goes on.
    """
    if isinstance(error, KeyboardInterrupt | click.Abort) or _is_interrupted_query(error):
        say("Stopped. What was done is kept; the same command goes on from there.")
        return INTERRUPTED
    if isinstance(error, SidecarError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, sync.ConfigurationError | scoring.ScoringInputError) or _is_local_org_error(error):
        complain(str(error))
        return 2
    if isinstance(error, sync.SyncError | scoring.ScoringError):
        complain(str(error))
        return 1
    return None


def _is_interrupted_query(error: BaseException) -> bool:
    """DuckDB turns a Ctrl-C that arrives during a query into an error of its own, a plain RuntimeError at times."""
    is_duckdb = type(error) is RuntimeError or type(error).__name__ == "InterruptException"
    return is_duckdb and str(error).startswith(("Query interrupted", "INTERRUPT Error"))


def _is_local_org_error(error: BaseException) -> bool:
    """Errors of the local org are only known where it is loaded at all."""
    if "localorg" not in sys.modules:
        return False
    return isinstance(error, importlib.import_module("localorg.errors").LocalOrgError)
