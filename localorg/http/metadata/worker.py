"""Does deployments in the background, one after the other; a restart goes on with those that had not ended."""

from __future__ import annotations

import logging
import sqlite3
import threading

from localorg.deploy import Order, Outcome
from localorg.errors import OrgError
from localorg.http.metadata.deployments import Deployment, Deployments
from localorg.http.metadata.result import ended, failed
from localorg.metadata.archive import unpack
from localorg.metadata.packages import read_packages
from localorg.org import LocalOrg

_log = logging.getLogger(__name__)
_UNEXPECTED = OrgError("UNKNOWN_EXCEPTION", "An unexpected error occurred; its cause is in the local org's log")


class DeployWorker:
    """The thread; `start()` it once, `stop()` at the end."""

    def __init__(self, org: LocalOrg, deployments: Deployments) -> None:
        self._org = org
        self._deployments = deployments
        self._work = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin with the deployments that wait."""
        self._thread = threading.Thread(target=self._run, name="deploy", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for new deployments now."""
        self._work.set()

    def stop(self) -> None:
        """Stop after the deployment at hand and wait for it."""
        self._stopped.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join()

    def execute(self, deployment: Deployment) -> None:
        """Do a deployment to its end, whatever becomes of it; a canceled one is left."""
        if not self._deployments.start(deployment):
            return
        try:
            self._deploy(deployment)
        except OrgError as error:
            self._fail(deployment, error)
        except Exception:
            _log.exception("deployment %s", deployment.id)
            self._fail(deployment, _UNEXPECTED)
        self._deployments.drop_archive(deployment)

    def _deploy(self, deployment: Deployment) -> None:
        check_only = deployment.option("checkOnly")
        files = unpack(self._deployments.archive(deployment.id).read_bytes())
        content, manifests = read_packages(
            files,
            single=deployment.option("singlePackage"),
            allow_missing=deployment.option("allowMissingFiles"),
        )
        order = Order(check_only, deployment.option("rollbackOnError"), deployment.option("ignoreWarnings"))

        def note(connection: sqlite3.Connection, outcome: Outcome) -> None:
            status, kept = ended(outcome, check_only, manifests, self._org.clock.stamp())
            self._deployments.finish(connection, deployment, status, kept)

        self._org.deploy_content(content, order, deployment.user_id, note)

    def _fail(self, deployment: Deployment, error: OrgError) -> None:
        with self._org.database.writer() as connection:
            self._deployments.finish(connection, deployment, "Failed", failed(error))

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._work.clear()
            for deployment in self._deployments.waiting():
                if not self._stopped.is_set():
                    self.execute(deployment)
            self._work.wait()
