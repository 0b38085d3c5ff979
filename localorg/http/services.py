"""Everything the HTTP side of one org shares between its resources."""

from __future__ import annotations

from dataclasses import dataclass

from localorg.faults import Faults
from localorg.http.bulk_worker import BulkWorker
from localorg.http.connected_app import ConnectedApp
from localorg.http.jobs import Jobs
from localorg.http.limits import CallCounter
from localorg.http.metadata.deployments import Deployments
from localorg.http.metadata.worker import DeployWorker
from localorg.http.session import Sessions
from localorg.http.settings import Settings
from localorg.http.writes import Writer
from localorg.org import LocalOrg
from localorg.soql.cursors import Cursors
from localorg.soql.run import Queries


@dataclass(frozen=True)
class Services:
    """One served org. `app.extensions["localorg"]` holds it."""

    org: LocalOrg
    settings: Settings
    sessions: Sessions
    connected_app: ConnectedApp
    calls: CallCounter
    cursors: Cursors
    queries: Queries
    jobs: Jobs
    faults: Faults
    writer: Writer
    worker: BulkWorker
    deployments: Deployments
    deploy_worker: DeployWorker

    def close(self) -> None:
        """Stop what runs in the background and write down what is only in memory."""
        self.faults.clear()  # a job may wait for its late rows
        self.worker.stop()
        self.deploy_worker.stop()
        self.calls.save()
