"""Writes the tables of `docs/local-org.md` from `docs/conformance/` and from the tests; `--check` only compares.

A feature is listed with how close it is to Salesforce; the tests that prove it carry `@pytest.mark.shows("<its id>")`.
A feature without a test, and a test that names no feature, are errors: the table says nothing that is not tried.
"""

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import click
from generated import finish

REPOSITORY = Path(__file__).resolve().parents[1]
CONFORMANCE = REPOSITORY / "docs" / "conformance"
TESTS = REPOSITORY / "tests"
PAGE = REPOSITORY / "docs" / "local-org.md"
BEGIN, END = "<!-- conformance: made by docs/local_org.py -->", "<!-- end of conformance -->"
STATUSES = ("faithful", "simplified", "missing")
# The order in which a reader meets an org; other areas follow by name.
FIRST = ("login", "rest", "soql", "bulk", "behaviour", "ui_api", "deploy", "faults", "load", "book", "clients")


class ConformanceError(Exception):
    """A feature or a marker is wrong; the message says where and what is expected."""


@dataclass(frozen=True)
class Feature:
    """One thing a client can tell: `status` is one of STATUSES, `note` says what differs."""

    id: str
    name: str
    status: str
    note: str


@dataclass(frozen=True)
class Area:
    """The features of one file."""

    title: str
    features: tuple[Feature, ...]


def read_areas(folder: Path) -> list[Area]:
    """All areas in reading order.

    Raises:
        ConformanceError: a file lacks a key, has an unknown status, a status without its note, or an id twice.
    """
    files = sorted(folder.glob("*.toml"), key=lambda file: (_place(file.stem), file.stem))
    areas = [_area(file) for file in files]
    counts = Counter(feature.id for area in areas for feature in area.features)
    if repeated := [name for name, count in counts.items() if count > 1]:
        raise ConformanceError(f"features listed more than once: {', '.join(repeated)}")
    return areas


def _place(stem: str) -> int:
    return FIRST.index(stem) if stem in FIRST else len(FIRST)


def _area(file: Path) -> Area:
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    try:
        features = tuple(Feature(**entry) for entry in read["feature"])
        title = str(read["area"])
    except (KeyError, TypeError) as error:
        raise ConformanceError(f"{file.name}: {error}; expected area and features of id, name, status, note") from error
    for feature in features:
        if feature.status not in STATUSES:
            raise ConformanceError(f"{file.name}: {feature.id} is {feature.status!r}, expected one of {STATUSES}")
        if feature.status != "faithful" and not feature.note:
            raise ConformanceError(f"{file.name}: {feature.id} is {feature.status}; its note has to say what differs")
    return Area(title, features)


def proved_features(tests: Path) -> set[str]:
    """The features that tests name; a marker on a class or a module counts for the tests in it."""
    found: set[str] = set()
    for file in tests.rglob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for names in _marked(tree, _of_module(tree)):
            found.update(names)
    return found


def _marked(node: ast.AST, outer: frozenset[str]) -> Iterator[frozenset[str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _marked(child, outer | _shown(child.decorator_list))
        elif isinstance(child, ast.FunctionDef) and child.name.startswith("test_"):
            yield outer | _shown(child.decorator_list)


def _of_module(tree: ast.Module) -> frozenset[str]:
    named = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign) and [ast.unparse(target) for target in statement.targets] == ["pytestmark"]
    ]
    return _shown(named)


def _shown(nodes: Sequence[ast.AST]) -> frozenset[str]:
    calls = [each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Call)]
    shows = [call for call in calls if ast.unparse(call.func) == "pytest.mark.shows"]
    return frozenset(str(arg.value) for call in shows for arg in call.args if isinstance(arg, ast.Constant))


def check(areas: Sequence[Area], proved: Set[str]) -> None:
    """Refuse features that nothing proves and markers that no feature has.

    Raises:
        ConformanceError: naming them all.
    """
    listed = {feature.id for area in areas for feature in area.features}
    problems = [f"{name}: no test carries @pytest.mark.shows({name!r})" for name in sorted(listed - proved)]
    problems += [f"{name}: a test shows it, but docs/conformance does not list it" for name in sorted(proved - listed)]
    if problems:
        raise ConformanceError("\n".join(problems))


def tables(areas: Sequence[Area]) -> str:
    """All areas as Markdown, with a summary in front."""
    lines = [f"| area | {' | '.join(STATUSES)} |", "|---|--:|--:|--:|"]
    for area in areas:
        counts = Counter(feature.status for feature in area.features)
        cells = [str(counts[status]) for status in STATUSES]
        lines.append(f"| [{area.title}](#{_anchor(area.title)}) | {' | '.join(cells)} |")
    for area in areas:
        lines += ["", f"### {area.title}", "", "| feature | | what differs |", "|---|---|---|"]
        ordered = sorted(area.features, key=lambda feature: STATUSES.index(feature.status))
        lines += [f"| {_cell(each.name)} | {each.status} | {_cell(each.note)} |" for each in ordered]
    return "\n".join(lines)


def _anchor(title: str) -> str:
    return "".join(char for char in title.lower().replace(" ", "-") if char.isalnum() or char == "-")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def page(present: str, content: str) -> str:
    """The page with its tables replaced.

    Raises:
        ConformanceError: the page has lost the lines between which the tables stand.
    """
    before, begin, rest = present.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ConformanceError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n{content}\n{END}{after}"


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when the page is out of date.")
@click.option("--conformance", type=click.Path(path_type=Path, exists=True, file_okay=False), default=CONFORMANCE)
@click.option("--tests", type=click.Path(path_type=Path, exists=True, file_okay=False), default=TESTS)
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=PAGE)
def main(only_check: bool, conformance: Path, tests: Path, file: Path) -> None:
    """Write the conformance tables into docs/local-org.md."""
    try:
        areas = read_areas(conformance)
        check(areas, proved_features(tests))
        present = file.read_text(encoding="utf-8")
        wanted = page(present, tables(areas))
    except ConformanceError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    finish(file, present, wanted, "docs/local_org.py", only_check=only_check)


if __name__ == "__main__":
    main()
