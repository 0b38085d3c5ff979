"""What queries and mutations begin with: `uiapi`, its queries, aggregates, metadata and writes."""

from __future__ import annotations

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from localorg.access import User
from localorg.http.graphql.types.connections import chosen_page, edge_fields, page_fields
from localorg.http.graphql.types.metadata import OBJECT_INFO, OBJECT_INFO_INPUT, RELATED_LIST_INFO
from localorg.http.graphql.types.objects import ObjectTypes
from localorg.http.graphql.types.scalars import SCALARS, type_name
from localorg.schema.model import Field, SObject


def query_type(types: ObjectTypes) -> GraphQLObjectType:
    """`Query`."""
    records = GraphQLObjectType("RecordQuery", {name: types.connection(name) for name in types.objects})
    aggregates = {name: _aggregate_connection(types, name) for name in types.objects}
    texts = GraphQLList(GraphQLString)
    infos = {
        "apiNames": GraphQLArgument(texts),
        "locale": GraphQLArgument(GraphQLString),
        "objectInfoInputs": GraphQLArgument(GraphQLList(GraphQLNonNull(OBJECT_INFO_INPUT))),
    }
    lists = {name: GraphQLArgument(GraphQLNonNull(GraphQLString)) for name in ("parentApiName", "relatedListName")}
    uiapi = GraphQLObjectType(
        "UIAPI",
        {
            "query": GraphQLField(GraphQLNonNull(records)),
            "aggregate": GraphQLField(GraphQLNonNull(GraphQLObjectType("RecordQueryAggregate", aggregates))),
            "objectInfos": GraphQLField(GraphQLList(OBJECT_INFO), infos),
            "relatedListByName": GraphQLField(RELATED_LIST_INFO, lists),
            "currentUser": GraphQLField(types.record("User")),
        },
    )
    return GraphQLObjectType("Query", {"uiapi": GraphQLField(GraphQLNonNull(uiapi))})


def _aggregate_connection(types: ObjectTypes, name: str) -> GraphQLField:
    node = GraphQLObjectType(f"{name}Result", {"aggregate": GraphQLField(types.aggregate(name))})
    edge = GraphQLObjectType(f"{name}AggregateEdge", edge_fields(node))
    connection = GraphQLObjectType(f"{name}AggregateConnection", page_fields(edge))
    chosen: dict[str, GraphQLInputType] = {
        "where": types.filter(name),
        "groupBy": types.group(name),
        "orderBy": types.aggregate_order(name),
        "scope": types.scope(name),
    }
    return chosen_page(connection, chosen)


def mutation_type(types: ObjectTypes, user: User) -> GraphQLObjectType | None:
    """`Mutation`; None for a user who may write nothing."""
    found: dict[str, GraphQLField] = {}
    for name, sobject in types.objects.items():
        if user.may_create(name):
            found[f"{name}Create"] = _write(types, user, sobject, "Create")
        if user.may_edit_object(name):
            found[f"{name}Update"] = _write(types, user, sobject, "Update")
        if user.may_delete(name):
            found[f"{name}Delete"] = GraphQLField(_DELETED, {"input": GraphQLArgument(GraphQLNonNull(_DELETE))})
    if not found:
        return None
    options = GraphQLInputObjectType("UIAPIMutationsInput", {"allOrNone": GraphQLInputField(GraphQLBoolean)})
    uiapi = GraphQLField(
        GraphQLNonNull(GraphQLObjectType("UIAPIMutations", found)), {"input": GraphQLArgument(options)}
    )
    return GraphQLObjectType("Mutation", {"uiapi": uiapi})


_REFERENCE = SCALARS["IdOrRef"]
_DELETE = GraphQLInputObjectType("RecordDeleteInput", {"Id": GraphQLInputField(GraphQLNonNull(_REFERENCE))})
_DELETED = GraphQLObjectType("RecordDeletePayload", {"Id": GraphQLField(GraphQLID)})


def _write(types: ObjectTypes, user: User, sobject: SObject, verb: str) -> GraphQLField:
    def writable(field: Field) -> bool:
        possible = field.createable if verb == "Create" else field.updateable
        return possible and user.may_edit(sobject.name, field.name) and field.type != "address"

    representation = GraphQLInputObjectType(
        f"{sobject.name}{verb}Representation",
        lambda: {
            field.name: GraphQLInputField(_REFERENCE if field.type == "reference" else SCALARS[type_name(field)])
            for field in types.fields_of(sobject)
            if writable(field)
        },
    )
    parts = {sobject.name: GraphQLInputField(GraphQLNonNull(representation))}
    payload = {"Record": GraphQLField(types.record(sobject.name))}
    if verb == "Update":
        parts = {"Id": GraphQLInputField(GraphQLNonNull(_REFERENCE)), **parts}
        payload = {"success": GraphQLField(GraphQLBoolean), **payload}
    given = GraphQLInputObjectType(f"{sobject.name}{verb}Input", parts)
    return GraphQLField(
        GraphQLObjectType(f"{sobject.name}{verb}Payload", payload), {"input": GraphQLArgument(GraphQLNonNull(given))}
    )
