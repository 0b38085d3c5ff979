"""Filters in GraphQL's form outside GraphQL: the `where` of related lists."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import FieldNode, GraphQLError, ObjectValueNode, parse_value, print_ast

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.graphql.document import request_of
from localorg.http.graphql.errors import GraphqlError
from localorg.http.graphql.filters import Arguments
from localorg.http.graphql.types import VisibleSchemas
from localorg.http.uiapi.selection import Selection
from localorg.org import LocalOrg
from localorg.schema.model import SObject
from localorg.soql.tree import Condition


@dataclass(frozen=True)
class FilterTexts:
    """Reads filters over one org's objects."""

    org: LocalOrg
    schemas: VisibleSchemas

    def condition(self, user: User, sobject: SObject, text: str) -> Condition | None:
        """What `{Name: {like: "A%"}}` demands of an object's records. Raises OrgError for a malformed filter."""
        try:
            value = parse_value(text, max_tokens=2_000)
        except (GraphQLError, RecursionError) as error:
            raise _refused(text, str(error)) from error
        if not isinstance(value, ObjectValueNode):
            raise _refused(text, "expected an object")
        document = f"{{ uiapi {{ query {{ {sobject.name}(where: {print_ast(value)}) {{ totalCount }} }} }} }}"
        try:
            request = request_of(self.schemas.of(self.org.schema, user), document, {}, None)
            if request.problems:
                raise request.problems[0]
            node = self._connection(request.operation.selection_set.selections[0])
            where = request.arguments(node, "RecordQuery").get("where")
            return Arguments(Selection(self.org.schema, user, sobject), node, ()).condition(where)
        except GraphqlError as error:
            raise _refused(text, error.message) from error

    @staticmethod
    def _connection(node: object) -> FieldNode:
        """The field of the object in the document made above."""
        while isinstance(node, FieldNode) and node.selection_set and not node.arguments:
            node = node.selection_set.selections[0]
        assert isinstance(node, FieldNode)  # as written above
        return node


def _refused(text: str, reason: str) -> OrgError:
    return OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"where: {reason} in {text[:200]}")
