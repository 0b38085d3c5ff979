"""The Flask application of a local org."""

from __future__ import annotations

from flask import Flask

from localorg.http import (
    bulk_ingest,
    bulk_query,
    changes,
    collections,
    composite,
    graphql,
    limits,
    local,
    metadata,
    oauth,
    query,
    recent,
    roots,
    rows,
    search,
    tooling,
    tree,
    uiapi,
)
from localorg.http.bulk_load import Patience
from localorg.http.bulk_worker import BulkWorker
from localorg.http.connected_app import find_app, make_app
from localorg.http.errors import register_error_handlers
from localorg.http.gate import register_gate
from localorg.http.jobs import Jobs
from localorg.http.limits import CallCounter
from localorg.http.metadata.deployments import Deployments
from localorg.http.metadata.worker import DeployWorker
from localorg.http.method_override import MethodOverride
from localorg.http.services import Services
from localorg.http.session import Sessions
from localorg.http.settings import Settings
from localorg.http.writes import Writer
from localorg.org import LocalOrg
from localorg.pages import views as pages
from localorg.pages.metadata import read_package
from localorg.soql.cursors import Cursors
from localorg.soql.run import Queries


def create_app(org: LocalOrg, *, settings: Settings | None = None) -> Flask:
    """The org's HTTP side as a WSGI application; `app.extensions["localorg"]` holds its Services."""
    services = _services(org, settings or Settings())
    app = Flask("localorg", static_folder=None)
    app.extensions["localorg"] = services
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # Salesforce does not send anybody elsewhere for it
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap an application
    register_error_handlers(app)
    register_gate(app, services)
    app.register_blueprint(oauth.blueprint(org, services.sessions, services.settings.logins_per_hour))
    app.register_blueprint(local.blueprint(org, services.sessions, services.faults))
    package = read_package(services.settings.package)
    recent_rows = recent.Recent(org)
    schemas = graphql.VisibleSchemas()
    version = "/services/data/<version>"
    for resource in (
        roots.blueprint(org, recent_rows),
        query.blueprint(services.queries),
        limits.blueprint(org, services.calls, services.jobs),
        rows.blueprint(org, services.writer, services.queries, recent_rows),
        recent.blueprint(recent_rows),
        collections.blueprint(org, services.writer),
        composite.blueprint(org),
        tree.blueprint(org, services.writer),
        tooling.blueprint(org, services.cursors),
        search.blueprint(),
        changes.blueprint(org),
        bulk_query.blueprint(org, services.jobs, services.worker),
        bulk_ingest.blueprint(org, services.jobs, services.worker),
        uiapi.blueprint(org, package, services.writer, graphql.FilterTexts(org, schemas)),
        graphql.blueprint(org, package, services.writer, services.calls, schemas),
        metadata.rest.blueprint(org, services.deployments, services.deploy_worker),
    ):
        app.register_blueprint(resource, url_prefix=version)
    calls, deployments, deploy_worker = services.calls, services.deployments, services.deploy_worker
    soap = metadata.soap.MetadataSoap(org, services.sessions, calls, deployments, deploy_worker)
    app.register_blueprint(metadata.soap.blueprint(soap))
    if services.settings.pages is not None:
        app.register_blueprint(pages.blueprint(org, services.sessions, package, services.settings.pages))
    return app


def _services(org: LocalOrg, settings: Settings) -> Services:
    spool = settings.spool or org.database.path.parent / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    cursors = Cursors(spool / "cursors")
    cursors.drop_expired()
    faults = org.faults
    writer = Writer(org)
    jobs = Jobs(org.database, org.clock, spool / "jobs")
    worker = BulkWorker(org, jobs, writer, faults, Patience(settings.bulk_batch_seconds, settings.bulk_retries))
    deployments = Deployments(org.database, org.clock, spool / "deployments")
    deploy_worker = DeployWorker(org, deployments)
    if settings.worker:
        worker.start()
        deploy_worker.start()
    return Services(
        org=org,
        settings=settings,
        sessions=Sessions(org.database, org.org_id, settings.session_seconds),
        connected_app=find_app(org) or make_app(org)[0],
        calls=CallCounter(spool / "api_calls.json", settings.daily_api_requests),
        cursors=cursors,
        queries=Queries(org, cursors),
        jobs=jobs,
        faults=faults,
        writer=writer,
        worker=worker,
        deployments=deployments,
        deploy_worker=deploy_worker,
    )
