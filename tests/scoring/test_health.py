"""Customer health: measures in closed form, coverage, reasons that add up, change, churn."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import scoring.health.score as score_module
from scoring import Book, HealthScores, HealthSettings, ScoringSettingsError, read_measures, score_health
from scoring.health.records import few_ids
from scoring.health.results import DIMENSIONS, HEALTH, MEASURES, REASONS
from scoring.words import whole

DAY = pd.Timestamp("2026-03-01")


@pytest.fixture(scope="module")
def scored(health_book: Book) -> HealthScores:
    return score_health(health_book, DAY)


def measure(found: HealthScores, account: str, key: str) -> "pd.Series[Any]":
    rows = found.measures
    return rows[(rows["account_id"] == account) & (rows["measure"] == key)].iloc[0]


@pytest.mark.parametrize(
    ("account", "key", "value", "score", "text"),
    [
        ("full", "open_cases", 6, 52, "2 open cases, 1 critical, 1 high"),
        ("full", "old_cases", 1, 75, "Cases open for more than 30 days: 1"),
        ("full", "escalations", 1, 70, "Escalated cases, open or of the last 90 days: 1"),
        ("full", "resolution", 0, 0, "0 % of the cases of the last 180 days resolved in time"),
        ("full", "lapsed_assets", 0, 100, "0 % of the products past their usage end"),
        ("full", "deployed_share", 50, 30, "50 % deployed of what is due by now"),
        ("full", "milestones", 50, 37.5, "50 % reached of the milestones due by now"),
        ("full", "stalled", 0, 100, "0 % of the deployments stalled or late"),
        ("full", "utilisation", 60, 70, "60 % of the licences in use"),
        ("full", "trend", -25, 35, "Active users of the last 4 weeks against the 4 before: -25 %"),
        ("full", "breadth", 40, 300 / 7, "40 % of the features bought are used"),
        ("full", "regularity", 100, 100, "In use in 100 % of the last 8 weeks"),
        ("thin", "open_cases", 0, 100, "No open case"),
        ("thin", "resolution", 100, 100, "100 % of the cases of the last 180 days resolved in time"),
        ("thin", "lapsed_assets", 100, 0, "100 % of the products past their usage end"),
    ],
)
def test_a_measure_says_what_its_records_say(
    scored: HealthScores, account: str, key: str, value: float, score: float, text: str
) -> None:
    row = measure(scored, account, key)
    assert (row["value"], row["text"]) == (pytest.approx(value), text)
    assert row["score"] == pytest.approx(score)


def test_version_and_configuration_risks_are_those_of_the_last_week_that_tells_them(health_book: Book) -> None:
    switched_on = HealthSettings(read_measures({"version": {"weight": 0.1}, "configuration": {"weight": 0.1}}))
    usage = health_book.usage.sort_values("week_start")
    place = usage.groupby(["account_id", "product"]).cumcount(ascending=False)
    told = usage.assign(versions_behind=(5.0 + place).mask(place < 2), findings=place.astype("float64"))
    found = score_health(replace(health_book, usage=told), DAY, switched_on)
    behind, findings = measure(found, "full", "version"), measure(found, "full", "configuration")
    assert (behind["value"], behind["score"]) == (7.0, 0.0)
    assert behind["text"] == "The installed version is 7 releases behind"
    assert (findings["value"], findings["score"], findings["freshness"]) == (0.0, 100.0, 1.0)
    assert 0 < behind["freshness"] < 1, "two weeks old"


def test_reasons_add_up_to_what_is_missing_from_100(scored: HealthScores) -> None:
    found = scored
    health = found.scores.set_index("account_id")["health"].dropna()
    lost = found.reasons.groupby("account_id")["points"].sum()
    assert lost.reindex(health.index).to_numpy() == pytest.approx((health - 100.0).to_numpy())
    assert (found.reasons["points"] < 0).all()
    assert (found.reasons.groupby("account_id")["points"].diff().dropna() >= 0).all()
    listed = found.reasons.set_index(["account_id", "measure"])["record_ids"]
    assert listed[("full", "open_cases")] == "case 1;case 2"
    assert listed[("full", "deployed_share")] == "project 1"


def test_the_total_weighs_the_dimensions_that_are_known(scored: HealthScores) -> None:
    scores = scored.scores.set_index("account_id")
    full, thin = scores.loc["full"], scores.loc["thin"]
    assert full["health"] == pytest.approx(
        0.35 * full["technical"] + 0.25 * full["deployment"] + 0.4 * full["adoption"]
    )
    assert thin["health"] == pytest.approx(thin["technical"])
    assert pd.isna(thin["deployment"])
    assert pd.isna(thin["adoption"])
    assert thin["coverage"] == pytest.approx(0.35 * 0.9)


def test_missing_data_lowers_the_coverage_and_is_named(scored: HealthScores) -> None:
    found = scored
    rows = found.dimensions.set_index(["account_id", "dimension"])
    assert rows.loc[("full", "technical"), "coverage"] == pytest.approx(0.9)
    assert rows.loc[("full", "technical"), "missing"] == "Reopened cases", "the org does not count them"
    assert rows.loc[("full", "adoption"), "missing"] == "Depth of use", "too few customers to compare with"
    assert rows.loc[("thin", "deployment"), "missing"].split(";") == [
        *("Deployed of bought", "Milestones on time", "Days to deploy", "Stalled deployments")
    ]


def test_an_account_without_any_input_is_unknown(scored: HealthScores) -> None:
    row = scored.scores.set_index("account_id").loc["none"]
    assert (row["band"], row["coverage"]) == ("Unknown", 0.0)
    assert row[["health", "technical", "churn_risk", "action_text", "change_30_days", "next_renewal"]].isna().all()


def test_no_open_case_is_known_only_where_cases_are_kept(health_book: Book) -> None:
    found = score_health(replace(health_book, cases=health_book.cases.iloc[:0]), DAY)
    keys = found.measures.loc[found.measures["account_id"] == "full", "measure"].tolist()
    assert "open_cases" not in keys
    rows = found.dimensions.set_index(["account_id", "dimension"])
    assert pd.isna(rows.loc[("full", "technical"), "score"]), "0.15 of the weight is under the needed coverage"


def test_old_usage_counts_less_and_then_not_at_all(health_book: Book) -> None:
    coverage = []
    for weeks in (0, 4, 7, 20):
        day = DAY + pd.Timedelta(weeks=weeks)
        rows = score_health(health_book, day).dimensions.set_index(["account_id", "dimension"])
        coverage.append(float(rows.loc[("full", "adoption"), "coverage"]))
    assert coverage == sorted(coverage, reverse=True)
    assert coverage[0] == pytest.approx(0.85)
    assert 0.0 < coverage[1] < 0.85
    assert coverage[-1] == 0.0


def test_the_change_is_that_of_30_days_with_deployments_held(scored: HealthScores, health_book: Book) -> None:
    now = scored.scores.set_index("account_id")
    then = score_health(health_book, DAY - pd.Timedelta(days=30)).scores.set_index("account_id")
    expected = 0.35 * (now["technical"] - then["technical"]) + 0.4 * (now["adoption"] - then["adoption"])
    assert now.loc["full", "change_30_days"] == pytest.approx(expected["full"])
    assert now.loc["full", "change_30_days"] < -5
    assert pd.isna(now.loc["none", "change_30_days"])


def test_renewal_and_arr_come_from_the_assets_in_force(scored: HealthScores) -> None:
    scores = scored.scores.set_index("account_id")
    assert scores.loc["full", "next_renewal"] == pd.Timestamp("2026-06-30")
    assert scores.loc["full", "current_arr"] == 1000.0
    assert scores.loc["thin", ["next_renewal", "current_arr", "churn_risk"]].isna().all()


def test_without_assets_renewal_and_arr_come_from_deals(health_book: Book, stages: pd.DataFrame) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["won", "older", "open"],
            "account_id": "none",
            "stage": ["Closed Won", "Closed Won", "Prove"],
            "arr": [300.0, 50.0, 400.0],
            "close_date": pd.to_datetime(["2025-06-01", "2024-06-01", "2026-05-31"]),
            "created_date": pd.Timestamp("2024-01-01"),
            "is_closed": [True, True, False],
            "is_won": [True, True, False],
            "segment": ["Upsell", "Upsell", "Renew"],
        }
    )
    row = score_health(replace(health_book, opportunities=deals, stages=stages), DAY).scores.set_index("account_id")
    assert row.loc["none", "current_arr"] == 300.0
    assert row.loc["none", "next_renewal"] == pd.Timestamp("2026-05-31")
    assert row.loc["none", "churn_risk"] == pytest.approx(0.12)


def test_the_action_answers_the_measure_that_costs_most(scored: HealthScores, health_book: Book) -> None:
    row = scored.scores.set_index("account_id").loc["thin"]
    assert row["band"] == "Green"
    assert row["action_owner"] == "AE"
    assert row["action_text"].startswith("Renew or retire the products past their usage end")
    calm = score_health(health_book, DAY, HealthSettings(action_points=50.0)).scores.set_index("account_id")
    assert pd.isna(calm.loc["thin", "action_text"])


def test_few_ids_are_the_first_ones_of_each_account() -> None:
    accounts = pd.Series(["a"] * 7 + ["b"], dtype="str")
    ids = pd.Series([f"{number}" for number in (6, 5, 4, 3, 2, 1, 0, 9)], dtype="str")
    assert few_ids(accounts, ids).to_dict() == {"a": "0;1;2;3;4", "b": "9"}


def test_the_order_of_the_rows_does_not_matter(scored: HealthScores, health_book: Book, shuffled: Any) -> None:
    one, other = scored, score_health(shuffled(health_book, 3), DAY)
    for table in fields(one):
        assert_frame_equal(getattr(one, table.name), getattr(other, table.name))


def test_rows_are_the_same_however_many_accounts_are_computed_at_once(
    scored: HealthScores, health_book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_module, "AT_ONCE", 1)
    found = score_health(health_book, DAY)
    for table in fields(scored):
        assert_frame_equal(getattr(scored, table.name), getattr(found, table.name))


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert whole(pd.Series([-0.4, 0.4, -0.6, np.nan])).tolist() == ["0", "0", "-1", ""]


def test_an_empty_org_has_empty_health() -> None:
    found = score_health(Book(), DAY)
    for name, table in (
        ("scores", HEALTH),
        ("dimensions", DIMENSIONS),
        ("measures", MEASURES),
        ("reasons", REASONS),
    ):
        assert_frame_equal(getattr(found, name), table.empty())


@pytest.mark.parametrize("priority", ["Critical", "P1", "Severity 1", "URGENT"])
def test_priorities_are_read_in_the_words_of_the_org(health_book: Book, priority: str) -> None:
    cases = health_book.cases.assign(priority=priority)
    assert measure(score_health(replace(health_book, cases=cases), DAY), "full", "open_cases")["value"] == 8.0


def test_random_usage_keeps_every_score_between_0_and_100() -> None:
    rng = np.random.default_rng(4)
    rows = 2000
    accounts = pd.DataFrame({"account_id": [f"{number}" for number in range(100)]})
    usage = pd.DataFrame(
        {
            "account_id": rng.choice(accounts["account_id"], rows),
            "product": rng.choice(["NGFW", "DLP"], rows),
            "week_start": DAY - pd.to_timedelta(7 * rng.integers(0, 30, rows), unit="D"),
            "licensed": rng.choice([0.0, 10.0, np.nan], rows),
            "active_users": rng.choice([0.0, 5.0, 40.0, np.nan], rows),
            "features_bought": rng.choice([0.0, 3.0], rows),
            "features_used": rng.choice([0.0, 3.0, 9.0], rows),
        }
    )
    found = score_health(Book(accounts=accounts, usage=usage), DAY)
    assert found.measures["score"].between(0, 100).all()
    assert found.scores["health"].dropna().between(0, 100).all()
    assert found.dimensions["coverage"].between(0, 1).all()
    lost = found.reasons.groupby("account_id")["points"].sum()
    health = found.scores.set_index("account_id")["health"].dropna()
    assert (100.0 + lost.reindex(health.index).fillna(0.0)).to_numpy() == pytest.approx(health.to_numpy())


@pytest.mark.parametrize(
    "wrong",
    [
        {"dimension_weights": {"technical": 1.0}},
        {"dimension_weights": {"technical": 0.5, "deployment": 0.5, "adoption": 0.0}},
        {"band_churn": {"Green": 0.1}},
        {"usual_churn": 1.0},
        {"green_from": 40.0},
        {"band_margin": -1.0},
        {"segment": "shoe size"},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ScoringSettingsError, match="expected"):
        HealthSettings(**wrong)
