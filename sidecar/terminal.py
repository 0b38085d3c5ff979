"""What people see: reports on standard output, progress and messages on standard error."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

# A pipe has no width; tables must not be cut there.
output = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
messages = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """One JSON document on standard output, for machines."""
    output.print(json.dumps(value, indent=2, default=str, ensure_ascii=False), markup=False)


def show(as_json: bool, value: object, report: Callable[[], None]) -> None:
    """A command's result: for machines one JSON document, for people the report."""
    if as_json:
        print_json(value)
    else:
        report()


def say(text: str) -> None:
    """A message for the person, not part of the report."""
    messages.print(text, markup=False)


def complain(text: str) -> None:
    """An error message; red where there are colours."""
    messages.print(Text("Error: ", style="bold red"), Text(text), sep="")


def is_interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and messages.is_terminal


def heading(text: str) -> None:
    """A heading between parts of a report."""
    output.print(Text(text, style="bold"))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()) -> None:
    """A plain table; columns named in `right` are aligned right. Cells are text, never markup."""
    to_right = set(right)
    drawn = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns:
        drawn.add_column(column, justify="right" if column in to_right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_cell(value)) for value in row))
    output.print(drawn)


def facts(values: Mapping[str, object]) -> None:
    """Name and value in two columns."""
    width = max(map(len, values), default=0)
    for name, value in values.items():
        output.print(Text(f"{name:<{width}}  ", style="dim"), Text(_cell(value)), sep="")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


class Bars:
    """Progress bars for the steps of a run; the progress that `sync` and `localorg` report to.

    A step that knows its total shows a bar and a count; one that does not shows a spinner. Without a terminal
    nothing is drawn.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin the next step; the one before is finished."""
        self.end()
        self._task = self._progress.add_task(name, total=total)

    def advance(self, rows: int = 1) -> None:
        """`rows` more units of the present step are done."""
        if self._task is not None:
            self._progress.advance(self._task, rows)

    def end(self) -> None:
        """The last step is finished."""
        if self._task is None:
            return
        done = self._progress.tasks[self._progress.task_ids.index(self._task)].completed
        self._progress.update(self._task, total=max(done, 1), completed=max(done, 1))
        self._progress.stop_task(self._task)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Leave the terminal to a question for as long as the block runs."""
        self.end()
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


@contextmanager
def progress_bars() -> Iterator[Bars]:
    """Bars on standard error for as long as the block runs."""
    columns: tuple[Any, ...] = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=messages, transient=True, disable=not messages.is_terminal) as progress:
        yield Bars(progress)
