"""The GraphQL schema as one user sees the org: what they may not see has no type, field or argument."""

from localorg.http.graphql.types.visible import VisibleSchema, VisibleSchemas

__all__ = ["VisibleSchema", "VisibleSchemas"]
