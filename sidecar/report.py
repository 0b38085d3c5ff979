"""Reports of the flow for people. Each has a twin for machines: `--json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sidecar import terminal
from sidecar.left_out import left_out
from sync import Plan, PullReport, RefusedRow, Undo
from sync.undo import WRITTEN_AGAIN
from sync.write_back import NOT_STORABLE

if TYPE_CHECKING:  # a list of runs needs neither scores nor what computes them
    from sidecar.refresh import Refresh, Scored
    from sidecar.undo import Undone

SHOWN = 50  # rows of a list
WIDEST = 40  # characters of a value in a list


def pull_report(report: PullReport) -> None:
    """What was read, object by object; objects without news are summed up in a line."""
    news = [item for item in report.objects if item.rows_read or item.rows_deleted or item.missing_fields]
    terminal.table(
        ("object", "way", "rows read", "changed", "deleted", "calls", "seconds"),
        [
            (item.name, item.way, item.rows_read, item.rows_changed, item.rows_deleted, item.calls, item.seconds)
            for item in news
        ],
        right=("rows read", "changed", "deleted", "calls", "seconds"),
    )
    quiet = len(report.objects) - len(news)
    terminal.output.print(f"{report.rows_read:,} rows read in {report.calls} API calls; {quiet} objects without news.")
    _left_out(report)


def _left_out(report: PullReport) -> None:
    for line in left_out(report):
        terminal.say(line)


def _noticed(scored: Scored) -> None:
    for line in scored.notices:
        terminal.say(line)


def plan_as_dict(plan: Plan, summary: Mapping[str, Any], pulled: PullReport, scored: Scored) -> Mapping[str, Any]:
    """A plan for machines, every value, refusal and removal of it; `summary` is the plan's."""
    return {
        **summary,
        "refused_values": plan.refused.to_pylist(),
        "changes": plan.changes.to_pylist(),
        "removals": plan.removals.to_pylist(),
        "left_out": left_out(pulled),
        "notices": list(scored.notices),
        "input_problems": list(scored.problems),
    }


def plan_report(plan: Plan, summary: Mapping[str, Any], pulled: PullReport, scored: Scored) -> None:
    """What would be written: counts by object and field, the biggest changes, what the org could not store."""
    _left_out(pulled)
    _noticed(scored)
    if not plan.rows:
        terminal.output.print("Nothing to write: the org holds every value already.")
    for item in summary["objects"]:
        terminal.heading(f"{item['object']}: {item['updates']:,} to update, {item['inserts']:,} to make")
        terminal.table(("field", "values"), item["fields"].items(), right=("values",))
    for name, count in sorted(Counter(plan.removals.column("object").to_pylist()).items()):
        terminal.heading(f"{name}: {count:,} to remove, as nothing stands behind them any more")
    if summary["biggest_changes"]:
        terminal.heading("Biggest changes")
        terminal.table(
            ("object", "record", "field", "now", "then"),
            [(row["object"], row["key"], row["field"], row["old"], row["new"]) for row in summary["biggest_changes"]],
            right=("now", "then"),
        )
    if summary["refused"]:
        terminal.heading(f"{summary['refused']:,} values that the org cannot hold; they are left out")
        terminal.table(
            ("object", "record", "field", "reason"),
            [
                (row["object"], row["key"], row["field"], row["reason"])
                for row in plan.refused.slice(0, SHOWN).to_pylist()
            ],
        )
        _and_more(plan.refused.num_rows)
    _set_aside(plan)
    input_problems(scored.problems)
    terminal.output.print(
        f"{summary['values']:,} values of {summary['rows']:,} records would be written"
        f"{f' and {removed:,} records removed' if (removed := plan.removals.num_rows) else ''}, "
        f"in about {summary['estimated_calls']} API calls; "
        f"new records take {summary['storage_kb']:,} KB of data storage."
    )


def refresh_report(done: Refresh) -> None:
    """What a run did, in the order of the flow."""
    _left_out(done.pulled)
    _noticed(done.scored)
    desired = done.scored.desired
    scored = ", ".join(f"{len(table):,} {name}" for name, table in desired.tables.items())
    unchanged = "none: nothing has changed since the last run"
    terminal.facts(
        {
            "run": done.run_id,
            "as of": f"{done.scored.as_of:%Y-%m-%d} ({done.scored.quarter.label})",
            "records read": done.pulled.rows_read,
            "records scored": unchanged if done.scored.settled else f"{desired.scored:,} ({scored})",
            "values changed": f"{len(done.plan.changes):,} of {done.plan.rows:,} records",
            **({"of these to remove": removed} if (removed := done.plan.removals.num_rows) else {}),
            "records written": done.written.rows_written,
            "records refused": done.written.rows_refused,
            "API calls": done.calls,
            "seconds": done.seconds,
        }
    )
    input_problems(done.scored.problems)
    _refused(done.written.refused)
    _set_aside(done.plan)


def input_problems(problems: Sequence[Mapping[str, object]]) -> None:
    """Kinds of records that are not as they should be, and what was done with them."""
    if problems:
        terminal.heading("Records that are not as they should be")
        terminal.table(
            ("table", "rows", "what is wrong and what was done"),
            [(each["table"], each["rows"], each["treatment"]) for each in problems],
            right=("rows",),
        )


def _refused(rows: Sequence[RefusedRow]) -> None:
    if not rows:
        return
    terminal.heading("Refused")
    terminal.table(
        ("object", "record", "field", "code", "message", "failing since"),
        [(row.object, row.record_id or row.key, row.field, row.code, row.message, row.since) for row in rows[:SHOWN]],
    )
    _and_more(len(rows))
    if any(row.code == NOT_STORABLE for row in rows):
        terminal.say("Values that cannot be stored are left out until others are computed.")
    if any(row.code != NOT_STORABLE for row in rows):
        terminal.say("The next run tries the refused records again; after three refusals in a row one is set aside.")


def _set_aside(plan: Plan) -> None:
    """Records that are not tried: somebody has to mend something first."""
    if not plan.set_aside.num_rows:
        return
    terminal.heading(f"{plan.set_aside.num_rows:,} records set aside: refused in three runs and more")
    terminal.table(
        ("object", "record", "refusals", "since", "code", "message"),
        [
            tuple(row[name] for name in ("object", "key", "refusals", "since", "code", "message"))
            for row in plan.set_aside.slice(0, SHOWN).to_pylist()
        ],
        right=("refusals",),
    )
    _and_more(plan.set_aside.num_rows)
    terminal.say("They are tried again when somebody has changed them, after a week, or by --retry-refused.")


def undo_report(planned: Undo, done: Undone | None) -> None:
    """What an undo put back (or would), and what it left alone because it was changed since."""
    changes, removals = planned.plan.changes, planned.plan.removals
    counts = Counter(zip(changes.column("object").to_pylist(), changes.column("field").to_pylist(), strict=True))
    if counts:
        terminal.table(
            ("object", "field", "values to put back"),
            [(name, field, count) for (name, field), count in sorted(counts.items())],
            right=("values to put back",),
        )
    if planned.kept.num_rows:
        terminal.heading(f"{planned.kept.num_rows:,} values stay as they are")
        terminal.table(
            ("object", "record", "field", "before", "written", "now", "why"),
            [
                (
                    *(_short(row[name]) for name in ("object", "record_id", "field", "before", "written", "now")),
                    row["reason"],
                )
                for row in planned.kept.slice(0, SHOWN).to_pylist()
            ],
        )
        _and_more(planned.kept.num_rows)
        if any(str(reason).startswith(WRITTEN_AGAIN) for reason in planned.kept.column("reason").to_pylist()):
            terminal.say("Later runs wrote some of these values again: undo the newest run first.")
    if done is None:
        terminal.output.print(
            f"Run {planned.run_id}: {changes.num_rows:,} values would be put back, {removals.num_rows:,} records that"
            f" it made removed, {planned.kept.num_rows:,} values kept, {planned.already:,} are as before already."
        )
        return
    _refused(done.written.refused)
    all_done = not done.written.rows_refused
    terminal.facts(
        {
            "undone": planned.run_id,
            "as run": done.run_id,
            "values put back" if all_done else "values to put back": changes.num_rows,
            "records removed" if all_done else "records to remove": removals.num_rows,
            "values kept": planned.kept.num_rows,
            "records written": done.written.rows_written,
            "records refused": done.written.rows_refused,
            "API calls": done.calls,
            "seconds": done.seconds,
        }
    )


def undo_as_dict(planned: Undo, done: Undone | None) -> Mapping[str, object]:
    """The same for machines."""
    found: dict[str, object] = {
        "undone": planned.run_id,
        "dry_run": done is None,
        "changes": planned.plan.changes.to_pylist(),
        "removals": planned.plan.removals.to_pylist(),
        "kept": planned.kept.to_pylist(),
        "already": planned.already,
    }
    if done is not None:
        found |= {
            "run": done.run_id,
            "rows_written": done.written.rows_written,
            "rows_refused": done.written.rows_refused,
            "refused": [asdict(row) for row in done.written.refused],
            "calls": done.calls,
            "seconds": round(done.seconds, 2),
        }
    return found


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= WIDEST else f"{text[:WIDEST]}…"


def _and_more(count: int) -> None:
    if count > SHOWN:
        terminal.say(f"{count - SHOWN:,} more; --json lists all.")


def runs_report(rows: Sequence[Mapping[str, Any]]) -> None:
    """The history of runs, newest first."""
    if not rows:
        terminal.output.print("No run yet. `sidecar refresh` makes the first.")
        return
    columns = ("run_id", "started_at", "status", "rows_planned", "rows_written", "rows_refused", "calls", "message")
    terminal.table(
        [column.replace("_", " ") for column in columns],
        [[row[column] for column in columns] for row in rows],
        right=("rows planned", "rows written", "rows refused", "calls"),
    )
