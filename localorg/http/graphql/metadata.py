"""`objectInfos` and `relatedListByName`: UI API's answers about objects, in GraphQL's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import FieldNode

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.graphql.connections import Json
from localorg.http.graphql.document import Request
from localorg.http.graphql.errors import FETCHING, GraphqlError, invalid
from localorg.http.uiapi.fetch import BASE
from localorg.http.uiapi.object_info import object_info, readable_object
from localorg.http.uiapi.picklists import picklist_values
from localorg.http.uiapi.related_info import related_list_info
from localorg.ids import MASTER_RECORD_TYPE_ID
from localorg.org import LocalOrg
from localorg.pages.metadata import PagePackage
from localorg.schema.model import SObject

MOST_OBJECTS = 2000
_PICKLIST_TYPES = ("Picklist", "MultiPicklist")


@dataclass(frozen=True)
class Metadata:
    """Answers about objects for one user."""

    org: LocalOrg
    user: User
    package: PagePackage
    request: Request

    def object_infos(
        self, nodes: list[FieldNode], paths: tuple[str, ...]
    ) -> tuple[list[Json | None], list[GraphqlError]]:
        """The infos in the order asked, None and an error for an object the user has not. Raises GraphqlError."""
        given = self.request.arguments(nodes[0], "UIAPI")
        names, inputs = given.get("apiNames"), given.get("objectInfoInputs")
        if (names is None) == (inputs is None):
            reason = "objectInfos takes either apiNames or objectInfoInputs"
            raise invalid("WrongType", reason, nodes[0], paths)
        wanted = [{"apiName": name} for name in names] if isinstance(names, list) else inputs
        assert isinstance(wanted, list)  # the schema says so
        if len(wanted) > MOST_OBJECTS:
            raise invalid("WrongType", f"at most {MOST_OBJECTS} objects, got {len(wanted)}", nodes[0], paths)
        infos: list[Json | None] = []
        errors: list[GraphqlError] = []
        for each in wanted:
            try:
                infos.append(self._object_info(each, nodes))
            except OrgError as error:
                infos.append(None)
                errors.append(GraphqlError(error.message, FETCHING, nodes[0], paths))
        return infos, errors

    def related_list(self, nodes: list[FieldNode]) -> Json:
        """The columns and order of a related list. Raises OrgError where there is none."""
        given = self.request.arguments(nodes[0], "UIAPI")
        parent = readable_object(self.org, self.user, str(given["parentApiName"]))
        name = str(given["relatedListName"])
        info = related_list_info(self.org, self.user, self.package, parent, name)
        objects = info["objectApiNames"]
        child = objects[0] if isinstance(objects, list) else None
        found = info | {"childApiName": child, "parentApiName": parent.name, "relatedListName": name}
        return self._written(found, nodes, "RelatedListInfo")

    def _object_info(self, wanted: Mapping[str, object], nodes: list[FieldNode]) -> Json:
        sobject = readable_object(self.org, self.user, str(wanted["apiName"]))
        info = object_info(sobject, self.user, self.package)
        fields, record_types = info["fields"], info["recordTypeInfos"]
        assert isinstance(fields, dict) and isinstance(record_types, dict)  # as UI API gives them
        chosen = wanted.get("fieldNames")
        shown = [each for name, each in fields.items() if not isinstance(chosen, list) or name in chosen]
        found = info | {"fields": shown, "recordTypeInfos": list(record_types.values()), "dependentFields": []}
        return self._written(found, nodes, "ObjectInfo", sobject)

    def _written(
        self, data: Mapping[str, object], nodes: list[FieldNode], kind: str, sobject: SObject | None = None
    ) -> Json:
        """The keys of `data` that are asked for, under the names they were asked by."""
        types = (kind, "Field") if kind in ("PicklistField", "StandardField") else ()
        made: Json = {}
        for key, found in self.request.below(nodes, types).items():
            name = found[0].name.value
            if name == "__typename":
                made[key] = kind
            elif name == "picklistValuesByRecordTypeIDs" and sobject is not None:
                made[key] = [self._written(self._values(sobject, str(data["apiName"])), found, "PicklistValues")]
            else:
                made[key] = self._value(data.get("apiName" if name == "ApiName" else name), found, name, sobject)
        return made

    def _value(self, value: object, nodes: list[FieldNode], name: str, sobject: SObject | None) -> object:
        if isinstance(value, list) and nodes[0].selection_set:
            return [self._value(each, nodes, name, sobject) for each in value]
        if isinstance(value, Mapping) and nodes[0].selection_set:
            return self._written(value, nodes, _type_of(name, value), sobject)
        return value

    def _values(self, sobject: SObject, name: str) -> Json:
        found = picklist_values(self.org, self.user, sobject, name, BASE)
        return {
            "recordTypeID": MASTER_RECORD_TYPE_ID,
            "picklistValues": found["values"],
            "defaultValue": found["defaultValue"],
        }


_TYPES = {
    "childRelationships": "ChildRelationship",
    "recordTypeInfos": "RecordTypeInfo",
    "referenceToInfos": "ReferenceToInfo",
    "themeInfo": "ThemeInfo",
    "picklistValues": "PicklistEntry",
    "defaultValue": "PicklistEntry",
    "displayColumns": "ListColumn",
    "orderedByInfo": "ListOrder",
}


def _type_of(name: str, value: Mapping[str, object]) -> str:
    if name == "fields":
        return "PicklistField" if value["dataType"] in _PICKLIST_TYPES else "StandardField"
    return _TYPES.get(name, name)
