"""What would be written, kept until somebody has looked at it: so much and no more can be confirmed."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from sidecar.private_file import write_private
from sidecar.service.names import named
from sync import Mirror, Plan, Undo

_log = logging.getLogger(__name__)
_FACTS = b"preview"
MOST_SHOWN = 500
"""Values of one list."""


@dataclass(frozen=True)
class Preview:
    """A plan as it is shown.

    Attributes:
        made_at: when.
        fingerprint: `Plan.fingerprint`.
        run_id: the run that would be undone; empty for a refresh.
        reason: why a run stopped before it; empty where somebody asked for it.
        summary: `Plan.summary` with `removals`; of an undo besides `kept` (the first of them), `kept_count` and
            `already`.
        changes: object, key, record_id, name (of an account or a deal), field, old, new, all text; a record that
            would be removed has one row, with the field Id.
        since: when the first plan was made that a person had to confirm, where each one since then had to be; None
            where this one need not be.
    """

    made_at: datetime
    fingerprint: str
    run_id: str
    reason: str
    summary: Mapping[str, Any]
    changes: pa.Table
    since: datetime | None = None

    @property
    def waits_since(self) -> datetime:
        """Since when a plan waits."""
        return self.since or self.made_at

    @property
    def records(self) -> int:
        """How many records it would write or remove."""
        return int(self.summary["rows"]) + int(self.summary["removals"])

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not self.changes.num_rows


def of_plan(mirror: Mirror, plan: Plan, threshold: int, reason: str = "") -> Preview:
    """A refresh's plan as it is shown.

    Args:
        threshold: rows from which on Bulk API is used.
        reason: why the run stopped before it.
    """
    return _preview(mirror, plan, threshold, "", reason, {})


def of_undo(mirror: Mirror, found: Undo, threshold: int) -> Preview:
    """An undo as it is shown; see `of_plan`."""
    kept = named(mirror, found.kept.slice(0, MOST_SHOWN)).to_pylist()
    more = {"kept": kept, "kept_count": found.kept.num_rows, "already": found.already}
    return _preview(mirror, found.plan, threshold, found.run_id, "", more)


def _preview(mirror: Mirror, plan: Plan, threshold: int, run_id: str, reason: str, more: Mapping[str, Any]) -> Preview:
    summary = {**plan.summary(bulk_threshold=threshold), "removals": plan.removals.num_rows, **more}
    biggest = pa.Table.from_pylist(summary["biggest_changes"]) if summary["biggest_changes"] else None
    if biggest is not None:
        summary["biggest_changes"] = named(mirror, biggest).to_pylist()
    changes = named(mirror, pa.concat_tables([plan.changes, _removed(plan)]))
    plain = json.loads(json.dumps(summary, default=str))
    return Preview(datetime.now(UTC).replace(microsecond=0), plan.fingerprint, run_id, reason, plain, changes)


def _removed(plan: Plan) -> pa.Table:
    rows = plan.removals.to_pylist()
    values = [{**row, "key": row["record_id"], "field": "Id", "old": row["record_id"], "new": None} for row in rows]
    return pa.Table.from_pylist(values, plan.changes.schema)


class Previews:
    """The newest plan and the newest undo that were looked at, each in a file that its owner alone may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, preview: Preview) -> None:
        """Keep it in place of the former one of its kind; a plan that waits does so since the former one did."""
        if preview.reason:
            former = self.waiting()
            preview = replace(preview, since=former.waits_since if former else preview.made_at)
        facts = {"made_at": preview.made_at.isoformat(), "fingerprint": preview.fingerprint}
        facts |= {"run_id": preview.run_id, "reason": preview.reason}
        facts |= {"since": preview.since.isoformat()} if preview.since else {}
        text = json.dumps({**facts, "summary": preview.summary})
        changes = preview.changes.replace_schema_metadata({_FACTS: text.encode()})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, changes.schema) as written:
            written.write_table(changes)
        write_private(self._file(preview.run_id), sink.getvalue().to_pybytes())

    def plan(self) -> Preview | None:
        """The plan of a refresh, None where nobody has looked at one."""
        return _read(self._file(""))

    def waiting(self) -> Preview | None:
        """The plan that a run has left for a person, None where there is none."""
        found = self.plan()
        return found if found is not None and found.reason else None

    def undo(self, run_id: str) -> Preview | None:
        """The undo of this run, None where nobody has looked at it."""
        found = _read(self._file(run_id))
        return found if found is not None and found.run_id == run_id else None

    def drop(self, preview: Preview) -> None:
        """Let it go: it was done."""
        self._file(preview.run_id).unlink(missing_ok=True)

    def _file(self, run_id: str) -> Path:
        return self._folder / ("undo.arrow" if run_id else "plan.arrow")


def _read(file: Path) -> Preview | None:
    if not file.exists():
        return None
    try:
        # mapped: of a large plan, whoever asks only for its counts reads no values
        with pa.memory_map(str(file)) as mapped, pa.ipc.open_file(mapped) as opened:
            table = opened.read_all()
        facts = json.loads((table.schema.metadata or {})[_FACTS])
        facts |= {name: datetime.fromisoformat(facts[name]) for name in ("made_at", "since") if name in facts}
        return Preview(changes=table.replace_schema_metadata(None), **facts)
    except (OSError, pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        _log.warning("%s cannot be read (%s): make it again", file, error)
        return None
