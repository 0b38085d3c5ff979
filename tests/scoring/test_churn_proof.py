"""How good the churn risk was: judged on renewals it has not seen, told only where there are enough of them."""

import numpy as np
import pandas as pd
import pytest

from scoring import HealthSettings
from scoring.days import Floats
from scoring.health.churn_proof import prove_churn
from scoring.health.counting import day_number
from scoring.health.looks import BESIDE, Looks
from scoring.health.past_renewals import PastRenewals
from scoring.health.results import CHURN_PROOF

TODAY = pd.Timestamp("2026-03-01")
SETTINGS = HealthSettings()
MEASURES = len(SETTINGS.measures)
SINCE = pd.Timestamp("2025-03-01")


def renewals(count: int, seed: int = 3) -> PastRenewals:
    """Renewals of three years, the likelier lost the worse the health; every tenth account's is not known."""
    rng = np.random.default_rng(seed)
    health = rng.uniform(20, 100, count)
    lost = (rng.random(count) < 1 / (1 + np.exp(3.0 - 4.0 * (1 - health / 100)))) * 1.0
    health[::10] = np.nan
    decided = day_number(TODAY) - rng.integers(0, 3 * 365, count)
    return PastRenewals(decided, lost, looks(health))


def looks(health: Floats) -> Looks:
    """Every measure is worth as much as the total, and nothing is known beside."""
    return Looks(health, np.repeat(health[:, None], MEASURES, axis=1), np.full((len(health), len(BESIDE)), np.nan))


def judged(past: PastRenewals) -> PastRenewals:
    return past.part((past.decided >= day_number(SINCE)) & ~np.isnan(past.looks.health))


def test_the_risk_is_that_of_a_model_which_has_seen_only_what_was_decided_a_year_ago() -> None:
    past = renewals(900)
    asked = judged(past)
    risk = past.part(past.decided < day_number(SINCE)).fit(SETTINGS).risk(asked.looks)
    row = prove_churn(past, TODAY, SETTINGS).set_index("band").loc["All"]
    assert (row["since"], row["renewals"], row["lost"]) == (SINCE, len(risk), asked.lost.sum())
    assert row["given"] == pytest.approx(risk.mean())
    assert row["brier"] == pytest.approx(np.mean((risk - asked.lost) ** 2))
    pairs = risk[asked.lost > 0][:, None] - risk[asked.lost == 0][None, :]
    assert row["auc"] == pytest.approx(np.mean((np.sign(pairs) + 1) / 2))


def test_outcomes_that_judge_do_not_teach() -> None:
    past = renewals(900)
    is_judged = past.decided >= day_number(SINCE)
    otherwise = PastRenewals(past.decided, np.where(is_judged, 1 - past.lost, past.lost), past.looks)
    found, turned = (prove_churn(each, TODAY, SETTINGS).set_index("band") for each in (past, otherwise))
    assert turned["given"].tolist() == found["given"].tolist()
    assert turned.loc["All", "auc"] == pytest.approx(1 - found.loc["All", "auc"])


def test_a_risk_that_tells_lost_from_kept_beats_one_risk_for_all_and_fits_in_each_band() -> None:
    found = prove_churn(renewals(6000), TODAY, SETTINGS).set_index("band")
    assert found.loc["All", "auc"] > 0.65
    assert found.loc["All", "brier"] < found.loc["All", "usual_brier"]
    assert list(found.index) == ["All", "Red", "Yellow", "Green"]
    bands = found.drop("All")
    assert bands["renewals"].sum() == found.loc["All", "renewals"]
    assert (bands["lost"] / bands["renewals"]).tolist() == pytest.approx(bands["given"].tolist(), abs=0.08)


def test_bands_are_judged_before_any_renewal_could_be_learned_from() -> None:
    past = judged(renewals(900))
    row = prove_churn(past, TODAY, SETTINGS).set_index("band").loc["All"]
    usual = SETTINGS.usual_churn
    assert row["usual_brier"] == pytest.approx(np.mean((usual - past.lost) ** 2))
    assert row["given"] == pytest.approx(past.part(past.decided < 0).fit(SETTINGS).risk(past.looks).mean())


@pytest.mark.parametrize("count", [0, 29])
def test_too_few_renewals_prove_nothing(count: int) -> None:
    known = judged(renewals(900))
    few = known.part(np.arange(len(known.lost)) < count)
    assert prove_churn(few, TODAY, SETTINGS).equals(CHURN_PROOF.empty())


def test_without_both_outcomes_nothing_is_said_of_the_order() -> None:
    past = judged(renewals(900))
    kept = PastRenewals(past.decided, np.zeros(len(past.lost)), past.looks)
    found = prove_churn(kept, TODAY, SETTINGS)
    assert found["auc"].isna().all()
    assert (found["lost"] == 0).all()
