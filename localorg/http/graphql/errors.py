"""GraphQL's errors: they travel in an answer with HTTP status 200."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import Node, Source, get_location

VALIDATION = "ValidationError"
SYNTAX = "InvalidSyntax"
NOT_SUPPORTED = "OperationNotSupported"
FETCHING = "DataFetchingException"


class GraphqlError(Exception):
    """A part of the request that cannot be answered. `node` is where it stands, `paths` the keys that lead to it."""

    def __init__(self, message: str, kind: str, node: Node | None = None, paths: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.node = node
        self.paths = tuple(paths)

    def json(self) -> dict[str, object]:
        """The entry in `errors`."""
        locations = [{"line": line, "column": column} for line, column in self._places()]
        return {
            "message": self.message,
            "locations": locations,
            "paths": list(self.paths),
            "extensions": {"ErrorType": self.kind},
        }

    def _places(self) -> list[tuple[int, int]]:
        location = self.node.loc if self.node else None
        if location is None:
            return []
        return [tuple_of(location.source, location.start)]


def tuple_of(source: Source, position: int) -> tuple[int, int]:
    """Line and column (from 1) of a position in the query."""
    found = get_location(source, position)
    return found.line, found.column


def field_undefined(name: str, type_name: str, node: Node, paths: Sequence[str]) -> GraphqlError:
    """A field or object that does not exist for the user."""
    place = "/".join(paths)
    message = f"Validation error (FieldUndefined@[{place}]) : Field '{name}' in type '{type_name}' is undefined"
    return GraphqlError(message, VALIDATION, node)


def invalid(rule: str, reason: str, node: Node, paths: Sequence[str]) -> GraphqlError:
    """Something in the query breaks a rule of its types."""
    return GraphqlError(f"Validation error ({rule}@[{'/'.join(paths)}]) : {reason}", VALIDATION, node)
