"""`sidecar doctor`: the findings as a list, and an exit code."""

from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.text import Text

from sidecar import terminal
from sidecar.doctor.examine import examine
from sidecar.doctor.finding import OK, PROBLEM, WARNING, Finding
from sidecar.options import AS_JSON, Setting, common

_MARKS = {OK: ("ok     ", "green"), WARNING: ("warning", "yellow"), PROBLEM: ("problem", "bold red")}


@click.command()
@common
@AS_JSON
def doctor(setting: Setting, as_json: bool) -> int:
    """Look for what would keep the sidecar from working, and say what to do about it.

    Connection, permissions by field, the data that scores rest on, limits, this machine. Writes nothing. Exit code 0:
    no problem (warnings may be there); 1: a problem; 2: the configuration cannot be read.
    """
    findings = list(examine(setting.configuration, setting.state))
    if as_json:
        terminal.print_json([asdict(finding) for finding in findings])
    else:
        _show(findings)
    return 1 if any(finding.state == PROBLEM for finding in findings) else 0


def _show(findings: Sequence[Finding]) -> None:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        word, style = _MARKS[finding.state]
        terminal.output.print(Text(word, style=style), Text(f"{finding.check:<{width}}"), Text(finding.text), sep="  ")
        if finding.remedy:
            terminal.output.print(Text(" " * (width + 11) + f"Remedy: {finding.remedy}"))
    counts = {state: sum(finding.state == state for finding in findings) for state in (PROBLEM, WARNING)}
    problems = "1 problem" if counts[PROBLEM] == 1 else f"{counts[PROBLEM]} problems"
    warnings = "1 warning" if counts[WARNING] == 1 else f"{counts[WARNING]} warnings"
    terminal.output.print(f"{problems}, {warnings}, {len(findings)} findings.")
