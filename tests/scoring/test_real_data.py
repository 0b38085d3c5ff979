"""Two real exports: every open deal is scored, nothing is claimed where nothing predicts, stages count elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scoring import Book, Quarter, project_quarter, score_deals, score_health

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = [pytest.mark.real_data, pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")]


def read(folder: str) -> Book:
    """A Salesforce-style export as a book."""
    tables = {
        name: pd.read_csv(next((DATA / folder).glob(f"{name}.csv*")))
        for name in ("Opportunity", "OpportunityHistory", "OpportunityStage")
    }
    deals, history, stages = tables.values()
    return Book(
        opportunities=pd.DataFrame(
            {
                "opportunity_id": deals["Id"],
                "account_id": deals["AccountId"],
                "owner_id": deals["OwnerId"],
                "stage": deals["StageName"],
                "amount": deals["Amount"],
                "arr": deals["Amount"],
                "close_date": moments(deals["CloseDate"]),
                "created_date": moments(deals["CreatedDate"]),
                "is_closed": deals["IsClosed"],
                "is_won": deals["IsWon"],
            }
        ),
        stage_history=pd.DataFrame(
            {
                "opportunity_id": history["OpportunityId"],
                "changed_at": moments(history["CreatedDate"]),
                "stage": history["StageName"],
                "amount": history["Amount"],
                "close_date": moments(history["CloseDate"]),
            }
        ),
        stages=pd.DataFrame(
            {
                "stage": stages["ApiName"],
                "sort_order": stages["SortOrder"],
                "is_closed": stages["IsClosed"],
                "is_won": stages["IsWon"],
                "default_probability": stages["DefaultProbability"] / 100.0,
                "is_active": stages["IsActive"],
            }
        ),
    )


def moments(texts: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    return pd.to_datetime(texts, utc=True).dt.tz_localize(None)


def log_loss(won: np.ndarray, chance: np.ndarray) -> float:
    p = np.clip(chance, 1e-6, 1 - 1e-6)
    return float(-(won * np.log(p) + (1 - won) * np.log(1 - p)).mean())


@pytest.fixture(scope="module")
def maven() -> Book:
    return read("maven_crm")


@pytest.fixture(scope="module")
def bpic() -> Book:
    return read("bpic2012")


def test_every_open_deal_of_maven_gets_a_probability_and_a_forecast(maven: Book) -> None:
    quarter = Quarter("Q4", pd.Timestamp("2017-10-01"), pd.Timestamp("2017-12-31"))
    found = score_deals(maven, quarter.end, quarter)
    assert len(found.scores) == 2089
    assert found.scores["win_probability"].between(0, 1).all()
    has_amount = found.scores["opportunity_id"].map(maven.opportunities.set_index("opportunity_id")["arr"].notna())
    assert (found.scores["forecast_arr"].notna() == has_amount).all()
    assert (found.scores["missing"].str.contains("Segment")).all()
    projection = project_quarter(maven, found, quarter.end, quarter)
    won = maven.opportunities["is_won"] & maven.opportunities["close_date"].between(quarter.start, quarter.end)
    assert projection.loc[0, "booked"] == pytest.approx(maven.opportunities.loc[won, "arr"].sum())


def test_no_health_is_made_up_where_no_input_tells_it(maven: Book) -> None:
    found = score_health(maven, pd.Timestamp("2017-12-31"))
    assert len(found.scores) == len(maven.accounts)
    assert (found.scores["coverage"] == 0).all()
    assert (found.scores["band"] == "Unknown").all()
    assert found.scores[["health", "technical", "deployment", "adoption"]].isna().all(axis=None)
    assert found.scores["churn_basis"].dropna().str.startswith("From the share of past renewals lost").all()
    assert (len(found.measures), len(found.reasons), len(found.playbooks)) == (0, 0, 0)


def test_nothing_is_claimed_where_nothing_predicts(maven: Book) -> None:
    quarter = Quarter("Q3", pd.Timestamp("2017-07-01"), pd.Timestamp("2017-09-30"))
    found = score_deals(maven, pd.Timestamp("2017-09-28"), quarter)
    assert (found.scores["win_probability"] - found.base_rate).abs().max() < 0.02
    deals = maven.opportunities.set_index("opportunity_id").loc[found.scores["opportunity_id"]]
    later = deals["is_closed"].to_numpy()
    won, chance = deals["is_won"].to_numpy()[later], found.scores["win_probability"].to_numpy()[later]
    assert len(won) > 500
    assert log_loss(won, chance) < 1.005 * log_loss(won, np.full(len(won), found.base_rate))


def test_stages_beat_the_base_rate_on_held_out_loan_applications(bpic: Book) -> None:
    quarter = Quarter("Q1", pd.Timestamp("2012-01-01"), pd.Timestamp("2012-03-31"))
    found = score_deals(bpic, pd.Timestamp("2012-01-15"), quarter)
    deals = bpic.opportunities.set_index("opportunity_id").loc[found.scores["opportunity_id"]]
    decided = deals["is_closed"].to_numpy()
    won, chance = deals["is_won"].to_numpy()[decided], found.scores["win_probability"].to_numpy()[decided]
    assert len(won) > 500
    assert log_loss(won, chance) < 0.9 * log_loss(won, np.full(len(won), found.base_rate))
    assert log_loss(won, chance) < 0.95 * log_loss(won, np.full(len(won), won.mean()))
