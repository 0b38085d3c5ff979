"""Connections: pages of records or of groups of records, and the arguments that choose them."""

from __future__ import annotations

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
)

from localorg.http.graphql.types import values


def edge_fields(node: GraphQLObjectType) -> dict[str, GraphQLField]:
    """Fields of an edge: what it leads to, and where to go on after it."""
    return {"node": GraphQLField(node), "cursor": GraphQLField(GraphQLString)}


def page_fields(edge: GraphQLObjectType) -> dict[str, GraphQLField]:
    """Fields of a connection, whatever its edges lead to."""
    return {
        "edges": GraphQLField(GraphQLList(edge)),
        "pageInfo": GraphQLField(GraphQLNonNull(values.PAGE_INFO)),
        "totalCount": GraphQLField(GraphQLNonNull(GraphQLInt)),
    }


def chosen_page(connection: GraphQLObjectType, chosen: dict[str, GraphQLInputType]) -> GraphQLField:
    """A connection with the arguments every page has and those that are its own."""
    arguments: dict[str, GraphQLInputType] = {"first": GraphQLInt, "after": GraphQLString, **chosen}
    return GraphQLField(connection, {key: GraphQLArgument(kind) for key, kind in arguments.items()})
