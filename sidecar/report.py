"""Reports of the flow for people. Each has a twin for machines: `--json`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sidecar import terminal
from sidecar.refresh import Refresh
from sync import Plan, PullReport


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
    absent = [item.name for item in report.objects if item.way == "none"]
    fields = [f"{item.name}.{field}" for item in report.objects for field in item.missing_fields]
    if absent:
        terminal.say(f"Not in this org, or not shown to this user; scores do without: {', '.join(absent)}.")
    if fields:
        terminal.say(f"Optional fields that are not there; scores do without: {', '.join(fields)}.")


def plan_report(plan: Plan, bulk_threshold: int) -> None:
    """What would be written: counts by object and field, the biggest changes, what the org could not store."""
    summary = plan.summary(bulk_threshold=bulk_threshold)
    if not summary["rows"]:
        terminal.output.print("Nothing to write: the org holds every value already.")
    for item in summary["objects"]:
        terminal.heading(f"{item['object']}: {item['updates']:,} to update, {item['inserts']:,} to make")
        terminal.table(("field", "values"), item["fields"].items(), right=("values",))
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
            [(row["object"], row["key"], row["field"], row["reason"]) for row in summary["refused_values"]],
        )
    terminal.output.print(
        f"{summary['values']:,} values of {summary['rows']:,} records would be written, "
        f"in about {summary['estimated_calls']} API calls."
    )


def refresh_report(done: Refresh) -> None:
    """What a run did, in the order of the flow."""
    _left_out(done.pulled)
    scored = ", ".join(f"{len(table):,} {name}" for name, table in done.scored.desired.tables.items())
    terminal.facts(
        {
            "run": done.run_id,
            "as of": f"{done.scored.as_of:%Y-%m-%d} ({done.scored.quarter.label})",
            "records read": done.pulled.rows_read,
            "records scored": f"{done.scored.desired.scored:,} ({scored})",
            "values changed": f"{len(done.plan.changes):,} of {done.plan.rows:,} records",
            "records written": done.written.rows_written,
            "records refused": done.written.rows_refused,
            "API calls": done.calls,
            "seconds": done.seconds,
        }
    )
    if done.written.refused:
        terminal.heading("Refused")
        terminal.table(
            ("object", "record", "field", "code", "message", "next run"),
            [
                (row.object, row.record_id or row.key, row.field, row.code, row.message, row.retried)
                for row in done.written.refused[:50]
            ],
        )


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
