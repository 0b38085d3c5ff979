"""The service as one process: a clock that looks what is due, and a web server beside it."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import waitress
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from sidecar.configuration import Configuration, ServiceSection
from sidecar.errors import SetupError
from sidecar.service.alerts import Alerts
from sidecar.service.app import create_app
from sidecar.service.job_memory import JobMemory
from sidecar.service.operations.work import perform
from sidecar.service.presence import announce, only_service
from sidecar.service.requests.watch import Watch
from sidecar.service.runner import Runner
from sidecar.service.stopping import StopRequested
from sidecar.service.tasks import Tasks, jobs_of
from sidecar.service.token import READING, Token
from sidecar.state import State
from sync import Mirror, MirrorBusy

_log = logging.getLogger(__name__)
_TICK_SECONDS = 0.25
GRACE_SECONDS = 8.0
"""How long a job may take to come to its next step when the service stops."""


def serve(configuration: Configuration, state: State) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        SetupError: another service works on the state directory, or the port is taken.
    """
    stop = Event()
    with only_service(state), _local_org(configuration, state):
        tasks = Tasks(configuration, state, stop)
        runner = make_runner(tasks)
        app = create_app(runner, tasks, Token.of(state), Token.of(state, READING))
        server = _listening(app, configuration.service)
        url = f"http://{server.effective_host}:{server.effective_port}"
        announce(state, url)
        _log.info("serving at %s; the token is in %s", url, state.service_folder / "token")
        with _ticking(runner, tasks):
            _until_told_to_stop(server, stop)
        idle = runner.ends_within(GRACE_SECONDS)
        server.close()
    _log.info("stopped")
    if not idle:
        # The job goes through a long computation. Nothing is lost when it ends here, as after a crash: the mirror, the
        # ledger and the states of jobs are made for that.
        logging.shutdown()
        sys.stderr.flush()
        os._exit(0)


def make_runner(tasks: Tasks) -> Runner:
    """The runner of these tasks, with the states of jobs that the last service left."""
    state, configuration = tasks.state, tasks.configuration
    if tasks.zone is None and state.mirror_file.exists():
        try:
            with Mirror.open(state.mirror_file) as mirror:
                tasks.look_at(mirror)
        except MirrorBusy:
            _log.info("a command has the mirror: times are those of UTC until the first refresh")
    jobs = jobs_of(configuration, tasks.zone or ZoneInfo("UTC"))
    memory = JobMemory(state.service_folder / "jobs.json", jobs, tasks.now())
    return Runner(jobs, tasks.by_job(), memory, Alerts(configuration.service), stop=tasks.stop, now=tasks.now)


def tick(runner: Runner, tasks: Tasks, watch: Watch) -> None:
    """Run all that is due now, then what somebody asks for in the console, then look for requests."""
    zone = tasks.zone
    try:
        while runner.run_due() is not None:
            if tasks.zone != zone and tasks.zone is not None:
                zone = tasks.zone
                _log.info("times are those of %s", zone)
                runner.reschedule(jobs_of(tasks.configuration, zone))
        runner.alone(lambda: perform(tasks, runner))
        runner.alone(watch.look)
    except StopRequested:
        return


@contextmanager
def _ticking(runner: Runner, tasks: Tasks) -> Iterator[None]:
    """Look all the time what is due, in one thread, so that jobs never overlap; what is due is decided elsewhere."""
    watch = Watch(tasks)
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(1)})
    scheduler.add_job(
        lambda: tick(runner, tasks, watch),
        "interval",
        seconds=_TICK_SECONDS,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@contextmanager
def _local_org(configuration: Configuration, state: State) -> Iterator[None]:
    """The local org runs as long as the service does, where no org is configured."""
    with ExitStack() as stack:
        if not configuration.org.configured:
            from sidecar.org import embedded  # a service of a configured org never loads the local one

            stack.enter_context(embedded.served(state))
        yield


def _listening(app: Any, section: ServiceSection) -> Any:
    family = socket.AF_INET6 if ":" in section.host else socket.AF_INET
    try:
        listener = socket.create_server((section.host, section.port), family=family)
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {section.host}:{section.port} ({error.strerror}). Remedy: stop what listens there, or"
            " set port under [service] (0 for any free one)."
        ) from error
    return waitress.create_server(app, sockets=[listener], **server_settings(section))


def server_settings(section: ServiceSection) -> dict[str, Any]:
    """How the web server works; of a proxy it believes whose requests these are, so that clients are told apart."""
    believed = {"trusted_proxy": str(section.proxy), "trusted_proxy_headers": {"x-forwarded-for"}}
    return {"threads": 4, "ident": None, **(believed if section.proxy else {})}


def _until_told_to_stop(server: Any, stop: Event) -> None:
    def told(number: int, _frame: FrameType | None) -> None:
        _log.info("stopping (%s)", signal.Signals(number).name)
        stop.set()
        raise SystemExit  # waitress ends its loop with it

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        server.run()
    finally:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)
