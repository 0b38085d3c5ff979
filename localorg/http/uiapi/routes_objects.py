"""The routes of the UI API for objects and their picklists."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, g

from localorg.http.body import json_response
from localorg.http.session import current_user
from localorg.http.uiapi.object_info import Json, object_directory, object_info, readable_object
from localorg.http.uiapi.parameters import ids_of
from localorg.http.uiapi.picklists import all_picklist_values, check_record_type, picklist_values
from localorg.http.uiapi.related import batch
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage


def register(routes: Blueprint, org: LocalOrg, package: PagePackage) -> None:
    """Add `/ui-api/object-info...`."""

    def info(name: str) -> Json:
        user = current_user()
        return object_info(readable_object(org, user, name), user, package)

    @routes.get("/ui-api/object-info")
    def get_directory() -> Response:
        return json_response(object_directory(org, current_user(), g.base))

    @routes.get("/ui-api/object-info/<name>")
    def get_object_info(name: str) -> Response:
        return json_response(info(name))

    @routes.get("/ui-api/object-info/batch/<names>")
    def get_object_infos(names: str) -> Response:
        answer = batch([partial(info, name) for name in ids_of(names)])
        return json_response({"results": answer["results"]})

    @routes.get("/ui-api/object-info/<name>/picklist-values/<record_type>")
    def get_all_picklists(name: str, record_type: str) -> Response:
        user = current_user()
        sobject = readable_object(org, user, name)
        check_record_type(record_type)
        return json_response(all_picklist_values(org, user, sobject, g.base))

    @routes.get("/ui-api/object-info/<name>/picklist-values/<record_type>/<field>")
    def get_picklist(name: str, record_type: str, field: str) -> Response:
        user = current_user()
        sobject = readable_object(org, user, name)
        check_record_type(record_type)
        return json_response(picklist_values(org, user, sobject, field, g.base))
