"""The plan: what would be written, field by field, before anything is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sync.errors import ConfigurationError
from sync.mirror import Mirror
from sync.plan.difference import CHANGES, REFUSED, REMOVALS, difference
from sync.plan.summary import summarize
from sync.plan.targets import CheckedTarget, Target, TargetField, check

__all__ = ["Plan", "Target", "TargetField", "make_plan"]

_SHOWN = ("object", "key", "record_id", "field", "old", "new")


@dataclass(frozen=True)
class Plan:
    """Differences between desired and present values.

    `refused` lists values that the org could not store: object, key, record_id, field, reason (all text); they are
    left out of the changes, the rest of their record is not. `removals` lists records of our own objects that are to
    go: object, record_id. `details` and `targets` are for the write-back.
    """

    details: pa.Table
    refused: pa.Table
    targets: tuple[CheckedTarget, ...]
    removals: pa.Table = field(default_factory=REMOVALS.empty_table)

    @property
    def changes(self) -> pa.Table:
        """One row per value, all text: object, key, record_id (null: the record will be made), field, old, new.

        Numbers are plain decimals, dates ISO 8601, moments ISO 8601 in UTC with Z; null is null.
        """
        return self.details.select(list(_SHOWN))

    @property
    def rows(self) -> int:
        """Records that would be written or removed."""
        written = self.details.select(["object", "key"]).group_by(["object", "key"]).aggregate([]).num_rows
        return written + self.removals.num_rows

    @property
    def overwritten(self) -> int:
        """Records of which a value that is there would be replaced or emptied; filling what is empty does not count."""
        held = self.details.filter(pc.is_valid(self.details.column("old"))).select(["object", "key"])
        return held.group_by(["object", "key"]).aggregate([]).num_rows + self.removals.num_rows

    def of(self, name: str) -> pa.Table:
        """The changes of one object with their parent, in the order in which they are to be written."""
        return self.details.filter(pc.equal(self.details.column("object"), pa.scalar(name)))

    def summary(self, *, bulk_threshold: int = 2000) -> dict[str, Any]:
        """Counts by object and field, the biggest changes of each number, what cannot be stored, the API calls that
        the write-back needs and the data storage that new records take, ready for JSON."""
        return summarize(self.details, self.refused, self.targets, bulk_threshold)


def make_plan(mirror: Mirror, targets: Sequence[Target], desired: Mapping[str, pa.Table]) -> Plan:
    """Compare desired tables with the mirror.

    Parameters
    ----------
    targets : what may be written, one for each object.
    desired : for each target's object a table with its key, its fields, its stamp and its parent column; one row per
        record. Fields may have any Arrow type that fits; NaN counts as empty.

    Raises ConfigurationError and MissingField as `targets.check` says, ValueError for keys that are not unique.
    """
    names = [target.object for target in targets]
    if len(set(names)) != len(names):
        raise ConfigurationError(f"an object can have one target only; given: {', '.join(names)}")
    unknown = sorted(set(desired) - set(names))
    if unknown:
        raise ConfigurationError(f"desired tables without a target: {', '.join(unknown)}")
    checked = tuple(
        check(mirror, target, desired[target.object].column_names) for target in targets if target.object in desired
    )
    found = [difference(mirror.connection, item, desired[item.target.object]) for item in checked]
    return Plan(
        pa.concat_tables([CHANGES.empty_table(), *(item.changes for item in found)]),
        pa.concat_tables([REFUSED.empty_table(), *(item.refused for item in found)]),
        checked,
    )
