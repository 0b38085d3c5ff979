"""The states of jobs in a file of the state directory, so that a restart neither repeats nor forgets one."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock

from sidecar.private_file import write_private
from sidecar.service.job_state import JobState, at_first_start
from sidecar.service.schedule import Job

_log = logging.getLogger(__name__)


class JobMemory:
    """The state of each job, kept in a file at every change. Safe to use from several threads."""

    def __init__(self, file: Path, jobs: Sequence[Job], now: datetime) -> None:
        """Read the file. A job that it does not know starts for the first time; one that ran was interrupted."""
        self._file = file
        self._lock = Lock()
        kept = _read(file)
        self._states = {job.name: kept.get(job.name) or at_first_start(job, now) for job in jobs}
        for name, state in self._states.items():
            if state.running_since is not None:
                _log.warning("%s was interrupted at its last start (%s); it is made up", name, state.running_since)
                self._states[name] = state.interrupted()

    def __getitem__(self, name: str) -> JobState:
        """The state of a job."""
        return self._states[name]

    def all(self) -> dict[str, JobState]:
        """The states of all jobs by name."""
        return dict(self._states)

    def keep(self, name: str, state: JobState) -> None:
        """Put a state in place of the former one; a full disk costs what was to be kept, not the service."""
        with self._lock:
            self._states[name] = state
            try:
                write_private(self._file, json.dumps({n: s.as_dict() for n, s in self._states.items()}, indent=2))
            except OSError as error:
                _log.error(
                    "%s cannot be written (%s). Remedy: free some space there; until then a restart may repeat a job",
                    self._file,
                    error.strerror,
                )


def _read(file: Path) -> dict[str, JobState]:
    try:
        return {name: JobState.of(value) for name, value in json.loads(file.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _log.warning("%s cannot be read (%s): jobs start as at the first start", file, error)
        return {}
