"""The churn risk: what it is told of the past, what it learns, how it says so."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scoring import Book, HealthSettings, learn_health, score_health
from scoring.days import Floats
from scoring.health.churn import ChurnModel, fit_churn
from scoring.health.counting import day_number
from scoring.health.looks import BESIDE, SPENT_DAYS, Looks, history
from scoring.health.past_renewals import total_weights

SETTINGS = HealthSettings()
MEASURES = len(SETTINGS.measures)
DAY = pd.Timestamp("2026-03-01")
ADOPTION, REVENUE = (list(BESIDE).index(name) for name in ("adoption_before", "revenue"))


def looks(health: Floats, beside: Floats | None = None) -> Looks:
    """Every measure is worth as much as the total; nothing is known beside unless given."""
    unknown = np.full((len(health), len(BESIDE)), np.nan)
    return Looks(health, np.repeat(health[:, None], MEASURES, axis=1), unknown if beside is None else beside)


def learned(
    renewals: int, slope: float = 4.0, beside: Floats | None = None, by_beside: Floats | float = 0.0
) -> ChurnModel:
    """A model of renewals lost the likelier the worse the health, and by what stands beside."""
    rng = np.random.default_rng(1)
    health = rng.uniform(20, 100, renewals)
    lost = (rng.random(renewals) < 1 / (1 + np.exp(3.0 - slope * (1 - health / 100) - by_beside))) * 1.0
    return fit_churn(looks(health, beside), np.ones(MEASURES), lost, SETTINGS, (renewals, int(lost.sum())))


def test_without_past_renewals_the_risk_is_that_of_the_bands() -> None:
    model = learned(0)
    asked = looks(np.array([87.5, 62.5, 25.0, np.nan]))
    assert model.risk(asked) == pytest.approx([0.05, 0.15, 0.35, 0.12])
    assert "too few" in model.basis
    assert model.words(asked).iloc[0] == model.basis
    assert model.words(asked).iloc[3] == "From the share of past renewals lost: no health is known"


def test_the_fitted_risk_is_the_true_one_and_never_falls_with_worse_health() -> None:
    model = learned(4000)
    health = np.array([90.0, 60.0, 30.0])
    assert model.risk(looks(health)) == pytest.approx(1 / (1 + np.exp(3.0 - 4.0 * (1 - health / 100))), abs=0.04)
    assert (model.effect >= 0).all()
    assert "4,000 past renewals" in model.basis


def test_few_renewals_move_the_risk_less_than_many() -> None:
    """Ten times the odds that the bands imply: thirty renewals are believed in part, thousands wholly."""
    usual, few, many = (learned(count, slope=9.0).risk(looks(np.array([40.0])))[0] for count in (0, 30, 4000))
    assert usual < few < many
    assert many == pytest.approx(1 / (1 + np.exp(3.0 - 9.0 * 0.6)), abs=0.05)


def test_what_stands_beside_counts_as_far_as_the_past_shows_it_and_is_said() -> None:
    rng = np.random.default_rng(2)
    beside = np.full((4000, len(BESIDE)), np.nan)
    beside[:, ADOPTION], beside[:, REVENUE] = rng.random(4000), rng.normal(10, 1, 4000)
    model = learned(4000, 0.0, beside, 3.0 * beside[:, ADOPTION] - 1.5)
    assert model.beside[ADOPTION] > 0.5
    assert abs(model.beside[REVENUE]) < 0.15
    asked = np.repeat(model.beside_usual[None, :], 3, axis=0)
    asked[:, ADOPTION] = [0.0, 1.0, np.nan]
    better, worse, missing = model.risk(looks(np.full(3, 60.0), asked))
    assert better < missing < worse
    usual = Looks(np.full(2, 60.0), np.repeat(100.0 * (1.0 - model.usual)[None, :], 2, axis=0), asked[:2])
    assert model.words(usual).str.removeprefix(model.basis).tolist() == [
        "; lowered most by adoption health 90 days before",
        "; raised most by adoption health 90 days before",
    ]


def test_nothing_is_learned_of_measures_whose_missing_would_tell_the_outcome() -> None:
    weights = dict(zip((each.key for each in SETTINGS.measures), total_weights(SETTINGS), strict=True))
    silent = {"lapsed_assets", "deployed_share", "milestones", "days_to_deploy", "stalled"}
    assert {key for key, weight in weights.items() if weight == 0} == silent


def test_the_history_is_that_of_each_day_as_a_look_at_every_deal_finds() -> None:
    rng = np.random.default_rng(5)
    count, today = 300, day_number(DAY)
    deals = pd.DataFrame(
        {
            "account": np.sort(rng.integers(0, 6, count)),
            "day": today - rng.integers(0, 2500, count),
            "is_won": rng.random(count) < 0.6,
            "segment": rng.choice(["Renew", "Upsell"], count),
            "arr": rng.choice([10.0, 250.0, np.nan, -5.0], count),
        }
    )
    account, day = np.repeat(np.arange(7), 5), today - np.tile([0, 100, 700, 1400, 2600], 7)
    revenue, age, lost = history(deals, account, day)
    for row in range(len(account)):
        past = deals[(deals["account"] == account[row]) & (deals["day"] <= day[row])]
        won = past[past["is_won"]]
        spent = won.loc[won["day"] > day[row] - SPENT_DAYS, "arr"].clip(lower=0).sum()
        renewals = past[past["segment"] == "Renew"]
        first = day[row] - won["day"].min() if len(won) else 0
        assert revenue[row] == pytest.approx(np.log(spent) if spent else np.nan, nan_ok=True)
        assert age[row] == pytest.approx(np.log(first) if first else np.nan, nan_ok=True)
        assert lost[row] == pytest.approx(1 - renewals["is_won"].mean() if len(renewals) else np.nan, nan_ok=True)


def test_no_deployment_moves_what_past_renewals_teach(health_book: Book, stages: pd.DataFrame) -> None:
    """A product that was given up has no deployment any more: that it is missing would tell the outcome."""
    rng = np.random.default_rng(7)
    count = 60
    deals = pd.DataFrame(
        {
            "opportunity_id": [f"r{number}" for number in range(count)],
            "account_id": rng.choice(["full", "thin"], count),
            "stage": "Closed Won",
            "arr": 100.0,
            "close_date": DAY - pd.to_timedelta(rng.integers(5, 40, count), unit="D"),
            "created_date": pd.Timestamp("2025-01-01"),
            "is_closed": True,
            "is_won": rng.random(count) < 0.8,
            "segment": "Renew",
        }
    )
    book = replace(health_book, opportunities=deals, stages=stages)
    changed = replace(book, deployments=book.deployments.iloc[:0])
    usual, other = (learn_health(each, DAY).churn for each in (book, changed))
    assert usual.is_fitted
    assert usual.effect.tolist() == other.effect.tolist()
    assert usual.beside.tolist() == other.beside.tolist()


def test_the_risk_of_an_account_is_the_learned_one_of_what_is_known_of_it(
    health_book: Book, stages: pd.DataFrame
) -> None:
    book = replace(health_book, stages=stages)
    lessons = learn_health(book, DAY)
    found = score_health(book, DAY, lessons=lessons).scores.set_index("account_id")
    known = found[found["churn_risk"].notna()]
    asked = looks(known["health"].to_numpy(dtype="float64"))
    assert known["churn_risk"].to_numpy() == pytest.approx(lessons.churn.risk(asked))
