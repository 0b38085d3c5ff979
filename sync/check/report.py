"""What a check of the mirror found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SHOWN_IDS = 20


@dataclass(frozen=True)
class Rows:
    """Rows that differ in one way: how many, and the Ids of the first of them."""

    count: int = 0
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectCheck:
    """One object of the mirror, compared with the org.

    Parameters
    ----------
    name : API name.
    rows_here, rows_there : rows in the mirror and in the org.
    missing_here : rows that the org has and the mirror lacks.
    missing_there : rows of the mirror that the org shows no more.
    different : rows with other values.
    fields : field -> number of rows in which it differs.
    not_pulled_yet : rows that changed or were deleted in the org after the last pull; they are no differences.
    repaired : rows of the mirror that were mended.
    kept : rows that the org shows no more and that a repair kept, because they are suspiciously many.
    problem : why the object could not be compared, with the remedy; empty when it was.
    """

    name: str
    rows_here: int = 0
    rows_there: int = 0
    missing_here: Rows = Rows()
    missing_there: Rows = Rows()
    different: Rows = Rows()
    fields: Mapping[str, int] = field(default_factory=dict)
    not_pulled_yet: int = 0
    repaired: int = 0
    kept: int = 0
    problem: str = ""

    @property
    def differences(self) -> int:
        """Rows that differ in any way."""
        return self.missing_here.count + self.missing_there.count + self.different.count

    @property
    def equal(self) -> bool:
        """Whether the mirror holds what the org held at the last pull."""
        return not self.problem and self.differences == 0


@dataclass(frozen=True)
class CheckReport:
    """All objects of a check, in the catalogue's order, and the API calls of the whole of it."""

    objects: tuple[ObjectCheck, ...]
    calls: int

    @property
    def equal(self) -> bool:
        """Whether every object is equal."""
        return all(item.equal for item in self.objects)
