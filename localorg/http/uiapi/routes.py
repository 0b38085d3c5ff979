"""The routes of the UI API for records; those for objects and lists are beside."""

from __future__ import annotations

from flask import Blueprint, Response, request

from localorg.http.body import json_response
from localorg.http.session import current_user
from localorg.http.uiapi import routes_lists, routes_objects
from localorg.http.uiapi.batches import Records
from localorg.http.uiapi.body import request_body
from localorg.http.uiapi.defaults import RecordDefaults
from localorg.http.uiapi.errors import WriteError
from localorg.http.uiapi.object_info import readable_object
from localorg.http.uiapi.parameters import children_wanted, ids_of, layouts_wanted, names, reader_of
from localorg.http.uiapi.record_ui import record_ui
from localorg.http.uiapi.related import FilterReader
from localorg.http.uiapi.writes import PROPERTIES, RecordWrites
from localorg.http.writes import Writer
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage


def blueprint(org: LocalOrg, package: PagePackage, writer: Writer, filters: FilterReader) -> Blueprint:
    """`/ui-api/...`; `package` has layouts and list views, `filters` reads the filters of related lists."""
    routes = Blueprint("uiapi", __name__)
    _register_reads(routes, org, package)
    _register_writes(routes, org, package, writer)
    _register_defaults(routes, org, package)
    routes_objects.register(routes, org, package)
    routes_lists.register(routes, org, package, filters)

    @routes.errorhandler(WriteError)
    def refused(error: WriteError) -> Response:
        return json_response(error.body(), error.status)

    return routes


def _register_reads(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    def records() -> Records:
        return Records(reader_of(org), package, layouts_wanted(), children_wanted())

    @routes.get("/ui-api/records/<record_id>")
    def get_record(record_id: str) -> Response:
        return json_response(records().one(record_id))

    @routes.get("/ui-api/records/batch/<ids>")
    def get_records(ids: str) -> Response:
        return json_response(records().batch(ids_of(ids)))

    @routes.get("/ui-api/record-ui/<ids>")
    def get_record_ui(ids: str) -> Response:
        return json_response(record_ui(reader_of(org), package, ids_of(ids), layouts_wanted(), children_wanted()))


def _register_writes(routes: Blueprint, org: LocalOrg, package: PagePackage, writer: Writer) -> None:
    def writes() -> RecordWrites:
        return RecordWrites(reader_of(org), writer, package, request.headers.get("If-Unmodified-Since"))

    @routes.post("/ui-api/records")
    def create_record() -> Response:
        return json_response(writes().create(request_body(PROPERTIES)), 201)

    @routes.patch("/ui-api/records/<record_id>")
    def update_record(record_id: str) -> Response:
        return json_response(writes().update(record_id, request_body(PROPERTIES)))

    @routes.delete("/ui-api/records/<record_id>")
    def delete_record(record_id: str) -> Response:
        writes().delete(record_id)
        return Response(status=204)


def _register_defaults(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    def defaults() -> RecordDefaults:
        layouts_wanted()  # refuses a form factor that does not exist
        return RecordDefaults(reader_of(org), package, names("optionalFields"))

    @routes.get("/ui-api/record-defaults/create/<name>")
    def get_create_defaults(name: str) -> Response:
        return json_response(defaults().create(readable_object(org, current_user(), name)))

    @routes.get("/ui-api/record-defaults/clone/<record_id>")
    def get_clone_defaults(record_id: str) -> Response:
        return json_response(defaults().clone(record_id))

    @routes.get("/ui-api/record-defaults/template/create/<name>")
    def get_create_template(name: str) -> Response:
        return json_response(defaults().template_create(readable_object(org, current_user(), name)))

    @routes.get("/ui-api/record-defaults/template/clone/<record_id>")
    def get_clone_template(record_id: str) -> Response:
        return json_response(defaults().template_clone(record_id))
