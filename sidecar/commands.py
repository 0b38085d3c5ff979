"""The commands of the flow: pull, plan, refresh, and undo."""

from dataclasses import asdict
from datetime import date, datetime

import click

from sidecar import explain as explaining
from sidecar import refresh as flow
from sidecar import terminal
from sidecar import undo as undoing
from sidecar.connection import working
from sidecar.options import AS_JSON, AS_OF, Setting, common
from sidecar.report import plan_as_dict, plan_report, pull_report, refresh_report, undo_as_dict, undo_report


@click.command()
@click.option("--full", is_flag=True, help="Compare every row: finds what vanished or changed without a date.")
@click.option("--accept-missing", is_flag=True, help="With --full: let rows go that the org shows no more.")
@common
@AS_JSON
def pull(setting: Setting, full: bool, accept_missing: bool, as_json: bool) -> int:
    """Bring what changed in the org into the mirror."""
    if accept_missing and not full:
        raise click.UsageError("--accept-missing goes with --full: only when every row is compared is one missing.")
    with working(setting) as (org, mirror, bars):
        report = flow.pull(org, mirror, setting.configuration, bars, full=full, accept_missing=accept_missing)
    terminal.show(as_json, asdict(report), lambda: pull_report(report))
    return 0 if report.complete else 3


@click.command()
@click.option("--explain", "record", metavar="ID", help="Show why one record gets its values.")
@common
@AS_OF
@AS_JSON
def plan(setting: Setting, record: str | None, as_of: datetime | None, as_json: bool) -> None:
    """Show what a refresh would write, value by value. Writes nothing to the org."""
    configuration = setting.configuration
    with working(setting) as (org, mirror, bars):
        pulled = flow.pull(org, mirror, configuration, bars)
        pulled.check_needed()
        if record is not None:
            scored = flow.score(mirror, configuration, _day(as_of), bars)
            bars.end()
            explained = explaining.explain(mirror, configuration, scored, record)
            terminal.show(as_json, explaining.as_dict(explained), lambda: explaining.report(explained))
            return
        scored, planned = flow.planned(mirror, configuration, _day(as_of), bars)
        bars.end()
    summary = planned.summary(bulk_threshold=configuration.write.bulk_threshold)
    found = (planned, summary, pulled, scored)
    terminal.show(as_json, plan_as_dict(*found), lambda: plan_report(*found))


@click.command()
@click.option(
    "--max-changes",
    type=click.IntRange(min=0),
    help="Stop before values of more records than this are replaced (default: a share of the org).",
)
@click.option("--retry-refused", is_flag=True, help="Try records again that the org refused in three runs and more.")
@common
@AS_OF
@AS_JSON
def refresh(
    setting: Setting, max_changes: int | None, retry_refused: bool, as_of: datetime | None, as_json: bool
) -> int:
    """Pull, score, and write back what differs."""
    configuration = setting.configuration
    with working(setting) as (org, mirror, bars):

        def confirm(what: str) -> bool:
            with bars.aside():
                return terminal.is_interactive() and click.confirm(f"{what} Write them?", err=True)

        done = flow.refresh(
            org,
            mirror,
            configuration,
            _day(as_of),
            bars,
            max_changes=max_changes,
            confirm=confirm,
            retry_refused=retry_refused,
        )
    terminal.show(as_json, done.as_dict(), lambda: refresh_report(done))
    return 0 if done.complete else 3


@click.command()
@click.argument("run")
@click.option("--dry-run", is_flag=True, help="Show what would be put back; write nothing.")
@common
@AS_JSON
def undo(setting: Setting, run: str, dry_run: bool, as_json: bool) -> int:
    """Put back what a RUN changed, except where somebody has changed it since.

    RUN is an id from `sidecar runs`, or as much of its beginning as is unique. The undo is a run of its own, which can
    be undone as well. The next refresh writes its scores again: mend what made them wrong first.
    """
    configuration = setting.configuration
    with working(setting) as (org, mirror, bars):
        name = undoing.run_to_undo(mirror, run)
        if dry_run:
            planned, done = undoing.plan_undo(org, mirror, configuration, name, bars), None
            bars.end()
        else:
            done = undoing.undo(org, mirror, configuration, name, bars)
            planned = done.planned
    terminal.show(as_json, undo_as_dict(planned, done), lambda: undo_report(planned, done))
    return 3 if done is not None and done.written.rows_refused else 0


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
