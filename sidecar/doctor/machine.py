"""What this machine has to give: secrets kept to ourselves, room, a mirror that can be opened, the right time."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from sidecar.configuration import Configuration
from sidecar.doctor.finding import Finding, of_error, ok, problem, warning
from sidecar.doctor.patient import Patient
from sidecar.service.operations.preview import Previews
from sidecar.state import State
from sync import ConfigurationError, Mirror, MirrorBusy
from sync.mirror.bookkeeping import check_org

_GIGABYTE = 2**30
NEEDED_BYTES = _GIGABYTE // 5
COMFORTABLE_BYTES = _GIGABYTE
SKEW_SECONDS = 60
"""A JWT login is good for three minutes; beyond two the login itself is refused."""


def secrets(configuration: Configuration, state: State) -> Iterator[Finding]:
    """Whether others on this machine can read the key or the mirror."""
    key = configuration.org.private_key_file
    open_to_all = [(path, mode) for path, mode in ((key, 600), (state.folder, 700)) if path and _is_open(path)]
    for path, mode in open_to_all:
        yield warning("secrets", f"{path} can be read by other users of this machine", f"chmod {mode} {path}")
    if not open_to_all:
        yield ok("secrets", "key and state directory are readable by their owner only")


def disk(configuration: Configuration, state: State) -> Iterator[Finding]:
    """Whether the mirror can grow."""
    free = shutil.disk_usage(state.folder).free
    mirror = state.mirror_file.stat().st_size if state.mirror_file.exists() else 0
    text = f"{free / _GIGABYTE:.1f} GB free for {state.folder}"
    remedy = "free some space, or name another --state folder"
    if free < max(NEEDED_BYTES, mirror // 2):
        yield problem("disk", f"{text}: too little for a run", remedy)
    elif free < max(COMFORTABLE_BYTES, 2 * mirror):
        yield warning("disk", f"{text}: little, beside a mirror of {mirror / _GIGABYTE:.1f} GB", remedy)
    else:
        yield ok("disk", text)


def waiting_plan(_configuration: Configuration, state: State) -> Iterator[Finding]:
    """Whether the service has a plan that it does not write before a person has confirmed it."""
    plan = Previews(state.service_folder).waiting()
    if plan is None:
        yield ok("waiting plan", "no plan waits for a person")
        return
    much = f"{plan.changes.num_rows:,} values of {plan.records:,} records"
    remedy = "look at it on the page Plan of the console of `sidecar serve`, and confirm it there"
    yield warning("waiting plan", f"{much} wait since {plan.waits_since:%Y-%m-%d %H:%M} UTC to be confirmed", remedy)


def mirror(patient: Patient) -> Iterator[Finding]:
    """Whether the mirror can be opened and is this org's."""
    file = patient.state.mirror_file
    if not file.exists():
        yield ok("mirror", "none yet; the first pull makes it")
        return
    try:
        with Mirror.open(file) as opened:
            check_org(opened.connection, patient.org.org_id)
    except MirrorBusy:
        yield ok("mirror", "in use by another process of the sidecar")
    except ConfigurationError as error:
        yield of_error("mirror", error)
    else:
        yield ok("mirror", f"{file.stat().st_size / _GIGABYTE:.2f} GB")


def clock(patient: Patient) -> Iterator[Finding]:
    """Whether this machine and the org agree about the time."""
    if patient.org_time is None:
        yield ok("clock", "the org did not tell its own")
        return
    ahead = (patient.own_time - patient.org_time).total_seconds()
    if abs(ahead) > SKEW_SECONDS:
        side = "ahead of" if ahead > 0 else "behind"
        yield warning("clock", f"{abs(ahead):.0f} s {side} the org's", "set this machine's clock (NTP)")
    else:
        yield ok("clock", "within a minute of the org's")


def _is_open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)
