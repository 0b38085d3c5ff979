"""GraphQL's errors: they travel in an answer with HTTP status 200."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import Node, get_location

VALIDATION = "ValidationError"
SYNTAX = "InvalidSyntax"
NOT_SUPPORTED = "OperationNotSupported"
FETCHING = "DataFetchingException"
ABORTED = "ExecutionAborted"


class GraphqlError(Exception):
    """A part of the request that cannot be answered. `places` are lines and columns (from 1)
    where it stands, `paths` the keys that lead to it."""

    def __init__(self, message: str, kind: str, node: Node | None = None, paths: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.places = _places(node) if node else []
        self.paths = tuple(paths)

    def json(self) -> dict[str, object]:
        """The entry in `errors`."""
        return {
            "message": self.message,
            "locations": [{"line": line, "column": column} for line, column in self.places],
            "paths": list(self.paths),
            "extensions": {"ErrorType": self.kind},
        }


def _places(node: Node) -> list[tuple[int, int]]:
    if node.loc is None:
        return []
    found = get_location(node.loc.source, node.loc.start)
    return [(found.line, found.column)]


def invalid(rule: str, reason: str, node: Node | None, paths: Sequence[str]) -> GraphqlError:
    """Something in the request breaks a rule of its types."""
    return GraphqlError(f"Validation error ({rule}@[{'/'.join(paths)}]) : {reason}", VALIDATION, node)
