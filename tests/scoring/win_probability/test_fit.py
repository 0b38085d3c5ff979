"""What a fit makes of known truths, of thin and of useless history, and of bad input."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from scoring import ScoringInputError
from scoring.win_probability import fit


def simulated(rows: int, seed: int) -> pd.DataFrame:
    """Deals of known odds: a bend in the age, two stages, reps of different skill."""
    rng = np.random.default_rng(seed)
    age, late, rep = rng.gamma(2.0, 20.0, rows), rng.random(rows) < 0.4, rng.integers(0, 10, rows)
    truth = expit(1.2 * late - 0.8 - 0.04 * np.maximum(age - 40.0, 0.0) + 0.5 * np.sin(rep * 1.7))
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, rows), unit="D")
    won = rng.random(rows) < truth
    return pd.DataFrame({"age": age, "late": late, "rep": rep, "day": day, "truth": truth, "won": won})


def log_loss(truth: pd.Series, chance: pd.Series) -> float:
    """The expected log loss of probabilities where the truth is known."""
    return float(-(truth * np.log(chance) + (1.0 - truth) * np.log1p(-chance)).mean())


def test_simulated_deals_get_their_true_probabilities() -> None:
    known, later = simulated(4000, seed=1), simulated(8000, seed=2)
    model = fit(known, "won", ["age", "late"], groups=["rep"], as_of="day")
    chance = model.predict(later)
    best, worst = log_loss(later["truth"], later["truth"]), log_loss(later["truth"], later["truth"] * 0 + 0.43)
    assert log_loss(later["truth"], chance) < best + 0.05 * (worst - best)
    tenth = pd.qcut(chance, 10, labels=False)
    gap = (later["won"].groupby(tenth).mean() - chance.groupby(tenth).mean()).abs()
    assert gap.mean() < 0.03
    report = model.report()
    assert report["verdict"] == "beats the base rate"
    assert report["held_out"]["by"] == "later time"
    assert report["held_out"]["log_loss"] < report["held_out"]["base_log_loss"]


def test_a_straight_case_agrees_with_logistic_regression() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"size": rng.normal(0.0, 1.0, 3000), "warm": rng.random(3000) < 0.5})
    table["won"] = rng.random(3000) < expit(0.9 * table["size"] - 0.7 * table["warm"] + 0.2)
    inputs = table[["size", "warm"]].astype("float64").to_numpy()
    peer = LogisticRegression(C=1e6).fit(inputs, table["won"]).predict_proba(inputs)[:, 1]
    ours = fit(table, "won", ["size", "warm"]).predict(table)
    assert np.abs(ours - peer).mean() < 0.02


def test_an_interaction_is_found_where_there_is_one() -> None:
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"a": rng.normal(size=4000), "b": rng.choice(["x", "y"], 4000), "c": rng.normal(size=4000)})
    table["won"] = rng.random(4000) < expit(np.where(table["b"] == "x", 1.5, -1.5) * table["a"])
    model = fit(table, "won", ["a", "b", "c"])
    assert model.report()["interactions"][0] == "a x b"
    assert model.report()["held_out"]["auc"] > 0.75
    points = model.explain(table)
    np.testing.assert_allclose(points.sum(axis=1), 100.0 * (model.predict(table) - model.base_rate), atol=1e-9)


@pytest.mark.parametrize("as_of", [None, "day"])
def test_where_nothing_predicts_the_base_rate_stays_and_the_verdict_says_so(as_of: str | None) -> None:
    table = simulated(1500, seed=6).assign(won=np.random.default_rng(7).random(1500) < 0.3)
    model = fit(table, "won", ["age", "late", "rep"], groups=["rep"], as_of=as_of)
    assert model.report()["verdict"] == "no skill beyond the base rate"
    assert model.predict(table).nunique() == 1
    assert model.predict(table).iloc[0] == pytest.approx((table["won"].sum() + 1) / 1502)
    assert (model.explain(table) == 0.0).all(axis=None)


@pytest.mark.parametrize(("won", "expected"), [([], 0.5), ([True], 2 / 3), ([True] * 8, 0.9), ([False] * 8, 0.1)])
def test_few_deals_or_one_class_give_the_shrunk_base_rate(won: list[bool], expected: float) -> None:
    table = pd.DataFrame({"size": np.arange(len(won), dtype="float64"), "won": pd.Series(won, dtype="bool")})
    model = fit(table, "won", ["size"])
    assert model.predict(pd.DataFrame({"size": [3.0]})).iloc[0] == pytest.approx(expected)
    assert model.report()["confidence"] == "low"


def test_columns_that_say_nothing_get_no_points() -> None:
    table = simulated(800, seed=8)
    table["constant"], table["empty"] = 7, pd.Series([None] * 800, dtype="object")
    table["number"] = [f"deal {number}" for number in range(800)]
    model = fit(table, "won", ["age", "late", "constant", "empty", "number"])
    points = model.explain(table)
    assert points[["constant", "empty", "number"]].abs().max(axis=None) < 1.0 < points["late"].abs().mean()


def test_groups_of_few_deals_are_shrunk_more() -> None:
    rng = np.random.default_rng(9)
    rep = np.repeat([f"rep {number}" for number in range(40)], 60)
    skill = np.repeat(rng.normal(0.0, 1.0, 40), 60)
    table = pd.DataFrame({"rep": rep, "won": rng.random(2400) < expit(skill)})
    few = pd.DataFrame({"rep": "newcomer", "won": [True] * 4})
    model = fit(pd.concat([table, few], ignore_index=True), "won", [], groups=["rep"])
    asked = pd.DataFrame({"rep": ["newcomer", "unheard of", *(f"rep {number}" for number in range(40))]})
    chance = model.predict(asked)
    assert model.base_rate < chance[0] < 0.85
    assert abs(chance[1] - model.base_rate) < 0.05
    rates = table.groupby("rep")["won"].mean().reindex(asked["rep"][2:]).to_numpy()
    assert np.corrcoef(rates, chance[2:])[0, 1] > 0.98
    assert np.std(logit(chance[2:])) < np.std(logit(rates))


def test_other_spellings_of_the_same_values_are_the_same() -> None:
    table = simulated(900, seed=10)
    model = fit(table, "won", ["age", "late"], groups=["rep"])
    other = table.assign(
        age=table["age"].astype("Float64"), late=table["late"].astype("object"), rep=table["rep"].astype("float64")
    )
    pd.testing.assert_series_equal(model.predict(other), model.predict(table))
    won = table["won"].astype("Int64").astype("object").where(table.index > 4, None)
    assert fit(table.assign(won=won), "won", ["age"]).report()["rows"] == 895


@pytest.mark.parametrize(
    ("change", "predictors", "message"),
    [
        ({}, ["age", "missing"], "deals.missing: the column is missing; got age"),
        ({}, ["age", "age"], "given twice"),
        ({}, ["age", "won"], "the outcome is among the predictors"),
        ({"won": "yes"}, ["age"], "expected flags or 0 and 1"),
        ({"won": 2}, ["age"], "expected flags or 0 and 1"),
        ({"day": "soon"}, ["age"], "deals.day: got str, expected moments"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_the_place(
    change: dict[str, object], predictors: list[str], message: str
) -> None:
    with pytest.raises(ScoringInputError, match=message):
        fit(simulated(30, seed=11).assign(**change), "won", predictors, as_of="day")


def test_texts_where_numbers_were_learned_from_are_refused() -> None:
    table = simulated(400, seed=12)
    with pytest.raises(ScoringInputError, match=r"deals.age: got str, expected numbers"):
        fit(table, "won", ["age", "late"]).predict(table.assign(age="old"))
