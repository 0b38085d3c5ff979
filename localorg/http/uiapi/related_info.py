"""What a related list shows: its columns and order."""

from __future__ import annotations

from collections.abc import Sequence

from localorg.access import User
from localorg.http.uiapi.layouts import compact_fields, field_label
from localorg.http.uiapi.object_info import Json
from localorg.http.uiapi.related import layout_columns, list_reference, relationship_of
from localorg.http.uiapi.selection import Selection, UnknownFieldError
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject


def related_list_info(
    org: LocalOrg,
    user: User,
    package: PagePackage,
    parent: SObject,
    list_id: str,
    fields: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> Json:
    """The metadata of a related list; `fields` and `optional` are further columns (`Contact.Email`).

    Raises OrgError when there is no such list, UnknownFieldError for one of `fields` that the user has not.
    """
    relationship = relationship_of(user, parent, list_id)
    child = org.schema.objects[relationship.child_object]
    names = layout_columns(package, parent, child, list_id) or compact_fields(child, user, package)
    columns = [column for name in names if (column := column_of(org, user, child, name))]
    for name in fields:
        columns.append(_demanded(org, user, child, name))
    for name in optional:
        try:
            columns.append(_demanded(org, user, child, name))
        except UnknownFieldError:
            continue
    return {
        "cloneable": False,
        "createable": user.may_create(child.name),
        "deletable": False,
        "displayColumns": list({str(column["fieldApiName"]): column for column in columns}.values()),
        "fieldApiName": relationship.field,
        "fields": list(fields),
        "filterable": True,
        "filterLogicString": None,
        "filteredByInfo": [],
        "label": child.label_plural,
        "listReference": list_reference(parent, list_id),
        "objectApiNames": [child.name],
        "optionalFields": list(optional),
        "orderedByInfo": [],
        "restrictColumnsToLayout": True,
        "updateable": False,
        "userPreferences": {"columnWidths": {}, "columnWrap": {}, "orderedBy": []},
        "visibility": "Public",
        "visibilityEditable": False,
    }


def related_lists(org: LocalOrg, user: User, package: PagePackage, parent: SObject) -> Json:
    """The related lists of an object's layout, or all that it has when the layout names none."""
    layout = package.layout(parent.name)
    named = [each.name for each in layout.related_lists] if layout else []
    lists = []
    for name in named or [each.name for each in parent.child_relationships if each.name]:
        found = parent.child_relationship(name)
        if found is None or not user.may_read(found.child_object, found.field):
            continue
        child = org.schema.objects[found.child_object]
        lists.append(
            {
                "entityLabel": child.label,
                "entityPluralLabel": child.label_plural,
                "fieldApiName": found.field,
                "keyPrefix": child.key_prefix or None,
                "label": child.label_plural,
                "objectApiName": child.name,
                "relatedListId": found.name,
                "relatedListInfoUrl": f"/ui-api/related-list-info/{parent.name}/{found.name}",
                "themeInfo": None,
            }
        )
    return {"parentObjectApiName": parent.name, "parentRecordTypeId": None, "relatedLists": lists}


def _demanded(org: LocalOrg, user: User, child: SObject, name: str) -> Json:
    first, _, path = name.partition(".")
    found = column_of(org, user, child, path) if path and first.lower() == child.name.lower() else None
    if found is None:
        raise UnknownFieldError(name, child.name)
    return found


def column_of(org: LocalOrg, user: User, child: SObject, name: str) -> Json | None:
    """A column for `Name` or `Account.Name`, None for a field that the user has not."""
    *relationships, last = name.split(".")
    selection = Selection(org.schema, user, child)
    try:
        for relationship in relationships:
            selection = selection.parent(relationship)
        field = selection.add(last)
    except UnknownFieldError:
        return None
    label = field_label(child, field) if not relationships else field.label
    lookup = "Id" if field.name_field and not relationships else None
    return {
        "fieldApiName": name,
        "inlineEditAttributes": {},
        "label": label,
        "lookupId": f"{'.'.join(relationships)}.Id" if relationships else lookup,
        "searchable": False,
        "sortable": field.sortable,
    }
