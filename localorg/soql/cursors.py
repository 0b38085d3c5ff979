"""Query cursors: what is left of an answer that has more rows than a page, kept in a folder beside the org's file.

A cursor holds the Ids of all rows in their order, so that later pages are found by key and survive a restart.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from localorg.errors import OrgError
from localorg.ids import ALPHABET, checksum, is_id

KEY_PREFIX = "01g"
LIFE_SECONDS = 2 * 24 * 3600
_ID_LENGTH = 18


@dataclass(frozen=True)
class Cursor:
    """`child` leads from the query to the subquery whose rows these are: its place on each level."""

    user: str
    query: str
    all_rows: bool
    total: int
    child: tuple[int, ...] = ()


class Cursors:
    """The open cursors of an org."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, cursor: Cursor, ids: Sequence[str]) -> str:
        """Keep a cursor over these record ids. Returns its locator, 18 characters."""
        id15 = KEY_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(12))
        locator = id15 + checksum(id15)
        content = json.dumps(asdict(cursor)).encode() + b"\n" + "".join(ids).encode()
        self._file(locator).write_bytes(content)
        return locator

    def page(self, locator: str, offset: int, count: int, user: str) -> tuple[Cursor, list[str]]:
        """The cursor and `count` of its record ids from `offset`.

        Raises OrgError INVALID_QUERY_LOCATOR for one that is not there, has expired or is another user's.
        """
        path = self._file(locator)
        if not is_id(locator) or not path.is_file() or path.stat().st_mtime < time.time() - LIFE_SECONDS:
            raise invalid_locator()
        with path.open("rb") as file:
            head = json.loads(file.readline())
            cursor = Cursor(**{**head, "child": tuple(head["child"])})
            if cursor.user != user or not 0 <= offset < cursor.total:
                raise invalid_locator()
            file.seek(offset * _ID_LENGTH, 1)
            text = file.read(count * _ID_LENGTH).decode()
        return cursor, [text[start : start + _ID_LENGTH] for start in range(0, len(text), _ID_LENGTH)]

    def drop_expired(self) -> None:
        """Forget cursors older than two days."""
        oldest = time.time() - LIFE_SECONDS
        for path in self._folder.glob(f"{KEY_PREFIX}*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _file(self, locator: str) -> Path:
        return self._folder / locator


def invalid_locator() -> OrgError:
    return OrgError("INVALID_QUERY_LOCATOR", "invalid query locator")
