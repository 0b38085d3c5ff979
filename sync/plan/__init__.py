"""The plan: what would be written, field by field, before anything is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sync.errors import ConfigurationError
from sync.failures import FAILURES, set_aside
from sync.mirror import Mirror
from sync.plan.difference import CHANGES, REFUSED, REMOVALS, difference
from sync.plan.estimate import collection_calls
from sync.plan.fingerprint import fingerprint
from sync.plan.summary import summarize
from sync.plan.targets import CheckedTarget, Target, TargetField, check

__all__ = ["Plan", "Target", "TargetField", "make_plan"]

_RECORD = ["object", "key"]
_SHOWN = ("object", "key", "record_id", "field", "old", "new")


@dataclass(frozen=True)
class Plan:
    """Differences between desired and present values.

    `refused` lists values that the org could not store: object, key, record_id, field, reason (all text); they are
    left out of the changes, the rest of their record is not. `removals` lists records of our own objects that are to
    go: object, record_id. `set_aside` lists records that the org refused so often that they are left out for now (see
    `sync.failures`). `details` and `targets` are for the write-back.
    """

    details: pa.Table
    refused: pa.Table
    targets: tuple[CheckedTarget, ...]
    removals: pa.Table = field(default_factory=REMOVALS.empty_table)
    set_aside: pa.Table = field(default_factory=FAILURES.empty_table)

    @property
    def changes(self) -> pa.Table:
        """One row per value, all text: object, key, record_id (null: the record will be made), field, old, new.

        Numbers are plain decimals, dates ISO 8601, moments ISO 8601 in UTC with Z; null is null.
        """
        return self.details.select(list(_SHOWN))

    @cached_property
    def rows(self) -> int:
        """Records that would be written or removed."""
        return _records(self.details.select(_RECORD)) + self.removals.num_rows

    @cached_property
    def overwritten(self) -> int:
        """Records of which a value that is there would be replaced or emptied; filling what is empty does not count."""
        held = self.details.select(_RECORD).filter(pc.is_valid(self.details.column("old")))
        return _records(held) + self.removals.num_rows

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would write and remove the same, stamps aside; see `sync.plan.fingerprint`."""
        stamps = [(item.schema.name, item.stamp.name) for item in self.targets if item.stamp is not None]
        return fingerprint(self.changes, self.removals, stamps)

    def of(self, name: str) -> pa.Table:
        """The changes of one object with their parent, in the order in which they are to be written."""
        return self.details.filter(pc.equal(self.details.column("object"), pa.scalar(name)))

    def summary(self, *, bulk_threshold: int = 2000) -> dict[str, Any]:
        """Counts by object and field, the biggest changes of each number, what cannot be stored, the API calls that
        write-back and removals need, the data storage that new records take and what is set aside, ready for JSON."""
        summary = summarize(self.details, self.refused, self.targets, bulk_threshold)
        removals = Counter(self.removals.column("object").to_pylist()).values()
        calls = summary["estimated_calls"] + sum(collection_calls(count) for count in removals)
        return {**summary, "estimated_calls": calls, "set_aside": self.set_aside.to_pylist()}


def make_plan(
    mirror: Mirror, targets: Sequence[Target], desired: Mapping[str, pa.Table], *, retry_refused: bool = False
) -> Plan:
    """Compare desired tables with the mirror.

    Parameters
    ----------
    targets : what may be written, one for each object.
    desired : for each target's object a table with its key, its fields, its stamp and its parent column; one row per
        record. Fields may have any Arrow type that fits; NaN counts as empty.
    retry_refused : plan also for records that are set aside.

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
    changes = pa.concat_tables([CHANGES.empty_table(), *(item.changes for item in found)])
    refused = pa.concat_tables([REFUSED.empty_table(), *(item.refused for item in found)])
    aside = FAILURES.empty_table()
    if not retry_refused:
        aside = pa.concat_tables([aside, *(set_aside(mirror, item.schema, item.key.name) for item in checked)])
    left, aside = _without(changes, aside)
    return Plan(left, refused, checked, set_aside=aside)


def _records(values: pa.Table) -> int:
    """How many records these values are of."""
    return values.group_by(_RECORD).aggregate([]).num_rows


def _without(changes: pa.Table, aside: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The changes of records that are not set aside, and those set aside that had changes."""
    if not aside.num_rows:
        return changes, aside
    wanted = aside.join(changes.select(_RECORD), _RECORD, join_type="left semi")
    left = pc.invert(pc.is_in(_name(changes), pc.unique(_name(wanted))))
    return changes.filter(left), wanted.select(aside.column_names).sort_by("since")


def _name(records: pa.Table) -> Any:
    """Object and key of each in one text."""
    parts: list[Any] = [*(records.column(name) for name in _RECORD), "\t"]
    return pc.binary_join_element_wise(*parts)
