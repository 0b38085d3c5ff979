"""From an exception of any floor to one message and an exit code."""

import errno
import importlib
import os
import sys

import click

import scoring
import sync
from sidecar.errors import SidecarError
from sidecar.terminal import complain, say
from sync.mirror.database import NEW_MIRROR

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_UNREADABLE = ("IOException", "SerializationException", "FatalException")  # DuckDB's errors about its file
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def exit_code_of(error: BaseException) -> int | None:
    """Say what went wrong and give the exit code; None for a bug, which deserves its traceback.

    1 failed, 2 wrong usage or configuration. An interrupt is no failure of ours: the next command goes on.
    """
    if isinstance(error, KeyboardInterrupt | click.Abort) or _is_interrupted_query(error):
        say("Stopped. What was done is kept; the same command goes on from there.")
        return INTERRUPTED
    if (told := _of_files(error)) is not None:
        complain(told)
        return 1
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


def of_full_disk(error: BaseException) -> str | None:
    """What to say where a disk or a quota is full; None for any other error. DuckDB tells it in its text only."""
    from_system = isinstance(error, OSError) and error.errno in _FULL
    from_duckdb = "duckdb" in type(error).__module__ and any(os.strerror(code) in str(error) for code in _FULL)
    if not (from_system or from_duckdb):
        return None
    return (
        f"There is no room to write ({error}). What was done before is kept. Remedy: free some space where the state"
        " directory is (`sidecar doctor` says how much is needed), then run the same command again."
    )


def in_words(error: BaseException) -> str | None:
    """What a log or a page says of an error; None for a bug, of which there is no more to say than what it is."""
    told = _of_files(error)
    if told is None and isinstance(error, sync.SyncError | SidecarError | OSError):
        return str(error)
    return told


def _of_files(error: BaseException) -> str | None:
    """What to say where the disk failed, or what is on it; None for any other error."""
    return of_full_disk(error) or _of_damaged_mirror(error)


def _of_damaged_mirror(error: BaseException) -> str | None:
    """A file that was cut or overwritten may open well, and fail once the damaged part is read."""
    if type(error).__name__ not in _UNREADABLE or "duckdb" not in type(error).__module__:
        return None
    return (
        f"The mirror could not be read or written ({str(error).splitlines()[0]}): the file is damaged, or the disk it"
        f" is on. Remedy: run the same command again; if it fails again, {NEW_MIRROR}."
    )


def _is_interrupted_query(error: BaseException) -> bool:
    """DuckDB turns a Ctrl-C that arrives during a query into an error of its own, a plain RuntimeError at times."""
    is_duckdb = type(error) is RuntimeError or type(error).__name__ == "InterruptException"
    return is_duckdb and str(error).startswith(("Query interrupted", "INTERRUPT Error"))


def _is_local_org_error(error: BaseException) -> bool:
    """Errors of the local org are only known where it is loaded at all."""
    if "localorg" not in sys.modules:
        return False
    return isinstance(error, importlib.import_module("localorg.errors").LocalOrgError)
