"""What a pull did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectPull:
    """One object of a pull.

    Parameters
    ----------
    name : API name.
    way : "rest", "bulk", or "none" when the org has no such object.
    rows_read : rows that came over the wire.
    rows_changed : rows of the mirror that are new or different now (a row read again unchanged is not among them).
    rows_deleted : rows that left the mirror.
    missing_fields : optional fields that the org does not show to this user.
    calls : API calls spent on it, its describe not counted.
    seconds : wall time.
    """

    name: str
    way: str
    rows_read: int = 0
    rows_changed: int = 0
    rows_deleted: int = 0
    missing_fields: tuple[str, ...] = ()
    calls: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class PullReport:
    """All objects of a pull, in the catalogue's order, and the API calls of the whole of it."""

    objects: tuple[ObjectPull, ...]
    calls: int

    @property
    def rows_read(self) -> int:
        """Rows that came over the wire."""
        return sum(item.rows_read for item in self.objects)

    @property
    def rows_changed(self) -> int:
        """Rows of the mirror that are new or different now."""
        return sum(item.rows_changed for item in self.objects)

    @property
    def rows_deleted(self) -> int:
        """Rows that left the mirror."""
        return sum(item.rows_deleted for item in self.objects)
