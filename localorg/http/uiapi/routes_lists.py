"""The routes of the UI API for list views and related lists."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, g, request

from localorg.http.body import json_response
from localorg.http.errors import not_found
from localorg.http.session import current_user
from localorg.http.uiapi.body import parse_error, request_body
from localorg.http.uiapi.list_info import list_info, list_views
from localorg.http.uiapi.lists import list_records
from localorg.http.uiapi.object_info import Json, readable_object
from localorg.http.uiapi.parameters import LIST_PROPERTIES, ids_of, names, page_in, reader_of, wanted_page
from localorg.http.uiapi.related import FilterReader, RelatedLists, batch
from localorg.http.uiapi.related_info import related_list_info, related_lists
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage
from localorg.pages.metadata.listviews import ALL, ListView


def register(routes: Blueprint, org: LocalOrg, package: PagePackage, filters: FilterReader) -> None:
    """Add `/ui-api/list-...` and `/ui-api/related-list-...`."""
    _register_views(routes, org, package)
    _register_related(routes, org, package, filters)
    _register_related_info(routes, org, package)


def _register_views(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    def view_of(name: str, view_name: str) -> ListView:
        sobject = readable_object(org, current_user(), name)
        everything = ListView(ALL, f"All {sobject.label_plural}", sobject.name, ())
        view = everything if view_name == ALL else package.list_views.get((sobject.name, view_name))
        if view is None:
            raise not_found()
        return view

    @routes.get("/ui-api/list-records/<name>/<view_name>")
    def get_list(name: str, view_name: str) -> Response:
        view = view_of(name, view_name)
        url = f"{g.base}/ui-api/list-records/{view.sobject}/{view.name}"
        return json_response(list_records(reader_of(org), view, wanted_page(), request.args.get("searchTerm"), url))

    @routes.post("/ui-api/list-records/<name>/<view_name>")
    def post_list(name: str, view_name: str) -> Response:
        view = view_of(name, view_name)
        body = request_body((*LIST_PROPERTIES, "searchTerm"))
        search = body.get("searchTerm")
        if not isinstance(search, str | None):
            raise parse_error("expected a text at searchTerm")
        url = f"{g.base}/ui-api/list-records/{view.sobject}/{view.name}"
        return json_response(list_records(reader_of(org), view, page_in(body), search, url))

    @routes.get("/ui-api/list-info/<name>")
    def get_list_views(name: str) -> Response:
        sobject = readable_object(org, current_user(), name)
        return json_response(list_views(package, sobject, g.base))

    @routes.get("/ui-api/list-info/<name>/<view_name>")
    def get_list_info(name: str, view_name: str) -> Response:
        return json_response(list_info(org, current_user(), view_of(name, view_name)))


def _register_related(routes: Blueprint, org: LocalOrg, package: PagePackage, filters: FilterReader) -> None:
    def related() -> RelatedLists:
        return RelatedLists(reader_of(org), package, filters, g.base)

    @routes.get("/ui-api/related-list-records/<parent_id>/<list_id>")
    def get_related(parent_id: str, list_id: str) -> Response:
        return json_response(related().records(parent_id, list_id, wanted_page()))

    @routes.post("/ui-api/related-list-records/<parent_id>/<list_id>")
    def post_related(parent_id: str, list_id: str) -> Response:
        return json_response(related().records(parent_id, list_id, page_in(request_body(LIST_PROPERTIES))))

    @routes.get("/ui-api/related-list-records/batch/<parent_id>/<list_ids>")
    def get_related_batch(parent_id: str, list_ids: str) -> Response:
        lists, wanted = related(), wanted_page()
        return json_response(batch([partial(lists.records, parent_id, each, wanted) for each in ids_of(list_ids)]))

    @routes.post("/ui-api/related-list-records/batch/<parent_id>")
    def post_related_batch(parent_id: str) -> Response:
        parameters = request_body(("relatedListParameters",)).get("relatedListParameters")
        if not isinstance(parameters, list) or not all(isinstance(each, dict) for each in parameters):
            raise parse_error("expected a list of objects at relatedListParameters")
        lists = related()
        items = [
            partial(lists.records, parent_id, str(each.get("relatedListId")), page_in(each)) for each in parameters
        ]
        return json_response(batch(items))

    @routes.get("/ui-api/related-list-count/<parent_id>/<list_id>")
    def get_related_count(parent_id: str, list_id: str) -> Response:
        return json_response(related().count(parent_id, list_id))

    @routes.get("/ui-api/related-list-count/batch/<parent_id>/<list_ids>")
    def get_related_counts(parent_id: str, list_ids: str) -> Response:
        lists = related()
        return json_response(batch([partial(lists.count, parent_id, each) for each in ids_of(list_ids)]))


def _register_related_info(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    def info(parent: str, list_id: str) -> Json:
        user = current_user()
        sobject = readable_object(org, user, parent)
        return related_list_info(org, user, package, sobject, list_id, names("fields"), names("optionalFields"))

    @routes.get("/ui-api/related-list-info/<parent>")
    def get_related_lists(parent: str) -> Response:
        user = current_user()
        return json_response(related_lists(org, user, package, readable_object(org, user, parent)))

    @routes.get("/ui-api/related-list-info/<parent>/<list_id>")
    def get_related_info(parent: str, list_id: str) -> Response:
        return json_response(info(parent, list_id))

    @routes.get("/ui-api/related-list-info/batch/<parent>/<list_ids>")
    def get_related_infos(parent: str, list_ids: str) -> Response:
        return json_response(batch([partial(info, parent, each) for each in ids_of(list_ids)]))
