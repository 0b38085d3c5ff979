"""Types of `objectInfos` and `relatedListByName`."""

from __future__ import annotations

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
)

_TEXTS = GraphQLList(GraphQLString)


def _fields(kind: GraphQLOutputType, *names: str) -> dict[str, GraphQLField]:
    return {name: GraphQLField(kind) for name in names}


_REFERENCE = GraphQLObjectType("ReferenceToInfo", _fields(GraphQLString, "ApiName") | _fields(_TEXTS, "nameFields"))
_LOOKUP = GraphQLObjectType(
    "FilteredLookupInfo", _fields(_TEXTS, "controllingFields") | _fields(GraphQLBoolean, "dependent", "optionalFilter")
)
_FIELD_FIELDS = {
    **_fields(GraphQLString, "ApiName", "compoundComponentName", "compoundFieldName", "controllerName", "dataType"),
    **_fields(GraphQLString, "extraTypeInfo", "inlineHelpText", "label", "maskType", "referenceTargetField"),
    **_fields(GraphQLString, "relationshipName"),
    **_fields(GraphQLBoolean, "calculated", "compound", "createable", "custom", "filterable", "highScaleNumber"),
    **_fields(GraphQLBoolean, "htmlFormatted", "nameField", "polymorphicForeignKey", "reference", "required"),
    **_fields(GraphQLBoolean, "searchPrefilterable", "sortable", "unique", "updateable"),
    **_fields(GraphQLInt, "length", "precision", "scale"),
    **_fields(_TEXTS, "controllingFields"),
    **_fields(_LOOKUP, "filteredLookupInfo"),
    **_fields(GraphQLList(_REFERENCE), "referenceToInfos"),
}
FIELD = GraphQLInterfaceType("Field", _FIELD_FIELDS)
_PICKLIST_VALUE = GraphQLObjectType(
    "PicklistEntry", _fields(GraphQLString, "label", "value") | _fields(GraphQLList(GraphQLInt), "validFor")
)
_PICKLIST_VALUES = GraphQLObjectType(
    "PicklistValues",
    _fields(GraphQLID, "recordTypeID")
    | _fields(_PICKLIST_VALUE, "defaultValue")
    | _fields(GraphQLList(_PICKLIST_VALUE), "picklistValues"),
)
PLAIN_FIELD = GraphQLObjectType("StandardField", _FIELD_FIELDS, interfaces=[FIELD])
PICKLIST_FIELD = GraphQLObjectType(
    "PicklistField",
    _FIELD_FIELDS | _fields(GraphQLList(_PICKLIST_VALUES), "picklistValuesByRecordTypeIDs"),
    interfaces=[FIELD],
)
_CHILD = GraphQLObjectType(
    "ChildRelationship",
    _fields(GraphQLString, "childObjectApiName", "fieldName", "relationshipName")
    | _fields(_TEXTS, "junctionIdListNames", "junctionReferenceTo"),
)
_DEPENDENT = GraphQLObjectType(
    "DependentField", _fields(GraphQLString, "controllingField") | _fields(_TEXTS, "dependentFields")
)
_RECORD_TYPE = GraphQLObjectType(
    "RecordTypeInfo",
    _fields(GraphQLBoolean, "available", "defaultRecordTypeMapping", "master")
    | _fields(GraphQLString, "name")
    | _fields(GraphQLID, "recordTypeId"),
)
_THEME = GraphQLObjectType("ThemeInfo", _fields(GraphQLString, "color", "iconUrl"))
OBJECT_INFO = GraphQLObjectType(
    "ObjectInfo",
    {
        **_fields(GraphQLString, "ApiName", "keyPrefix", "label", "labelPlural"),
        **_fields(GraphQLID, "defaultRecordTypeId"),
        **_fields(
            GraphQLBoolean, "compactLayoutable", "createable", "custom", "deletable", "feedEnabled", "layoutable"
        ),
        **_fields(GraphQLBoolean, "mruEnabled", "queryable", "searchable", "searchLayoutable", "updateable"),
        **_fields(_TEXTS, "nameFields"),
        **_fields(GraphQLList(_CHILD), "childRelationships"),
        **_fields(GraphQLList(_DEPENDENT), "dependentFields"),
        **_fields(GraphQLList(FIELD), "fields"),
        **_fields(GraphQLList(_RECORD_TYPE), "recordTypeInfos"),
        **_fields(_THEME, "themeInfo"),
    },
)
OBJECT_INFO_INPUT = GraphQLInputObjectType(
    "ObjectInfoInput",
    {
        "apiName": GraphQLInputField(GraphQLNonNull(GraphQLString)),
        "recordTypeIds": GraphQLInputField(GraphQLList(GraphQLNonNull(GraphQLID))),
        "fieldNames": GraphQLInputField(GraphQLList(GraphQLNonNull(GraphQLString))),
    },
)
_COLUMN = GraphQLObjectType(
    "ListColumn", _fields(GraphQLString, "fieldApiName", "label", "lookupId") | _fields(GraphQLBoolean, "sortable")
)
_ORDER = GraphQLObjectType(
    "ListOrder",
    _fields(GraphQLString, "fieldApiName", "label", "sortDirection") | _fields(GraphQLBoolean, "isAscending"),
)
RELATED_LIST_INFO = GraphQLObjectType(
    "RelatedListInfo",
    {
        **_fields(GraphQLString, "childApiName", "fieldApiName", "label", "parentApiName", "relatedListName"),
        **_fields(GraphQLList(_COLUMN), "displayColumns"),
        **_fields(GraphQLList(_ORDER), "orderedByInfo"),
    },
)
