"""Writes the tables of docs/health.md: the measures, and three customers computed from records that the page shows.

.venv/bin/python docs/health.py [--check]
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pandas as pd
from generated import PageError, finish, with_tables

from scoring import Book, HealthScores, HealthSettings, score_health
from scoring.health.definitions import FORMULAS

SCRIPT = "docs/health.py"
PAGE = Path(__file__).with_name("health.md")
DAY = pd.Timestamp("2026-03-01")
CUSTOMERS = {
    "Alder": "healthy: licences in use, features used, one small case",
    "Birch": "silently dying: nobody complains, and ever fewer people use the product",
    "Cedar": "noisy but fine: many cases, all answered in time, and the product in full use",
}
USERS = {"Alder": [420, 424, 428, 430], "Birch": [400, 330, 240, 150], "Cedar": [455, 458, 462, 465]}
FEATURES = {"Alder": 9.0, "Birch": 3.0, "Cedar": 9.0}
CASES = {
    "Alder": [("Low", "2026-02-02", "2026-02-09")],
    "Birch": [],
    "Cedar": [
        *[("Medium", f"2026-02-{day:02d}", f"2026-02-{day + 3:02d}") for day in (2, 5, 9, 12, 17)],
        ("High", "2026-02-20", "2026-02-26"),
        ("Medium", "2026-02-26", None),
    ],
}


def example_book() -> Book:
    """Three customers with one product of 500 licences each; users step down or up every four weeks."""
    names = list(CUSTOMERS)
    weeks = pd.date_range("2025-11-10", periods=16, freq="7D").as_unit("us")
    usage = pd.concat(
        [
            pd.DataFrame(
                {
                    "account_id": name,
                    "product": "Firewall",
                    "week_start": weeks,
                    "licensed": 500.0,
                    "active_users": [float(USERS[name][place // 4]) for place in range(16)],
                    "features_bought": 10.0,
                    "features_used": FEATURES[name],
                    "volume": 1000.0,
                }
            )
            for name in names
        ],
        ignore_index=True,
    )
    cases = [(name, *case) for name in names for case in CASES[name]]
    table = pd.DataFrame(cases, columns=["account_id", "priority", "created_date", "closed_date"])
    return Book(
        accounts=pd.DataFrame({"account_id": names}),
        usage=usage,
        assets=pd.DataFrame(
            {
                "asset_id": [f"asset of {name}" for name in names],
                "account_id": names,
                "product": "Firewall",
                "arr": 200_000.0,
                "install_date": pd.Timestamp("2025-03-01"),
                "usage_end_date": pd.Timestamp("2026-06-30"),
            }
        ),
        deployments=pd.DataFrame(
            {
                "deployment_id": [f"roll-out of {name}" for name in names],
                "account_id": names,
                "product": "Firewall",
                "bought": 500.0,
                "deployed": [500.0, 460.0, 500.0],
                "milestones_planned": 5.0,
                "milestones_reached": 5.0,
                "started_on": pd.Timestamp("2025-03-01"),
                "target_date": pd.Timestamp("2025-09-01"),
                "completed_on": pd.Timestamp("2025-08-20"),
                "status": "Completed",
            }
        ),
        cases=table.assign(
            case_id=[f"case {number}" for number in range(1, len(table) + 1)],
            created_date=pd.to_datetime(table["created_date"]),
            closed_date=pd.to_datetime(table["closed_date"]),
            is_closed=table["closed_date"].notna(),
            is_escalated=False,
            reopened=0.0,
        ),
    )


def measures_table() -> Iterator[str]:
    """The measures of the product."""
    yield "| measure | formula | reads | target | points | half-life | weight | owner |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in HealthSettings().measures:
        points = ", ".join(f"{value:g} → {worth:g}" for value, worth in (*each.points, (each.target, 100)))
        age = f"{each.half_life_days:g} days" if each.half_life_days else "–"
        reads = f"{each.form.source}: {', '.join(each.fields)}"
        target = f"{each.target:g} {each.unit}"
        yield (
            f"| **{each.label}** (`{each.key}`, {each.dimension}) | `{each.formula}` | {reads} | {target} | {points} |"
            f" {age} | {each.weight:g} | {each.owner} |"
        )


def formulas_table() -> Iterator[str]:
    """The formulas that a definition may name."""
    yield "| formula | table | fields | parameters | by product | past known |"
    yield "|---|---|---|---|---|---|"
    for name, form in FORMULAS.items():
        fields = "; ".join(" or ".join(choice) for choice in form.fields)
        parameters = ", ".join(f"{key} {value:g}" for key, value in form.parameters.items()) or "–"
        yes = {True: "yes", False: "no"}
        by_product, past = yes[form.by_product], yes[form.has_history]
        yield f"| `{name}` | {form.source} | {fields} | {parameters} | {by_product} | {past} |"


def customers(found: HealthScores) -> Iterator[str]:
    """The three customers, measure by measure, with the records."""
    scores = found.scores.set_index("account_id")
    for name, what in CUSTOMERS.items():
        row = scores.loc[name]
        yield f"### {name}: {what}"
        yield ""
        yield (
            f"Health **{row['health']:.1f}**, {row['band']}; technical {row['technical']:.1f}, deployment "
            f"{row['deployment']:.1f}, adoption {row['adoption']:.1f}; {100 * row['coverage']:.0f} % of the inputs "
            f"known; risk to lose the renewal of {row['next_renewal']:%Y-%m-%d}: {100 * row['churn_risk']:.0f} %."
        )
        yield ""
        change = found.change_totals[found.change_totals["account_id"] == name].set_index("days").loc[30, "sentence"]
        yield f"> {change}"
        yield ""
        yield "| measure | value | target | score | share in the total | points of the total | records |"
        yield "|---|---|---|---|---|---|---|"
        rows = found.measures[found.measures["account_id"] == name]
        for each in rows.itertuples():
            yield (
                f"| {each.label} | {each.value:.1f} | {each.target:g} | {each.score:.1f} | {each.share:.4f} |"
                f" {each.share * each.score:.2f} | {each.record_ids.replace(';', ', ')} |"
            )
        yield f"| **total** | | | | {rows['share'].sum():.4f} | **{(rows['share'] * rows['score']).sum():.2f}** | |"
        yield ""


def records() -> Iterator[str]:
    """The records of the three customers."""
    yield "| customer | active of 500 users, by four weeks | features used of 10 | deployed of 500 |"
    yield "|---|---|---|---|"
    book = example_book()
    deployed = book.deployments.set_index("account_id")["deployed"]
    for name in CUSTOMERS:
        users = ", ".join(map(str, USERS[name]))
        yield f"| {name} | {users} | {FEATURES[name]:g} | {deployed[name]:g} |"
    yield ""
    yield "| case | customer | priority | opened | closed |"
    yield "|---|---|---|---|---|"
    for each in book.cases.itertuples():
        closed = f"{each.closed_date:%Y-%m-%d}" if each.is_closed else ""
        yield f"| {each.case_id} | {each.account_id} | {each.priority} | {each.created_date:%Y-%m-%d} | {closed} |"


def page(present: str) -> str:
    """The page with its tables made anew.

    Raises:
        PageError: the lines around a table are gone.
    """
    found = score_health(example_book(), DAY)
    tables = {
        "measures": measures_table(),
        "formulas": formulas_table(),
        "records": records(),
        "customers": customers(found),
    }
    return with_tables(present, {name: "\n".join(lines).rstrip() for name, lines in tables.items()}, SCRIPT)


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when the page is out of date.")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=PAGE)
def main(only_check: bool, file: Path) -> None:
    """Make the tables of docs/health.md."""
    present = file.read_text(encoding="utf-8")
    try:
        wanted = page(present)
    except PageError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    finish(file, present, wanted, SCRIPT, only_check=only_check)


if __name__ == "__main__":
    main()
