"""Writes `docs/generated-book.md` and its charts from a generated book; `--check` only says whether they are current.

The book is made for a fixed seed and day, so the page changes only when the generator does.
"""

import sys
import tomllib
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import book_charts
import click

from localorg.book import Book, BookSettings, generate
from localorg.book.catalogue import SEGMENTS
from localorg.book.measures import Measures, measure
from localorg.book.steps import future_steps
from localorg.book.truth import HORIZON_QUARTERS, QUARTERS, State, truth_of, win_probability

REPOSITORY = Path(__file__).resolve().parents[1]
PAGE = REPOSITORY / "docs" / "generated-book.md"
IMAGES = REPOSITORY / "docs" / "images"
EXPECTATIONS = REPOSITORY / "docs" / "book_expectations.toml"
SETTINGS = BookSettings(accounts=800, deals=20_000, reps=40, seed=7, end=date(2026, 11, 22), usage_weeks=130)
# Measured on ../shared/data; a test that has the data measures again.
MAVEN = Measures(0.632, 57.0, 1.86, 1_117.0, 4.73, 0.490, 0.226, 0.0, float("nan"), 0.342, 0.237)
BPIC = Measures(0.177, 15.0, 1.93, 13_000.0, 2.31, 0.279, 0.087, 0.0, float("nan"), 1.0, 0.030)


HEAD = """\
# The generated book, judged as data

Made by `docs/generated_book.py`; change the generator (`localorg/book`) and run the script.

`sidecar org book` makes a book of named accounts: every deal walks a weekly Markov chain whose chances depend on what a
reader of the org can see. The figures below are those of {deals:,} deals of {accounts:,} accounts and {reps} reps, seed
{seed}, ending on {end}. Would a sales leader believe them?

| figure | book | expected | why |
|---|---|---|---|
"""
REAL = """
The ranges come from public benchmarks, which disagree with each other and are mostly vendors' own; where a real data
set of ours has the same measure it is named. Tests hold the book to these ranges.

## Beside real data

| figure | book | maven_crm | bpic2012 |
|---|---|---|---|
"""
NOTES = """
`maven_crm` sells hardware in small deals, `bpic2012` are a bank's loans: levels differ, shapes can be compared. Close
dates that move are in neither, and `bpic2012` has no reps to speak of. `salvirt_b2b` (deals of a software firm, 47 %
won once duplicates are gone) has no dates; its win rate lies between the book's net new deals and its renewals.

## In pictures
"""
TRUTH = """
## The truth behind it

Beside the org, in `STATE/org/truth`, never in it:

- `deals.parquet`: for every deal and every week in which it was open, the probability to be won at all, and by the end
  of the quarter of that week, the next, the third and the fourth. {rest:.1%} of the open deals are won later than that.
- `accounts.parquet`: for every account and week, the probability that its next renewal is lost, and that any of its
  open renewals is lost in the week.

They are exact: backward recursion over the chain's 648 states, from {horizon} quarters ahead, and for renewals that are
not opened yet the Markov chain of health before it. `python -m benchmarks.book` lets a sample of deals and renewals go
on 10,000 times each with the generator's own steps; the distance to the truth is that of counting.
`localorg.book.read_truth` reads the files.

What a deal's chance depends on, and where it is seen: segment (`Type`), pillar (its name, and the family of its first
line's product), size band (the first `Amount`), rep (`OwnerId`), executive sponsor (`Role` of a contact role), demo
within seven days (an Event "Product demo"), competitor (`Description`), health of the account as the deal was entered
(usage and cases), stage and its age (`OpportunityHistory`), pushes and the quarter in which it is due (`CloseDate`
there), week of the quarter and month.

Dirt, as in any org: missing amounts, dates in the past, contacts entered twice, deals without account, overdue tasks,
products without telemetry, picklist values in the wrong case.

## Sources
"""


def page(book: Book, rest: float, horizon: int) -> str:
    """The page as Markdown."""
    found = figures(book)
    settings = book.settings
    head = HEAD.format(**{**asdict(settings), "end": settings.end.isoformat()})
    expected = tomllib.loads(EXPECTATIONS.read_text(encoding="utf-8"))
    rows = [_row(each, found) for each in expected["figure"]]
    names = [name for name in asdict(MAVEN) if name != "amount"]
    real = [
        f"| {name.replace('_', ' ')} | "
        + " | ".join(_shown(name, getattr(each, name)) for each in (found[""], MAVEN, BPIC))
        + " |"
        for name in names
    ]
    pictures = [f"\n![{name}](images/book-{name}.svg)\n" for name in book_charts.ALL]
    sources = [f"{number}. {text}" for number, text in enumerate(expected["sources"], 1)]
    body = [head + "\n".join(rows), REAL + "\n".join(real), NOTES + "".join(pictures)]
    return "\n".join([*body, TRUTH.format(rest=rest, horizon=horizon), *sources]) + "\n"


def _row(expected: dict[str, Any], found: dict[str, Measures]) -> str:
    figure = expected["figure"]
    value, low, high = getattr(found[expected["segment"]], figure), expected["low"], expected["high"]
    cells = (
        expected["words"],
        _shown(figure, value),
        f"{_shown(figure, low)} to {_shown(figure, high)}",
        expected["why"],
    )
    return f"| {' | '.join(cells)} |"


def figures(book: Book) -> dict[str, Measures]:
    """The measures of all deals ("") and of each segment."""
    deals, history = book["Opportunity"].to_pandas(), book["OpportunityHistory"].to_pandas()
    found: dict[str, Measures] = {"": measure(deals, history)}
    for segment in SEGMENTS:
        found[segment] = measure(deals[deals["Type"] == segment], history)
    return found


def _shown(figure: str, value: float) -> str:
    if value != value:  # not a number: the data do not tell
        return "-"
    if figure in ("cycle",):
        return f"{value:,.0f}"
    return f"{value:.2f}" if figure in ("long_cycle", "large_amount", "pushed_win_rate") else f"{100 * value:.0f} %"


def later_than_four_quarters(book: Book) -> float:
    """The mean chance of open deals, at the book's end, to be won after four quarters."""
    truth = truth_of(book.world)
    walk = book.world.deals.walk
    state = State(*(getattr(walk, name)[truth.deal] for name in ("stage", "age", "pushes", "due")))
    steps = future_steps(book.settings, QUARTERS - 1)
    return float((truth.won - win_probability(book.world.deals.profile.take(truth.deal), state, steps)).mean())


def files() -> dict[Path, str]:
    """All files of the page with their content."""
    book = generate(SETTINGS)
    tables = book_charts.tables_of(book)
    found = {IMAGES / f"book-{name}.svg": draw(tables) for name, draw in book_charts.ALL.items()}
    return {PAGE: page(book, later_than_four_quarters(book), HORIZON_QUARTERS), **found}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file is out of date.")
def main(check: bool) -> None:
    """Write the page on the generated book."""
    stale = []
    for path, content in files().items():
        if not check:
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(path.name)
    if stale:
        click.echo(f"{', '.join(stale)}: out of date; run docs/generated_book.py", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
