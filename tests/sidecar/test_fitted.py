"""The model of the day: kept between runs, made anew when the day or the org is another."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from scoring import Book, DealSettings, Quarter, validate
from sidecar.configuration import Configuration
from sidecar.fitted import deal_model, projection
from sync import Mirror

DAY = pd.Timestamp("2026-04-01")
SETTINGS = DealSettings()
CONFIGURATION = Configuration()


@pytest.fixture
def book() -> Book:
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"006{number:03d}" for number in range(20)],
            "created_date": pd.Timestamp("2026-01-01"),
            "is_closed": [number < 10 for number in range(20)],
            "is_won": [number < 5 for number in range(20)],
            "close_date": pd.Timestamp("2026-03-01"),
        }
    )
    return validate(Book(opportunities=deals))


def test_a_model_stays_for_the_day_whatever_a_few_deals_do(tmp_path: Path, book: Book) -> None:
    deals = book.opportunities
    moved = replace(book, opportunities=deals.assign(is_won=deals["is_closed"]))
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        first = deal_model(mirror, CONFIGURATION, book, DAY, SETTINGS).model
        assert deal_model(mirror, CONFIGURATION, moved, DAY, SETTINGS).model.rates.base_rate == first.rates.base_rate
        tomorrow = deal_model(mirror, CONFIGURATION, moved, DAY + pd.Timedelta(days=1), SETTINGS).model
        assert tomorrow.rates.base_rate > first.rates.base_rate


def test_another_org_many_closings_other_settings_or_a_broken_file_make_a_new_model(tmp_path: Path, book: Book) -> None:
    deals = book.opportunities
    others = (
        (replace(book, opportunities=deals.assign(opportunity_id="x" + deals["opportunity_id"])), SETTINGS),
        (replace(book, opportunities=deals.assign(is_closed=True, is_won=True)), SETTINGS),
        (book, DealSettings(default_deals=6.0)),
    )
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        file = tmp_path / "deal-model.pickle"
        deal_model(mirror, CONFIGURATION, book, DAY, SETTINGS)
        for other, settings in others:
            before = file.read_bytes()
            deal_model(mirror, CONFIGURATION, other, DAY, settings)
            assert file.read_bytes() != before
        file.write_bytes(b"broken")
        deal_model(mirror, CONFIGURATION, book, DAY, SETTINGS)
        assert file.read_bytes() != b"broken"


def test_the_projection_stays_for_the_day_until_a_stage_or_the_configuration_is_another(
    tmp_path: Path, book: Book
) -> None:
    day, quarter = DAY + pd.Timedelta(days=5), Quarter("Q2", DAY, pd.Timestamp("2026-06-30"))
    stages = pd.DataFrame({"stage": ["Closed Won"], "sort_order": 1, "is_closed": True, "is_won": True})
    stages["default_probability"], stages["is_active"] = 1.0, True
    staged = validate(Book(opportunities=book.opportunities, stages=stages))
    mapped = Configuration.model_validate({"mapping": {"opportunity": {"arr": "Yearly__c"}}})
    quarters = pd.DataFrame({"label": ["Q1"], "start": pd.Timestamp("2026-01-01"), "end": pd.Timestamp("2026-03-31")})
    file = tmp_path / "projection-model.pickle"
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        projection(mirror, CONFIGURATION, staged, day, quarter, quarters)
        first = file.read_bytes()
        closed = staged.opportunities.assign(amount=10.0)
        projection(mirror, CONFIGURATION, replace(staged, opportunities=closed), day, quarter, quarters)
        assert file.read_bytes() == first, "a few changed deals are projected with what the day began with"
        for configuration, changed in ((mapped, staged), (CONFIGURATION, book)):
            before = file.read_bytes()
            projection(mirror, configuration, changed, day, quarter, quarters)
            assert file.read_bytes() != before
