"""`/services/data`, the version's own resource list, the objects and their describes."""

from __future__ import annotations

from flask import Blueprint, Response, g

from localorg.access import User
from localorg.http.body import json_response
from localorg.http.describe import describe, describe_summary
from localorg.http.errors import not_found
from localorg.http.freshness import Freshness
from localorg.http.oauth_assertion import instance_url
from localorg.http.recent import Recent
from localorg.http.session import current_user
from localorg.org import LocalOrg
from localorg.schema.model import SObject

_RESOURCES = (
    *("composite", "graphql", "jobs", "limits", "metadata", "query", "queryAll", "recent", "sobjects", "tooling"),
    "ui-api",
)


def find_object(org: LocalOrg, user: User, name: str) -> SObject:
    """The object of a URL. Raises OrgError NOT_FOUND when the user has none of this name."""
    found = org.schema.get(name)
    if found is None or not user.may_read_object(found.name):
        raise not_found()
    return found


def blueprint(org: LocalOrg, recent: Recent) -> Blueprint:
    """The resources that tell what there is."""
    pages = Blueprint("roots", __name__)
    fresh = Freshness(org.clock)

    @pages.get("")
    @pages.get("/")
    def resources() -> Response:
        found = {name: f"{g.base}/{name}" for name in _RESOURCES}
        return json_response(found | {"identity": f"{instance_url()}/id/{org.org_id}/{current_user().id}"})

    @pages.get("/sobjects")
    @pages.get("/sobjects/")
    def describe_global() -> Response:
        user = current_user()
        visible = [each for each in org.schema.objects.values() if user.may_read_object(each.name)]
        summaries = [describe_summary(each, user, g.base) for each in sorted(visible, key=lambda each: each.name)]
        return fresh.answer(user.id, g.base, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": summaries})

    @pages.get("/sobjects/<name>")
    @pages.get("/sobjects/<name>/")
    def describe_basic(name: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        summary = describe_summary(sobject, user, g.base)
        return json_response({"objectDescribe": summary, "recentItems": recent.items(user, sobject.name)})

    @pages.get("/sobjects/<name>/describe")
    @pages.get("/sobjects/<name>/describe/")
    def describe_full(name: str) -> Response:
        user = current_user()
        sobject = find_object(org, user, name)
        return fresh.answer(user.id, f"{g.base}/{sobject.name}", describe(sobject, user, g.base))

    return pages
