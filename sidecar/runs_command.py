"""`sidecar runs`: what each run did. Reads the mirror alone, so it answers without loading the scores."""

import click

from sidecar import terminal
from sidecar.mirror_access import open_mirror
from sidecar.options import AS_JSON, Setting, common
from sidecar.report import runs_report
from sync import ledger


@click.command()
@common
@AS_JSON
def runs(setting: Setting, as_json: bool) -> None:
    """List what each run did, newest first."""
    with open_mirror(setting.state) as mirror:
        rows = ledger.runs(mirror).to_pylist()
    terminal.show(as_json, rows, lambda: runs_report(rows))
