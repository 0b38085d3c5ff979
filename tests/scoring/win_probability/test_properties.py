"""What holds for every table: probabilities, explanations that add up, and no dependence on what should not matter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from scoring.win_probability import WinModel, fit

PREDICTORS = ["stage", "amount", "age", "partner", "created"]


def deals(rows: int, seed: int) -> pd.DataFrame:
    """Deals of all kinds of columns, with gaps; stage, amount and rep matter."""
    rng = np.random.default_rng(seed)
    stage = rng.choice(["Discover", "Prove", "Decide"], rows)
    amount = np.exp(rng.normal(10.0, 1.5, rows))
    rep = rng.integers(0, 8, rows)
    odds = np.select([stage == "Prove", stage == "Decide"], [0.5, 1.8], -1.0) - 0.5 * (np.log(amount) - 10.0)
    table = pd.DataFrame(
        {
            "stage": pd.Series(stage).mask(rng.random(rows) < 0.05),
            "amount": pd.Series(amount).mask(rng.random(rows) < 0.1),
            "age": rng.integers(0, 5, rows),
            "partner": rng.random(rows) < 0.3,
            "created": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 400, rows), unit="D"),
            "rep": rep,
            "won": rng.random(rows) < expit(odds + 0.3 * np.sin(rep * 2.0)),
        }
    )
    return table.set_index(pd.Index([f"deal {number}" for number in range(rows)]))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return deals(600, seed=1)


@pytest.fixture(scope="module")
def model(table: pd.DataFrame) -> WinModel:
    return fit(table, "won", PREDICTORS, groups=["rep"])


def test_probabilities_stand_at_the_deals_they_belong_to(model: WinModel, table: pd.DataFrame) -> None:
    chance = model.predict(table)
    assert chance.between(0.0, 1.0).all()
    assert chance.index.equals(table.index)
    pd.testing.assert_series_equal(model.predict(table.iloc[::-1]).iloc[::-1], chance)


def test_the_explanation_adds_up_to_the_distance_from_the_base_rate(model: WinModel, table: pd.DataFrame) -> None:
    points = model.explain(table)
    assert list(points.columns) == [*PREDICTORS, "rep"]
    distance = 100.0 * (model.predict(table) - model.report()["base_rate"])
    np.testing.assert_allclose(points.sum(axis=1), distance, atol=1e-9)
    assert points["stage"].abs().mean() > 5.0 > points["partner"].abs().mean()


def test_the_order_of_the_rows_changes_nothing(model: WinModel, table: pd.DataFrame) -> None:
    mixed = table.sample(frac=1.0, random_state=3)
    again = fit(mixed, "won", PREDICTORS, groups=["rep"])
    pd.testing.assert_series_equal(again.predict(table), model.predict(table), check_exact=True)
    assert again.report() == model.report()


def test_the_unit_of_a_number_hardly_matters(model: WinModel, table: pd.DataFrame) -> None:
    cents = table.assign(amount=table["amount"] * 100.0)
    again = fit(cents, "won", PREDICTORS, groups=["rep"])
    np.testing.assert_allclose(again.predict(cents), model.predict(table), atol=0.03)


def test_what_was_never_seen_is_predicted(model: WinModel, table: pd.DataFrame) -> None:
    odd = table.head(5).assign(
        stage=["Never seen", None, "Prove", "Prove", "Prove"],
        amount=[1.0, np.nan, np.inf, -np.inf, 1e300],
        rep=[99, 1, 2, 3, 4],
    )
    chance = model.predict(odd)
    assert chance.between(0.02, 0.98).all()
    np.testing.assert_allclose(model.explain(odd).sum(axis=1), 100.0 * (chance - model.base_rate), atol=1e-9)
    assert model.predict(table.head(0)).empty


@settings(max_examples=12, deadline=None)
@given(rows=st.integers(0, 60), seed=st.integers(0, 1000), rate=st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_every_small_table_gives_a_model_that_adds_up(rows: int, seed: int, rate: float) -> None:
    some = deals(rows, seed)
    some["won"] = np.random.default_rng(seed).random(rows) < rate
    found = fit(some, "won", PREDICTORS, groups=["rep"], as_of="created", seed=seed)
    asked = deals(5, seed + 1)
    chance = found.predict(asked)
    assert chance.between(0.0, 1.0, inclusive="neither").all()
    np.testing.assert_allclose(found.explain(asked).sum(axis=1), 100.0 * (chance - found.base_rate), atol=1e-9)
    assert found.report()["confidence"] == "low"
