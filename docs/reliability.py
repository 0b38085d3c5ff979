"""Writes the tables of `docs/reliability.md`; `--check` only compares.

The fault matrix is that of `tests/sync/faults/matrix.toml`, which the tests go through cell by cell; the retry table is
`sync/client/retry_rules.py`, which the client asks.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from generated import PageError, finish, with_tables

from sync.client import retry_rules
from sync.client.retry_rules import OTHERWISE, ROW_OTHERWISE, RULES, Action, Rule, plain

REPOSITORY = Path(__file__).resolve().parents[1]
MATRIX = REPOSITORY / "tests" / "sync" / "faults" / "matrix.toml"
PAGE = REPOSITORY / "docs" / "reliability.md"
SCRIPT = "docs/reliability.py"
TABLES = ("faults", "retries")
_SPELLED = {plain(word): word for word in re.findall(r"\w+", Path(retry_rules.__file__).read_text(encoding="utf-8"))}
"""Codes as the rules' source spells them; a rule itself holds them without case and underscores."""


def fault_tables(matrix: Mapping[str, Any]) -> Iterator[str]:
    """The matrix, why cells are empty, and what its words mean."""
    stages, ends, never = matrix["stage"], matrix["end"], list(matrix["never"])
    tried = sum(len(fault["ends"]) for fault in matrix["fault"])
    yield f"{tried} of {len(matrix['fault']) * len(stages)} cells can occur, and each is tried by a test."
    yield ""
    yield "| fault | " + " | ".join(stage["name"] for stage in stages.values()) + " |"
    yield "|---" * (len(stages) + 1) + "|"
    for fault in matrix["fault"]:
        reason = f"– ({never.index(fault['otherwise']) + 1})" if "otherwise" in fault else ""
        shown = [ends[fault["ends"][stage]]["name"] if stage in fault["ends"] else reason for stage in stages]
        yield f"| `{fault['kind']}`: {fault['words']} | " + " | ".join(shown) + " |"
    yield ""
    reasons = (f"({number}) {matrix['never'][key]}" for number, key in enumerate(never, 1))
    yield f"Cells that cannot occur: {'; '.join(reasons)}."
    yield ""
    yield "| end | what it is |"
    yield "|---|---|"
    yield from (f"| {end['name']} | {end['meaning']} |" for end in ends.values())
    yield ""
    yield "| stage | request |"
    yield "|---|---|"
    yield from (f"| {stage['name']} | `{stage['request']}` |" for stage in stages.values())


def retry_table() -> Iterator[str]:
    """The rules in their order; neighbours that say the same share a line."""
    yield "| the org says | what is done | remedy that is told |"
    yield "|---|---|---|"
    for (done, remedy), rules in groupby(RULES, lambda rule: (_done(rule), rule.remedy)):
        yield f"| {', '.join(_said(rule) for rule in rules)} | {done} | {remedy} |"
    yield f"| any other answer to a request | {_done(OTHERWISE)} | {OTHERWISE.remedy} |"
    yield f"| any other code of a record | {_done(ROW_OTHERWISE)} | {ROW_OTHERWISE.remedy} |"


def _said(rule: Rule) -> str:
    parts = [str(rule.status)] if rule.status else []
    parts += [f"`{_SPELLED[rule.code]}`"] if rule.code else []
    parts += [f'"{rule.text}"'] if rule.text else []
    return " with ".join(parts)


def _done(rule: Rule) -> str:
    told = rule.action.value
    if rule.action is not Action.RETRY_NOW:
        return told
    if rule.attempts:
        told += f", {rule.attempts} attempts at most"
    if rule.uncertain:
        told += "; only what a repeat cannot double"
    return f"{told}; in the end: {rule.then.value}"


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when the page is out of date.")
@click.option("--matrix", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=MATRIX)
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=PAGE)
def main(only_check: bool, matrix: Path, file: Path) -> None:
    """Write the fault matrix and the retry table into docs/reliability.md."""
    read = tomllib.loads(matrix.read_text(encoding="utf-8"))
    present = file.read_text(encoding="utf-8")
    made = ("\n".join(fault_tables(read)), "\n".join(retry_table()))
    try:
        wanted = with_tables(present, dict(zip(TABLES, made, strict=True)), SCRIPT)
    except PageError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    finish(file, present, wanted, SCRIPT, only_check=only_check)


if __name__ == "__main__":
    main()
