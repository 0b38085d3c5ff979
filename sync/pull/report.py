"""What a pull did."""

from __future__ import annotations

from dataclasses import dataclass

from sync.errors import ObjectStopped

DONE, STOPPED, WAITING = "done", "stopped", "waiting"


@dataclass(frozen=True)
class ObjectPull:
    """One object of a pull.

    Parameters
    ----------
    name : API name.
    way : "rest", "bulk", or "none" when the org has no such object or nothing of it was read.
    rows_read : rows that came over the wire.
    rows_changed : rows of the mirror that are new or different now (a row read again unchanged is not among them).
    rows_deleted : rows that left the mirror.
    missing_fields : optional fields that the org does not show to this user.
    calls : API calls spent on it, its describe not counted.
    seconds : wall time.
    outcome : "done"; "stopped" (it could not be read) or "waiting" (it did not fit into the API budget): then the
        mirror holds it as the last pull left it, and the next pull goes on from there.
    problem : what went wrong with its remedy, empty when nothing did.
    rows_kept : rows that the org shows no more, kept because so many at once are no ordinary deletion.
    needed : whether the catalogue cannot do without the object.
    usual : whether its absence is worth a word.
    note : what is worth a word, though nothing went wrong.
    """

    name: str
    way: str
    rows_read: int = 0
    rows_changed: int = 0
    rows_deleted: int = 0
    missing_fields: tuple[str, ...] = ()
    calls: int = 0
    seconds: float = 0.0
    outcome: str = DONE
    problem: str = ""
    rows_kept: int = 0
    needed: bool = True
    usual: bool = True
    note: str = ""


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

    @property
    def stopped(self) -> tuple[ObjectPull, ...]:
        """Objects that could not be read."""
        return tuple(item for item in self.objects if item.outcome == STOPPED)

    @property
    def waiting(self) -> tuple[ObjectPull, ...]:
        """Objects that did not fit into the API budget."""
        return tuple(item for item in self.objects if item.outcome == WAITING)

    @property
    def problems(self) -> tuple[ObjectPull, ...]:
        """Objects with something to report."""
        return tuple(item for item in self.objects if item.problem)

    @property
    def complete(self) -> bool:
        """Whether the mirror holds all that the org showed."""
        return not self.problems

    def check_needed(self) -> None:
        """Raise ObjectStopped when an object is not up to date without which nothing should be computed."""
        bad = [item for item in self.objects if item.needed and item.outcome != DONE]
        if bad:
            told = "; ".join(f"{item.name}: {item.problem}" for item in bad)
            raise ObjectStopped(f"not up to date in the mirror: {told}", [item.name for item in bad])


def hidden_rows(name: str, held: int) -> str:
    """What to say of an object that the org does not show any more, while the mirror holds rows of it."""
    return (
        f"the org does not show {name} to this user any more. Its {held:,} rows in the mirror are as they were when it"
        " last did, and scores still rest on them. Remedy: grant read access in a permission set of the integration"
        " user; if it is gone for good, `sidecar pull --full --accept-missing` lets the rows go"
    )
