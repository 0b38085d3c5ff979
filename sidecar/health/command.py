"""`sidecar health explain ACCOUNT`: why an account has its health, down to the records, and what would better it."""

from datetime import datetime
from typing import Any

import click
import pandas as pd

import scoring
from sidecar import terminal
from sidecar.book import read_book
from sidecar.book.calendar import day_to_score
from sidecar.errors import ConfigurationError
from sidecar.fitted import health_lessons
from sidecar.health.settings import health_settings
from sidecar.mirror_access import open_mirror
from sidecar.options import AS_JSON, AS_OF, Setting, common

TABLES = ("dimensions", "measures", "products", "reasons", "change_totals", "changes", "trend", "renewals", "playbooks")


@click.group()
def health() -> None:
    """Customer health: why an account has its score, and what would better it."""


@health.command()
@click.argument("account")
@common
@AS_OF
@AS_JSON
def explain(setting: Setting, account: str, as_of: datetime | None, as_json: bool) -> None:
    """Show why an ACCOUNT (its Id or name) has its health: dimensions, measures, records, and the way to the next band.

    Reads what was pulled last; asks the org nothing.
    """
    with open_mirror(setting.state) as mirror:
        if "Account" not in mirror.table_names():
            raise ConfigurationError("Nothing has been pulled yet: expected accounts. Remedy: sidecar pull")
        book = read_book(mirror, setting.configuration)
        day = pd.Timestamp(day_to_score(mirror, as_of.date() if as_of else None))
        settings = health_settings(setting.configuration.health)
        lessons = None if as_of else health_lessons(mirror, setting.configuration, book, day, settings).model
    code = _account(book, account)
    found = scoring.score_health(book, day, settings, pd.Index([code]), lessons)
    explained = _explained(found, code, day, settings)
    if as_json:
        terminal.print_json(explained)
    else:
        _report(explained)


def _account(book: scoring.Book, text: str) -> str:
    accounts = book.accounts
    named = accounts[accounts["name"].str.casefold() == text.casefold()]
    found = accounts[accounts["account_id"].isin([text]) | (accounts["account_id"].str.slice(0, 15) == text)]
    found = found if len(found) else named
    if len(found) != 1:
        problem = "no account has it" if not len(found) else f"{len(found)} accounts have this name"
        raise ConfigurationError(f"{text}: expected the Id or the name of one account; {problem}. Remedy: give its Id")
    return str(found["account_id"].iloc[0])


def _explained(
    found: scoring.HealthScores, account: str, day: pd.Timestamp, settings: scoring.HealthSettings
) -> dict[str, Any]:
    """The account's rows of every table, and what would have to change for the next band."""
    tables = {name: _records(getattr(found, name)) for name in TABLES}
    return {
        "account_id": account,
        "as_of": f"{day:%Y-%m-%d}",
        **_records(found.scores)[0],
        **tables,
        "next_band": _records(scoring.next_band(found, settings)),
        "problems": _records(found.problems),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: days as text, missing values as null."""
    days = table.select_dtypes("datetime").columns
    plain = table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in days}).astype("object")
    return [
        {str(name): value for name, value in row.items()} for row in plain.where(plain.notna(), None).to_dict("records")
    ]


def _report(account: dict[str, Any]) -> None:
    total = "unknown" if account["health"] is None else f"{account['health']:.0f}"
    terminal.heading(f"{account['account_id']} as of {account['as_of']}: health {total}, {account['band']}")
    terminal.facts(
        {
            "inputs known": f"{100 * account['coverage']:.0f} %",
            "next renewal": account["next_renewal"] or "unknown",
            "risk to lose it": "unknown" if account["churn_risk"] is None else f"{100 * account['churn_risk']:.0f} %",
            "that rests on": account["churn_basis"] or "nothing to renew",
        }
    )
    for dimension in account["dimensions"]:
        score = "unknown" if dimension["score"] is None else f"{dimension['score']:.0f}"
        known = f"{100 * dimension['coverage']:.0f} % of inputs known"
        terminal.heading(f"{dimension['label']}: {score}, weight {dimension['weight']:.2f}, {known}")
        rows = [each for each in account["measures"] if each["dimension"] == dimension["dimension"]]
        terminal.table(
            ("measure", "value", "target", "score", "weight", "because", "records"),
            [
                (
                    *(each["label"], f"{each['value']:.0f}", f"{each['target']:.0f}", f"{each['score']:.0f}"),
                    *(f"{each['weight']:.2f}", each["text"], each["record_ids"].replace(";", " ")),
                )
                for each in rows
            ],
            right=("value", "target", "score", "weight"),
        )
        if dimension["missing"]:
            terminal.output.print(f"Missing: {dimension['missing'].replace(';', ', ')}.", markup=False)
    for change in account["change_totals"]:
        terminal.output.print(change["sentence"], markup=False)
    _way(account["next_band"])
    if account["playbooks"]:
        terminal.heading("What to do")
        terminal.table(
            ("who", "what", "by", "worth"),
            [(each["owner_role"], each["title"], each["due"], each["impact"]) for each in account["playbooks"]],
            right=("worth",),
        )


def _way(steps: list[dict[str, Any]]) -> None:
    if not steps:
        return
    terminal.heading(f"What would have to change for {steps[0]['band']} ({steps[0]['needed']:.0f} points more)")
    terminal.table(
        ("measure", "now", "needed", "points", ""),
        [
            (
                *(each["label"], measured(each["value"], each["unit"]), f"{each['needed_value']:.0f}"),
                *(f"+{each['points']:.1f}", "alone enough" if each["enough"] else "not enough alone"),
            )
            for each in steps
        ],
        right=("points",),
    )


def measured(value: float, unit: str) -> str:
    """A whole number with its unit, in the singular for one thing: `1 case, weighed`, `3 cases`, `1 % of weeks`."""
    number = f"{value:.0f}"
    things, comma, how = unit.partition(",")
    if number == "1" and not unit.startswith("%"):
        things = things.removesuffix("s")
    return f"{number} {things}{comma}{how}"
