"""`sidecar backtest`: replay past quarters of the mirror's book and show how good the numbers would have been."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import click

from sidecar import terminal
from sidecar.backtest.page import page
from sidecar.backtest.replayed import QUARTERS, read_past, summary
from sidecar.errors import ConfigurationError
from sidecar.mirror_access import open_mirror
from sidecar.options import AS_JSON, AS_OF, Setting, common

SHOWN = {
    "rows": "rows",
    "coverage_80": "80 % ranges hold",
    "width_vs_naive": "width / naive",
    "error_week4": "error week 4",
    "error_week4_vs_stage_weighted": "/ stage-weighted",
    "error_week4_vs_commit_category": "/ commit category",
    "error_week4_vs_last_year": "/ last year",
    "bias": "expected / final",
}
# Reps told of in the terminal.
REPS = 20


@click.command()
@click.option("--html", "html", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file.")
@click.option(
    "--quarters", "last", type=click.IntRange(1, 20), default=QUARTERS, show_default=True, help="Past quarters."
)
@common
@AS_OF
@AS_JSON
def backtest(setting: Setting, html: Path | None, last: int, as_of: datetime | None, as_json: bool) -> None:
    """Replay past quarters week by week with what was known then. Reads the mirror; writes nothing to the org."""
    with open_mirror(setting.state) as mirror:
        past = read_past(mirror, setting.configuration, as_of.date() if as_of else None)
    done = past.replayed(last)
    result = summary(done)
    if html is not None:
        _write(html, page(result, past.as_of))
    if as_json:
        terminal.print_json(result)
    else:
        _report(result, html)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{file}: the page cannot be written there ({error.strerror}); name a writable file."
        ) from error


def _report(result: Mapping[str, Any], html: Path | None) -> None:
    for reason in result["left_out"]:
        terminal.say(f"Left out: the quarter from {reason}.")
    if not result["quarters"]:
        terminal.output.print("No past quarter can be replayed yet: two whole quarters must lie before it.")
        return
    terminal.heading(f"Projection: {len(result['quarters'])} quarters from {result['quarters'][0]}, weeks 1 to 12")
    for of, title in (("levels", "level"), ("segments", "org by segment"), ("pillars", "org by pillar")):
        _table(title, result[of])
    shown = result["reps"]
    _table("rep", dict(islice(shown.items(), REPS)))
    if len(shown) > REPS:
        terminal.say(f"{len(shown) - REPS:,} more reps: --json or --html tells of all.")
    for of, title in (("quarter", "Won in the quarter"), ("win", "Won at all")):
        terminal.heading(f"{title}: probability given, and what came of it")
        terminal.table(
            ("given", "won", "deals"),
            [(f"{100 * r['given']:.0f} %", f"{100 * r['won']:.0f} %", r["deals"]) for r in result["reliability"][of]],
            right=("given", "won", "deals"),
        )
    if html is not None:
        terminal.say(f"The page is in {html}.")


def _table(of: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    terminal.table(
        (of, *SHOWN.values()),
        [(name, *(_cell(key, row[key]) for key in SHOWN)) for name, row in rows.items()],
        right=SHOWN.values(),
    )


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "coverage_80":
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if name in ("rows", "error_week4") else f"{value:.2f}"
