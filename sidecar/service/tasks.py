"""What the jobs do: the flow, with a mirror and a login of their own each time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

from sidecar import refresh as flow
from sidecar.book.calendar import time_zone, today
from sidecar.commit_alert.send import alert
from sidecar.commit_alert.shortfall import shortfalls
from sidecar.configuration import Configuration
from sidecar.connection import connected
from sidecar.delivery.errors import NotTaken
from sidecar.delivery.send import Outcome
from sidecar.delivery.sent import Sent
from sidecar.digest.recipients import of_the_week
from sidecar.digest.send import send, week_of
from sidecar.errors import AwaitsConfirmationError
from sidecar.service.operations.backtests import Backtests
from sidecar.service.operations.preview import Previews
from sidecar.service.operations.slot import Operations
from sidecar.service.runner import Task
from sidecar.service.schedule import Daily, Every, Job
from sidecar.service.stopping import Stoppable
from sidecar.service.waiting import watched
from sidecar.state import State
from sync import Mirror, Org, Progress, Usage

RECONCILE, REFRESH, ALERTS, DIGEST = "reconcile", "refresh", "alerts", "digest"
MONDAY = 0


@dataclass
class Totals:
    """What was done since the service began."""

    rows_read: int = 0
    rows_written: int = 0
    rows_refused: int = 0
    calls: int = 0
    requests: int = 0

    def add(self, done: flow.Refresh) -> None:
        """Count a refresh in."""
        self.rows_read += done.pulled.rows_read
        self.rows_written += done.written.rows_written
        self.rows_refused += done.written.rows_refused
        self.calls += done.calls


@dataclass
class Tasks:
    """The work of the service on one org.

    Attributes:
        configuration, state: as for every command.
        stop: set when the service is being stopped.
        totals: what was done since it began.
        usage: the org's count of API calls when it last told; None before.
        zone: the org's time zone, as configured or pulled; None before the first pull.
        operations: what people ask for beside the jobs.
        now: the clock.
    """

    configuration: Configuration
    state: State
    stop: Event
    totals: Totals = field(default_factory=Totals)
    usage: Usage | None = None
    zone: ZoneInfo | None = None
    operations: Operations = field(default_factory=Operations)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        named = self.configuration.service.time_zone
        if named is not None:
            self.zone = ZoneInfo(named)

    @property
    def previews(self) -> Previews:
        """What was looked at before it is written."""
        return Previews(self.state.service_folder)

    @property
    def backtests(self) -> Backtests:
        """How good the numbers would have been."""
        return Backtests(self.state.service_folder / "backtest.json")

    def by_job(self) -> Mapping[str, Task]:
        """The task of each job."""
        return {RECONCILE: self.reconcile, REFRESH: self.refresh, ALERTS: self.alerts, DIGEST: self.digest}

    def refresh(self) -> str:
        """Pull what changed, score, write what differs."""
        with self.open() as (org, mirror):
            return self._outcome(org, mirror, Stoppable(self.stop))

    def reconcile(self) -> str:
        """Compare every row with the org's, then score and write in any case; the day's models are fitted anew."""
        with self.open() as (org, mirror):
            return self._outcome(org, mirror, Stoppable(self.stop), full=True)

    def digest(self) -> str:
        """Send the week's digests to those who have not got theirs."""
        with self.open() as (org, mirror):  # the mirror keeps `sidecar digest --send` from sending the same
            week = week_of(today(mirror, self.now()))
            to = of_the_week(org, mirror, self.configuration, self.state)
            sent = Sent(self.state.digests_file)
            return _finished(send(to, self.configuration.mail, sent, week=week, org_url=org.instance_url))

    def alerts(self) -> str:
        """Tell owners and leaders of accounts whose projection has fallen below their commit."""
        with Mirror.open(self.state.mirror_file) as mirror:
            below, day = shortfalls(mirror, self.configuration), today(mirror, self.now())
        return _finished(alert(below, day, self.configuration, self.state, self._org))

    @contextmanager
    def _org(self) -> Iterator[Org]:
        """The org alone, for what needs no mirror."""
        with connected(self.configuration, self.state) as org:
            try:
                yield org
            finally:
                self.usage = org.usage or self.usage

    @contextmanager
    def open(self) -> Iterator[tuple[Org, Mirror]]:
        """The org and its mirror for the time of a job; what the org tells about itself is taken in at the end."""
        with Mirror.open(self.state.mirror_file) as mirror, self._org() as org:
            yield org, mirror
            self.look_at(mirror)

    def day(self, mirror: Mirror) -> date | None:
        """The org's day; None while the mirror does not know its time zone."""
        return today(mirror, self.now()) if mirror.count("Organization") else None

    def look_at(self, mirror: Mirror) -> None:
        """Take the time zone from the mirror, where none is configured."""
        if self.configuration.service.time_zone is None and mirror.count("Organization"):
            self.zone = time_zone(mirror)

    def refreshed(self, org: Org, mirror: Mirror, progress: Progress, *, full: bool = False) -> flow.Refresh:
        """A refresh that nobody looks at.

        Args:
            full: of every row and every record.

        Raises:
            MassChangeError, AwaitsConfirmationError: nothing was written; the plan is kept, to be confirmed.
        """
        with watched(mirror, self.configuration, self.previews) as review:
            day, settings = self.day(mirror), self.configuration
            return flow.refresh(org, mirror, settings, day, progress, review=review, always=full, full=full)

    def _outcome(self, org: Org, mirror: Mirror, progress: Progress, *, full: bool = False) -> str:
        """What a refresh did. That its plan waits, where each does, is no failure of the job."""
        try:
            return self.told(self.refreshed(org, mirror, progress, full=full))
        except AwaitsConfirmationError as waits:
            return str(waits)

    def told(self, done: flow.Refresh) -> str:
        """Count a refresh in, and say what it did."""
        self.totals.add(done)
        written = done.written
        text = f"{done.pulled.rows_read:,} rows read, {written.rows_written:,} written, {done.calls:,} API calls"
        waiting = [item.name for item in done.pulled.problems]
        text += f"; {written.rows_refused:,} refused" if written.rows_refused else ""
        return text + (f"; not read: {', '.join(waiting)}" if waiting else "")


def jobs_of(configuration: Configuration, zone: ZoneInfo) -> tuple[Job, ...]:
    """The jobs in order of preference: the night's work includes a refresh, the digest tells of it."""
    section = configuration.service
    often = Every(timedelta(minutes=section.refresh_minutes))
    alerts = Job(ALERTS, often)
    digest = Job(DIGEST, Daily(configuration.digest.at, zone, MONDAY))
    return (
        Job(RECONCILE, Daily(section.nightly, zone)),
        Job(REFRESH, often, at_first_start=True),
        *([alerts] if configuration.tells_people and configuration.digest.alerts else []),
        *([digest] if configuration.tells_people else []),
    )


def _finished(outcome: Outcome) -> str:
    """What to say of it; what is unfinished fails, so that it is tried again."""
    if outcome.unfinished:
        raise NotTaken(f"{outcome}; what is left is tried again")
    return str(outcome)
