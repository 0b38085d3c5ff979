"""The routes of the UI API."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, g, request

from localorg.errors import OrgError
from localorg.http.body import json_body, json_response
from localorg.http.errors import not_found
from localorg.http.session import current_user
from localorg.http.uiapi import lists, object_info, writes
from localorg.http.uiapi.errors import WriteError
from localorg.http.uiapi.record_ui import layout_selection, record_ui
from localorg.http.uiapi.records import RecordReader
from localorg.http.uiapi.viewer import viewer_of
from localorg.ids import id18
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage
from localorg.pages.metadata.listviews import ALL, ListView


def blueprint(org: LocalOrg, package: PagePackage) -> Blueprint:
    """`/ui-api/...`; `package` says which layouts, compact layouts and list views there are."""
    routes = Blueprint("uiapi", __name__)
    _register_records(routes, org, package)
    _register_objects(routes, org, package)
    _register_lists(routes, org, package)

    @routes.errorhandler(WriteError)
    def refused(error: WriteError) -> Response:
        return json_response(error.body(), error.status)

    return routes


def _register_records(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    @routes.get("/ui-api/records/<record_id>")
    def get_record(record_id: str) -> Response:
        reader = reader_of(org)
        fields, optional = names("fields"), names("optionalFields")
        if not names("layoutTypes"):
            if not fields and not optional:
                reason = "give fields, optionalFields or layoutTypes"
                raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)
            return json_response(reader.record(record_id, fields, optional))
        sobject = reader.object_of(record_id)
        found = reader.records(sobject, [record_id], layout_selection(reader, package, sobject, fields, optional))
        if not found:
            raise not_found()
        return json_response(found[id18(record_id)])

    @routes.get("/ui-api/records/batch/<ids>")
    def get_records(ids: str) -> Response:
        wanted = [each for each in ids.split(",") if each]
        return json_response(reader_of(org).batch(wanted, names("fields"), names("optionalFields")))

    @routes.get("/ui-api/record-ui/<ids>")
    def get_record_ui(ids: str) -> Response:
        wanted = [each for each in ids.split(",") if each]
        answer = record_ui(reader_of(org), package, wanted, names("layoutTypes"), names("optionalFields"))
        return json_response(answer)

    @routes.post("/ui-api/records")
    def create_record() -> Response:
        return json_response(writes.create(reader_of(org), package, json_body()), 201)

    @routes.patch("/ui-api/records/<record_id>")
    def update_record(record_id: str) -> Response:
        return json_response(writes.update(reader_of(org), package, record_id, json_body()))

    @routes.delete("/ui-api/records/<record_id>")
    def delete_record(record_id: str) -> Response:
        writes.delete(reader_of(org), record_id)
        return Response(status=204)


def _register_objects(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    @routes.get("/ui-api/object-info/<name>")
    def get_object_info(name: str) -> Response:
        user = current_user()
        sobject = object_info.readable_object(org, user, name)
        return json_response(object_info.object_info(sobject, user, package))

    @routes.get("/ui-api/object-info/<name>/picklist-values/<record_type>")
    def get_all_picklists(name: str, record_type: str) -> Response:
        user = current_user()
        sobject = object_info.readable_object(org, user, name)
        return json_response(object_info.all_picklist_values(org, user, sobject, g.base))

    @routes.get("/ui-api/object-info/<name>/picklist-values/<record_type>/<field>")
    def get_picklist(name: str, record_type: str, field: str) -> Response:
        user = current_user()
        sobject = object_info.readable_object(org, user, name)
        return json_response(object_info.picklist_values(org, user, sobject, field, g.base))


def _register_lists(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    @routes.get("/ui-api/related-list-records/<parent_id>/<list_id>")
    def get_related(parent_id: str, list_id: str) -> Response:
        return json_response(lists.related_records(reader_of(org), parent_id, list_id, wanted_page()))

    @routes.get("/ui-api/list-records/<name>/<view_name>")
    def get_list(name: str, view_name: str) -> Response:
        reader = reader_of(org)
        sobject = object_info.readable_object(org, reader.viewer.user, name)
        everything = ListView(ALL, f"All {sobject.label_plural}", sobject.name, ())
        view = everything if view_name == ALL else package.list_views.get((sobject.name, view_name))
        if view is None:
            raise not_found()
        return json_response(lists.list_records(reader, view, wanted_page(), request.args.get("searchTerm")))


def reader_of(org: LocalOrg) -> RecordReader:
    """Reads as the user of this request."""
    return RecordReader(org, viewer_of(org, current_user()))


def names(parameter: str) -> Sequence[str]:
    """A comma-separated parameter of the request, given once or several times."""
    given = request.args.getlist(parameter)
    return [name.strip() for text in given for name in text.split(",") if name.strip()]


def wanted_page() -> lists.Wanted:
    """The page of a list that the request asks for."""
    size = request.args.get("pageSize", str(lists.DEFAULT_PAGE))
    if not size.isdigit():
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"pageSize must be a number, got {size}")
    sort = names("sortBy")
    return lists.Wanted(
        fields=names("fields"),
        optional=names("optionalFields"),
        size=int(size),
        token=request.args.get("pageToken"),
        sort=sort[0] if sort else None,
    )
