"""What list views show: their columns, filters and scope."""

from __future__ import annotations

from localorg.access import User
from localorg.http.uiapi.layouts import field_label
from localorg.http.uiapi.object_info import Json, tag_of
from localorg.http.uiapi.related_info import column_of
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage
from localorg.pages.metadata.listviews import Filter, ListView
from localorg.schema.model import SObject


def list_info(org: LocalOrg, user: User, view: ListView) -> Json:
    """The metadata of a list view."""
    sobject = org.schema.objects[view.sobject]
    info: Json = {
        "cloneable": False,
        "createable": False,
        "deletable": False,
        "displayColumns": [made for name in view.columns if (made := column_of(org, user, sobject, name))],
        "filterLogicString": None,
        "filteredByInfo": [_filter(sobject, each) for each in view.filters if user.may_read(sobject.name, each.field)],
        "label": view.label,
        "listReference": {
            "id": None,
            "listViewApiName": view.name,
            "objectApiName": view.sobject,
            "type": "listView",
        },
        "orderedByInfo": [],
        "scope": {"apiName": "mine" if view.mine else "everything", "label": view.label},
        "updateable": False,
        "userPreferences": {"columnWidths": {}, "columnWrap": {}},
        "visibility": "Public",
        "visibilityEditable": False,
    }
    return info | {"eTag": tag_of(info)}


def list_views(package: PagePackage, sobject: SObject, base: str) -> Json:
    """An object's list views."""
    views = package.views(sobject.name)
    lists = [
        {
            "apiName": view.name,
            "label": view.label,
            "listUiUrl": f"{base}/ui-api/list-records/{view.sobject}/{view.name}",
        }
        for view in views
    ]
    return {"count": len(lists), "lists": lists, "objectApiName": sobject.name}


def _filter(sobject: SObject, wanted: Filter) -> Json:
    field = sobject.field(wanted.field)
    return {
        "fieldApiName": wanted.field,
        "label": field_label(sobject, field) if field else wanted.field,
        "operandLabels": list(wanted.values),
        "operator": wanted.operation[:1].upper() + wanted.operation[1:],
    }
