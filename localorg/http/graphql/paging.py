"""Which rows of a connection are wanted: `first`, `after` and `upperBound`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import FieldNode

from localorg.http.graphql.cursors import cursor_of, place_of
from localorg.http.graphql.errors import GraphqlError, invalid

DEFAULT_FIRST = 10
LARGEST_FIRST = 2000
SMALLEST_BOUNDED_FIRST = 200
MOST_UNBOUNDED_ROWS = 4000

Json = dict[str, object]


@dataclass(frozen=True)
class Window:
    """At most `first` rows after the first `offset`, none of them beyond number `most`."""

    first: int = DEFAULT_FIRST
    offset: int = 0
    bound: int | None = None

    @property
    def size(self) -> int:
        """How many rows the page may have."""
        most = MOST_UNBOUNDED_ROWS if self.bound is None else self.bound
        return max(0, min(self.first, most - self.offset))

    def cursor(self, number: int) -> str:
        """The cursor of the page's row with this number, counted from 1 over all pages."""
        return cursor_of(number, self.bound)

    def has_more(self, fetched: int) -> bool:
        """Whether there is a next page, given the rows fetched (one more than the page when there are more)."""
        most = MOST_UNBOUNDED_ROWS if self.bound is None else self.bound
        return fetched > self.size and self.offset + self.size < most

    def info(self, fetched: int, wanted: Mapping[str, str]) -> Json:
        """`pageInfo`; `wanted` maps response keys to names."""
        count = min(fetched, self.size)
        values: Json = {
            "hasNextPage": self.has_more(fetched),
            "hasPreviousPage": self.offset > 0,
            "startCursor": self.cursor(self.offset + 1) if count else None,
            "endCursor": self.cursor(self.offset + count) if count else None,
            "__typename": "PageInfo",
        }
        return {key: values[name] for key, name in wanted.items()}


def window_of(arguments: Mapping[str, object], node: FieldNode, paths: Sequence[str]) -> Window:
    """The window that a connection's arguments ask for. Raises GraphqlError."""
    offset, bound = _place(arguments.get("after"), node, paths)
    given = arguments.get("upperBound")
    bound = given if isinstance(given, int) else bound
    first = arguments.get("first")
    smallest = 1 if bound is None else SMALLEST_BOUNDED_FIRST
    if first is None:
        return Window(DEFAULT_FIRST if bound is None else SMALLEST_BOUNDED_FIRST, offset, bound)
    if not isinstance(first, int) or not smallest <= first <= LARGEST_FIRST:
        raise invalid("WrongType", f"first must be between {smallest} and {LARGEST_FIRST}, got {first}", node, paths)
    if bound is not None and bound < 1:
        raise invalid("WrongType", f"upperBound must be at least 1, got {bound}", node, paths)
    return Window(first, offset, bound)


def _place(after: object, node: FieldNode, paths: Sequence[str]) -> tuple[int, int | None]:
    if after is None:
        return 0, None
    place = place_of(after) if isinstance(after, str) else None
    if place is None:
        raise wrong_cursor(after, node, paths)
    return place


def wrong_cursor(after: object, node: FieldNode, paths: Sequence[str]) -> GraphqlError:
    """`after` is not what an earlier page gave."""
    return invalid("WrongType", f"after is no cursor of this query: {after!r}", node, paths)
