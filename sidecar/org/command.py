"""`sidecar org serve | load | export | book | deploy`: the local org of the state directory."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from localorg.book import BookSettings
from localorg.export import export_folder
from localorg.loading.report import LoadReport
from sidecar import terminal
from sidecar.options import AS_JSON, Setting, common
from sidecar.org import embedded
from sidecar.org.books import make_book

SHOWN_PROBLEMS = 20
PLAIN = click.option("--plain", is_flag=True, help="Make a new org without our package.")


@click.group()
def org() -> None:
    """The local org: run it, load and export folders of CSVs, generate a book, take a package."""


@org.command()
@common
@click.option("--port", default=8765, show_default=True, help="Port on loopback.")
@PLAIN
def serve(setting: Setting, port: int, plain: bool) -> None:
    """Run the local org with its API and pages until Ctrl-C."""
    state = setting.state
    with terminal.progress_bars() as bars:
        with_pages = embedded.build_pages(bars)
    with embedded.served(state, port=port, plain=plain) as info:
        terminal.facts({"org": info.url, **({"home": embedded.home(info.url)} if with_pages else {})})
        embedded.wait_until_stopped(state)


@org.command()
@common
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@PLAIN
@AS_JSON
def load(setting: Setting, folder: Path, plain: bool, as_json: bool) -> int:
    """Load a FOLDER of sObject CSVs (plain or .gz), as Data Loader writes them. Loading twice changes nothing."""
    with embedded.opened(setting.state, plain=plain) as target, terminal.progress_bars() as bars:
        report = target.load(folder, _showing(bars))
    if as_json:
        terminal.print_json(report.to_dict())
    else:
        _show_load(report)
    return 3 if report.refused else 0


@org.command()
@common
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Write a folder of CSVs that is there anew.")
@click.option("--plain-csv", is_flag=True, help="Write .csv instead of .csv.gz.")
@AS_JSON
def export(setting: Setting, folder: Path, replace: bool, plain_csv: bool, as_json: bool) -> None:
    """Write the local org to a FOLDER of sObject CSVs that `load` takes back, deleted rows included."""
    with embedded.opened(setting.state, must_exist=True) as source, terminal.progress_bars() as bars:
        report = export_folder(source, folder, replace=replace, zipped=not plain_csv, progress=_writing(bars))
    if as_json:
        terminal.print_json(report.to_dict())
        return
    columns = ("file", "rows", "deleted", "bytes")
    rows = [(file.file, file.rows, file.deleted, file.bytes) for file in report.files]
    terminal.table(columns, rows, right=columns[1:])


@org.command()
@common
@click.option("--accounts", default=60, show_default=True, help="Named accounts.")
@click.option("--deals", default=1500, show_default=True, help="Opportunities, closed ones included.")
@click.option("--quarters", default=12, show_default=True, help="Quarters of history.")
@click.option("--reps", default=8, show_default=True, help="Account executives.")
@click.option("--seed", default=7, show_default=True, help="Same seed, same book.")
@click.option("--end", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the book (default: today).")
@AS_JSON
def book(
    setting: Setting,
    accounts: int,
    deals: int,
    quarters: int,
    reps: int,
    seed: int,
    end: datetime | None,
    as_json: bool,
) -> None:
    """Generate a believable book of named accounts into an empty local org, and its truth beside the org."""
    day = (end or datetime.now().astimezone()).date()
    settings = BookSettings(accounts=accounts, deals=deals, quarters=quarters, reps=reps, seed=seed, end=day)
    with embedded.opened(setting.state) as target, terminal.progress_bars() as bars:
        made = make_book(target, settings, setting.state.truth_folder, bars)
    if as_json:
        terminal.print_json(made.to_dict())
    else:
        terminal.table(("object", "rows"), made.rows.items(), right=("rows",))
        terminal.heading("What is true of it, beside the org")
        terminal.table(("file", "rows"), made.truth_files(), right=("rows",))


@org.command()
@common
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@AS_JSON
def deploy(setting: Setting, folder: Path | None, as_json: bool) -> int:
    """Put an SFDX package (default: ours) into the local org: all of it, or nothing if one component is refused."""
    with embedded.opened(setting.state, plain=True) as target:
        report = target.deploy(folder or embedded.package_folder())
    if as_json:
        terminal.print_json(asdict(report))
    else:
        terminal.facts({name: len(value) for name, value in asdict(report).items()})
        rows = [(item.component, item.reason, item.place) for item in report.refused]
        terminal.table(("refused", "reason", "file:line:column"), rows)
    return 1 if report.refused else 0


def _showing(bars: terminal.Bars) -> Callable[[str, int, float], None]:
    """A bar per file, from the load's own reports."""
    current, done = "", 0

    def show(file: str, rows: int, _: float) -> None:
        nonlocal current, done
        if file != current:
            current, done = file, 0
            bars.stage(f"Load {file}")
        bars.advance(rows - done)
        done = rows

    return show


def _writing(bars: terminal.Bars) -> Callable[[str, int, int], None]:
    """A bar per object, from the export's own reports."""
    current, before = "", 0

    def show(name: str, done: int, total: int) -> None:
        nonlocal current, before
        if name != current:
            current, before = name, 0
            bars.stage(f"Export {name}", total)
        bars.advance(done - before)
        before = done

    return show


def _show_load(report: LoadReport) -> None:
    columns = ("file", "rows", "inserted", "updated", "unchanged", "refused")
    terminal.table(
        columns,
        [(item.file, item.rows, item.inserted, item.updated, item.unchanged, item.refused) for item in report.files],
        right=columns[1:],
    )
    if not report.problems:
        return
    terminal.heading("What was not taken as it is")
    terminal.table(
        ("file", "row", "column", "reason", "row left out"),
        [(item.file, item.row, item.column, item.reason, item.refused) for item in report.problems[:SHOWN_PROBLEMS]],
        right=("row",),
    )
    left = len(report.problems) - SHOWN_PROBLEMS + report.problems_left_out
    if left > 0:
        terminal.say(f"{left:,} more; --json lists up to 1,000 of each file.")
