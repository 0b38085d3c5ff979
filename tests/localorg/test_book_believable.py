"""A sales leader would believe the generated book: its figures lie where benchmarks and real data have them."""

import subprocess
import sys
import tomllib
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from localorg.book import Book, BookSettings, generate
from localorg.book.measures import Measures, measure, pushes

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
DATA = REPOSITORY.parent / "shared" / "data"
EXPECTED = tomllib.loads((DOCS / "book_expectations.toml").read_text(encoding="utf-8"))["figure"]


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(BookSettings(end=date(2026, 11, 22)))


@pytest.fixture(scope="module")
def found(book: Book) -> dict[str, Measures]:
    deals, history = book["Opportunity"].to_pandas(), book["OpportunityHistory"].to_pandas()
    return {"": measure(deals, history)} | {name: measure(own, history) for name, own in deals.groupby("Type")}


@pytest.mark.shows("book.believable")
@pytest.mark.parametrize("expected", EXPECTED, ids=[each["words"] for each in EXPECTED])
def test_the_demo_book_lies_in_the_range_a_sales_leader_expects(
    found: dict[str, Measures], expected: dict[str, Any]
) -> None:
    value = getattr(found[expected["segment"]], expected["figure"])
    assert expected["low"] <= value <= expected["high"]


@pytest.mark.shows("book.believable")
def test_amounts_move_and_close_dates_are_pushed(book: Book) -> None:
    history = book["OpportunityHistory"].to_pandas().sort_values(["OpportunityId", "CreatedDate"], kind="stable")
    amounts = history.groupby("OpportunityId")["Amount"].agg(["first", "last"]).dropna()
    change = amounts["last"] / amounts["first"]
    assert 0.3 < ((change - 1).abs() > 0.01).mean() < 0.85
    assert 0.9 < change.median() < 1.1
    moved = pushes(book["OpportunityHistory"].to_pandas())
    assert 0.05 < (moved >= 2).mean() < 0.3


@pytest.mark.shows("book.usage")
def test_customers_who_left_had_used_less(book: Book) -> None:
    deals, usage = book["Opportunity"].to_pandas(), book["Sidecar_Usage__c"].to_pandas()
    usage = usage.groupby(["Sidecar_Account__c", "Sidecar_Week_Start__c"])[
        ["Sidecar_Active_Users__c", "Sidecar_Licensed__c"]
    ].sum()
    usage["share"] = usage["Sidecar_Active_Users__c"] / usage["Sidecar_Licensed__c"]
    renewals = deals[deals["IsClosed"] & (deals["Type"] == "Renewal")]
    both = renewals.merge(usage.reset_index(), left_on="AccountId", right_on="Sidecar_Account__c")
    before = (pd.to_datetime(both["CloseDate"]) - pd.to_datetime(both["Sidecar_Week_Start__c"])).dt.days
    share = both[before.between(80, 100)].groupby("IsWon")["share"].mean()
    assert share[True] > share[False] + 0.05


@pytest.mark.shows("book.usage")
def test_a_product_that_was_given_up_was_used_until_then_and_no_longer(book: Book) -> None:
    usage, assets = book["Sidecar_Usage__c"].to_pandas(), book["Asset"].to_pandas()
    names = book["Product2"].to_pandas().set_index("Id")["Name"]
    assets["product"] = assets["Product2Id"].map(names)
    last = usage.groupby(["Sidecar_Account__c", "Sidecar_Product__c"])["Sidecar_Week_Start__c"].max()
    assets["gone"] = assets["Status"] == "Obsolete"  # else its renewal is still open, late as it is
    ends = assets.groupby(["AccountId", "product"]).agg({"UsageEndDate": "max", "gone": "all"})
    gone = ends.loc[ends["gone"], "UsageEndDate"].rename_axis(last.index.names)
    both = pd.concat([last, gone], axis=1, join="inner")
    assert len(both) >= 10
    assert (both["Sidecar_Week_Start__c"] <= both["UsageEndDate"]).all()


@pytest.mark.shows("book.cases")
def test_cases_come_back_under_the_case_they_go_on_with(book: Book) -> None:
    cases = book["Case"].to_pandas().set_index("Id")
    again = cases[cases["ParentId"].notna()]
    assert 0.02 < len(again) / len(cases) < 0.12
    parents = cases.loc[again["ParentId"]]
    assert parents["IsClosed"].all()
    assert (parents["ClosedDate"].to_numpy() < again["CreatedDate"].to_numpy()).all()
    assert (parents["AccountId"].to_numpy() == again["AccountId"].to_numpy()).all()
    assert again["Subject"].str.startswith("Reopened: ").all()
    assert cases["IsEscalated"].mean() == pytest.approx(0.12, abs=0.06)
    assert set(cases["Priority"]) == {"Critical", "High", "Medium", "Low"}


@pytest.mark.shows("book.dirt")
def test_some_picklist_values_are_in_the_wrong_case(book: Book) -> None:
    source = book["Opportunity"]["LeadSource"].to_pandas().dropna()
    assert 0 < source.str.islower().mean() < 0.06
    many = generate(BookSettings(accounts=400, deals=50, quarters=2, usage_weeks=1, end=date(2026, 11, 22)))
    assert 0 < many["Account"]["Industry"].to_pandas().str.islower().mean() < 0.08


@pytest.mark.shows("book.believable")
def test_the_page_on_the_book_and_its_charts_are_up_to_date() -> None:
    script = [sys.executable, str(DOCS / "generated_book.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    charts = list((DOCS / "images").glob("book-*.svg"))
    assert len(charts) == 9
    assert sum(path.stat().st_size for path in [*charts, DOCS / "generated-book.md"]) < 200_000


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "ending", "name"), [("maven_crm", "", "maven_crm"), ("bpic2012", ".gz", "bpic2012")]
)
def test_real_data_beside_the_book_is_measured_the_same_way(folder: str, ending: str, name: str) -> None:
    if not (DATA / folder).is_dir():
        pytest.skip(f"{DATA / folder} is absent")
    deals, history = (
        pd.read_csv(DATA / folder / f"{sobject}.csv{ending}") for sobject in ("Opportunity", "OpportunityHistory")
    )
    page = (DOCS / "generated-book.md").read_text(encoding="utf-8")
    table = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    head = next(row for row in table if [cell.strip() for cell in row][2:] == ["maven_crm", "bpic2012"])
    column = [cell.strip() for cell in head].index(name)
    shown = {row[0].strip(): row[column].strip() for row in table if len(row) == len(head)}
    for figure, value in asdict(measure(deals, history)).items():
        text = shown.get(figure.replace("_", " "), "-")
        if text != "-" and not np.isnan(value):
            number = float(text.removesuffix(" %").replace(",", "")) / (100 if text.endswith("%") else 1)
            assert number == pytest.approx(value, abs=0.006 if number < 10 else 0.5), figure
