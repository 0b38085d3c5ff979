"""Looks for requests every few seconds, at a bounded cost in API calls."""

import logging
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial

from sidecar.configuration import Configuration
from sidecar.connection import connected
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.service.requests import mailbox
from sidecar.service.requests.work import fulfil
from sidecar.service.stopping import Stoppable
from sidecar.service.tasks import Tasks
from sync import Mirror, MirrorBusy, Org, SyncError, Usage

_log = logging.getLogger(__name__)
_DAY = timedelta(days=1)
_AFTER_TROUBLE = timedelta(minutes=1)
_NEARLY_USED_UP = timedelta(minutes=10)
KEPT = timedelta(days=30)
"""How long answered requests stay in the org."""


def between_looks(configuration: Configuration, usage: Usage | None) -> timedelta:
    """The time between two looks: as configured, but never more calls a day than their share of the org's.

    Above the share of the day that is left to others (`budget_day`) there is a look every ten minutes only.
    """
    section = configuration.service
    wanted = timedelta(seconds=section.request_seconds)
    if usage is None or usage.maximum <= 0:
        return wanted
    if usage.used >= configuration.pull.budget_day * usage.maximum:
        return max(wanted, _NEARLY_USED_UP)
    return max(wanted, _DAY / (section.request_share * usage.maximum))


class Watch:
    """Looks for requests and has them done. One login serves for many looks; it costs one API call a look."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._org: Org | None = None
        self._connection = ExitStack()
        self._next: datetime | None = None
        self._tidied: datetime | None = None
        self._in_trouble = False

    def look(self) -> int:
        """Look if it is time, and do what is found; returns how many requests were answered.

        Trouble is logged once, and looked again after a minute: the refresh, which has the same trouble, tells people.

        Raises:
            StopRequested: the service stops; the requests are found again by the next start.
        """
        now = self._tasks.now()
        if self._next is not None and now < self._next:
            return 0
        try:
            found = self._answer()
        except MirrorBusy:
            found = 0  # a command has it; the requests wait as they are
        except SyncError as error:
            self.close()
            if not self._in_trouble:
                _log.warning("cannot look for requests: %s", error)
            self._in_trouble, self._next = True, now + _AFTER_TROUBLE
            return 0
        self._in_trouble = False
        self._next = now + between_looks(self._tasks.configuration, self._tasks.usage)
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._org = None
        self._connection.close()

    def _answer(self) -> int:
        tasks = self._tasks
        org = self._connected()
        waiting = mailbox.waiting(org)
        self._tidy(org)
        tasks.usage = org.usage or tasks.usage
        if not waiting:
            return 0
        with Mirror.open(tasks.state.mirror_file) as mirror:
            unsubscribed = Unsubscribed(tasks.state.unsubscribed_file)
            refresh = partial(tasks.refreshed, org, mirror, Stoppable(tasks.stop))
            done = fulfil(org, mirror, tasks.configuration, unsubscribed, waiting, refresh, tasks.now)
            tasks.look_at(mirror)
        if done is not None:
            tasks.totals.add(done)
        tasks.totals.requests += len(waiting)
        return len(waiting)

    def _tidy(self, org: Org) -> None:
        """Once a day, remove requests that were answered long ago."""
        now = self._tasks.now()
        if self._tidied is None or now - self._tidied >= _DAY:
            mailbox.forget(org, now - KEPT)
            self._tidied = now

    def _connected(self) -> Org:
        if self._org is None:
            tasks = self._tasks
            self._org = self._connection.enter_context(connected(tasks.configuration, tasks.state))
        return self._org
