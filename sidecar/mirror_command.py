"""`sidecar mirror check`: prove that the mirror holds what the org holds."""

from dataclasses import asdict

import click

import sync
from sidecar import terminal
from sidecar.catalogue import catalogue
from sidecar.connection import working
from sidecar.options import AS_JSON, Setting, common
from sync import CheckReport, ObjectCheck


@click.group()
def mirror() -> None:
    """The mirror: prove that it holds what the org holds."""


@mirror.command()
@click.option("--repair", is_flag=True, help="Bring the rows that differ into the mirror as the org has them.")
@click.option("--accept-missing", is_flag=True, help="With --repair: let rows go that the org shows no more.")
@common
@AS_JSON
def check(setting: Setting, repair: bool, accept_missing: bool, as_json: bool) -> int:
    """Compare every row of the mirror with the org's: counts, ids, hashes of rows.

    Nothing is written without --repair. Exit code 0: equal, or repaired; 3: something differs.
    """
    if accept_missing and not repair:
        raise click.UsageError("--accept-missing goes with --repair: without it nothing is changed.")
    configuration = setting.configuration
    section = configuration.pull
    with working(setting) as (org, opened, bars):
        report = sync.check(
            org,
            opened,
            catalogue(configuration),
            progress=bars,
            bulk_threshold=section.bulk_threshold,
            mend=repair,
            accept_missing=accept_missing,
            budget=sync.Budget(section.budget_run, section.budget_day),
        )
    if as_json:
        terminal.print_json({"equal": report.equal, **asdict(report)})
    else:
        _show(report)
    return 0 if all(_settled(item) for item in report.objects) else 3


def _settled(item: ObjectCheck) -> bool:
    return not item.problem and item.repaired == item.differences


def _show(report: CheckReport) -> None:
    terminal.table(
        ("object", "here", "there", "missing here", "missing there", "different", "not pulled yet", "repaired"),
        [
            (
                *(item.name, item.rows_here, item.rows_there, item.missing_here.count, item.missing_there.count),
                *(item.different.count, item.not_pulled_yet, item.repaired),
            )
            for item in report.objects
        ],
        right=("here", "there", "missing here", "missing there", "different", "not pulled yet", "repaired"),
    )
    for item in report.objects:
        _show_differences(item)
    equal = sum(item.equal for item in report.objects)
    mended = sum(not item.equal and _settled(item) for item in report.objects)
    others = f", {mended} were made equal" if mended else ""
    terminal.output.print(f"{equal} of {len(report.objects)} objects are equal{others}; {report.calls} API calls.")


def _show_differences(item: ObjectCheck) -> None:
    if item.equal:
        return
    terminal.heading(item.name)
    if item.problem:
        terminal.output.print(item.problem, markup=False)
    kinds = {"missing here": item.missing_here, "missing there": item.missing_there, "different": item.different}
    facts: dict[str, object] = {name: ", ".join(rows.ids) for name, rows in kinds.items() if rows.count}
    if item.fields:
        facts["fields"] = ", ".join(f"{name} ({rows:,})" for name, rows in item.fields.items())
    if item.kept:
        facts["kept"] = f"{item.kept:,} rows that the org shows no more; --accept-missing lets them go"
    terminal.facts(facts)
