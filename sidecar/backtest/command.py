"""`sidecar backtest`: replay past quarters of the mirror's book and show how good the numbers would have been."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pandas as pd

import scoring
from scoring.backtest import Backtest, by_week, figures, levels, replay
from scoring.reliability import reliability
from sidecar import terminal
from sidecar.backtest.page import page
from sidecar.book import read_book
from sidecar.book.calendar import fiscal_quarters, today
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


@click.command()
@click.option("--html", "html", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file.")
@click.option("--quarters", "last", type=click.IntRange(1, 20), default=6, show_default=True, help="Past quarters.")
@common
@AS_OF
@AS_JSON
def backtest(setting: Setting, html: Path | None, last: int, as_of: datetime | None, as_json: bool) -> None:
    """Replay past quarters week by week with what was known then. Reads the mirror; writes nothing to the org."""
    with open_mirror(setting.state) as mirror:
        if not mirror.count("Opportunity"):
            raise ConfigurationError("The mirror holds no opportunities to replay: run `sidecar pull` first.")
        day = as_of.date() if as_of else today(mirror)
        calendar = fiscal_quarters(mirror, setting.configuration, day - timedelta(days=366 * 6), day)
        book = read_book(mirror, setting.configuration)
    moment = pd.Timestamp(day)
    done = replay(book, moment, scoring.quarter_at(calendar, moment), last, calendar)
    result = summary(done)
    if html is not None:
        _write(html, page(done, result, moment))
    if as_json:
        terminal.print_json(result)
    else:
        _report(result, html)


def summary(done: Backtest) -> Mapping[str, Any]:
    """The figures for machines and screens: by level, by segment and rep, by week, reliability."""
    rows = done.projected
    if rows.empty:
        return {"v": 1, "quarters": [], "left_out": list(done.left_out), "levels": {}, "by_week": {}, "reliability": {}}
    org = rows[rows["scope"] == "Org"]
    reps = rows[(rows["scope"] == "Rep") & (rows["segment"] == "All")]
    return {
        "v": 1,
        "quarters": [f"{start:%Y-%m-%d}" for start in sorted(rows["quarter"].unique())],
        "left_out": list(done.left_out),
        "levels": _records(figures(rows, levels(rows))),
        "segments": _records(figures(org, org["segment"])),
        "reps": _records(figures(reps, reps["scope_id"])),
        "by_week": _records(by_week(reps)),
        "reliability": {
            str(of): reliability(chances).round(4).to_dict("records") for of, chances in done.chances.groupby("of")
        },
    }


def _records(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    def plain(value: Any) -> Any:
        return None if pd.isna(value) else round(float(value), 4) if not isinstance(value, bool | int) else value

    return {
        str(name): {str(column): plain(value) for column, value in row.items()}
        for name, row in table.to_dict("index").items()
    }


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
    terminal.table(
        ("level", *SHOWN.values()),
        [(name, *(_cell(key, row[key]) for key in SHOWN)) for name, row in result["levels"].items()],
        right=SHOWN.values(),
    )
    for of, title in (("quarter", "Won in the quarter"), ("win", "Won at all")):
        terminal.heading(f"{title}: probability given, and what came of it")
        terminal.table(
            ("given", "won", "deals"),
            [(f"{100 * r['given']:.0f} %", f"{100 * r['won']:.0f} %", r["deals"]) for r in result["reliability"][of]],
            right=("given", "won", "deals"),
        )
    if html is not None:
        terminal.say(f"The page is in {html}.")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name == "coverage_80":
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}" if name in ("rows", "error_week4") else f"{value:.2f}"
