"""What the scripts that write a part of a page have in common: write it, or only compare."""

import sys
from pathlib import Path

import click


def finish(file: Path, present: str, wanted: str, script: str, *, only_check: bool) -> None:
    """Write `wanted` into a page.

    Args:
        file: the page.
        present: what it holds.
        wanted: what it should hold.
        script: what the reader should run where the page is out of date.
        only_check: write nothing; end with exit code 1 where the two differ.
    """
    if not only_check:
        file.write_text(wanted, encoding="utf-8")
    elif wanted != present:
        click.echo(f"{file.name} is out of date; run {script}", err=True)
        sys.exit(1)
