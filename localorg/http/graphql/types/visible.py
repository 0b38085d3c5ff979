"""Schemas by what a user may see: made once for all users with the same rights, anew when a deployment changes them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import DirectiveLocation, DocumentNode, GraphQLDirective, GraphQLSchema, specified_directives

from localorg.access import User
from localorg.http.graphql.types import metadata, values
from localorg.http.graphql.types.objects import ObjectTypes
from localorg.http.graphql.types.roots import mutation_type, query_type
from localorg.schema.model import Schema

_MOST_SCHEMAS = 8
_MOST_DOCUMENTS = 64
_OPTIONAL = GraphQLDirective("optional", [DirectiveLocation.FIELD])


@dataclass(frozen=True)
class VisibleSchema:
    """A schema, what it was made from, and the documents found valid against it, by their text."""

    graphql: GraphQLSchema
    made_from: tuple[object, ...]
    valid: OrderedDict[str, DocumentNode] = field(default_factory=OrderedDict)

    def remember(self, text: str, document: DocumentNode) -> None:
        """Keep a valid document, so that it need not be checked again."""
        self.valid[text] = document
        if len(self.valid) > _MOST_DOCUMENTS:
            self.valid.popitem(last=False)


class VisibleSchemas:
    """The schemas of one org's users."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[object, ...], VisibleSchema] = OrderedDict()

    def of(self, schema: Schema, user: User) -> VisibleSchema:
        """The schema as the user sees it."""
        # a deployment replaces the objects and the permission sets; what it replaced stays alive as part of the entry
        sources = (schema.objects, *user.grants)
        key = (user.is_admin, user.profile, *(id(source) for source in sources))
        with self._lock:
            if key not in self._known:
                self._known[key] = VisibleSchema(_build(schema, user), sources)
                if len(self._known) > _MOST_SCHEMAS:
                    self._known.popitem(last=False)
            self._known.move_to_end(key)
            return self._known[key]


def _build(schema: Schema, user: User) -> GraphQLSchema:
    types = ObjectTypes(schema, user)
    return GraphQLSchema(
        query=query_type(types),
        mutation=mutation_type(types, user),
        types=[metadata.PLAIN_FIELD, metadata.PICKLIST_FIELD, *values.VALUES.values()],
        directives=[*specified_directives, _OPTIONAL],
    )
