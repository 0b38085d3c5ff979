"""What the scripts that write a part of a page have in common: put tables into it, write it, or only compare."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click


class PageError(Exception):
    """The page has lost the lines between which a table stands."""


def with_tables(present: str, tables: Mapping[str, str], script: str) -> str:
    """A page with its tables replaced.

    Args:
        present: what the page holds; each table stands between a line with its name and the script's, and one with its
            name and "end of".
        tables: Markdown by name.
        script: what makes them.

    Raises:
        PageError: the lines around a table are gone.
    """
    for name, content in tables.items():
        begin, end = f"<!-- {name}: made by {script} -->", f"<!-- end of {name} -->"
        before, opened, rest = present.partition(begin)
        _, closed, after = rest.partition(end)
        if not opened or not closed:
            raise PageError(f"the page needs the lines {begin!r} and {end!r}")
        present = f"{before}{begin}\n{content}\n{end}{after}"
    return present


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
