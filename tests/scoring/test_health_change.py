"""Properties of health: changes add up, bands do not flap, worse is never better, more data is never less known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from scoring import Book, HealthSettings, read_measures, renewal_risk, score_health
from scoring.health.bands import band_path
from scoring.health.change import CAUSES
from scoring.health.proposals import health_proposals

DAY = pd.Timestamp("2026-03-01")
FEW = settings(max_examples=2, deadline=None)


def random_book(seed: int) -> Book:
    """Accounts with two products, gaps in the telemetry, cases, and what should not be."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"a{number}" for number in range(8)])
    pairs = pd.DataFrame({"account_id": np.repeat(ids, 2), "product": np.tile(["NGFW", "DLP"], 8)})
    usage = pairs.loc[np.repeat(pairs.index, 20)].reset_index(drop=True)
    weeks = np.tile(np.arange(20), 16)
    usage["week_start"] = (DAY - pd.Timedelta(days=6) - pd.to_timedelta(7 * weeks, unit="D")).as_unit("us")
    usage["licensed"] = rng.choice([100.0, 0.0, np.nan], len(usage), p=[0.9, 0.05, 0.05])
    usage["active_users"] = rng.choice([-5.0, 20.0, 60.0, 120.0], len(usage), p=[0.03, 0.3, 0.6, 0.07])
    usage["features_bought"], usage["features_used"], usage["volume"] = (
        10.0,
        rng.integers(0, 11, len(usage)) * 1.0,
        50.0,
    )
    usage = usage[rng.random(len(usage)) < 0.8]
    created = DAY - pd.to_timedelta(rng.integers(0, 150, 30), unit="D")
    closed = pd.Series(created + pd.to_timedelta(rng.integers(1, 60, 30), unit="D"))
    cases = pd.DataFrame(
        {
            "case_id": [f"c{number}" for number in range(30)],
            "account_id": rng.choice(ids, 30),
            "priority": rng.choice(["Critical", "High", "Low"], 30),
            "is_closed": closed <= DAY,
            "is_escalated": rng.random(30) < 0.2,
            "created_date": created.as_unit("us"),
            "closed_date": closed.where(closed <= DAY).dt.as_unit("us"),
            "reopened": 0.0,
        }
    )
    ends = DAY + pd.to_timedelta(rng.integers(-60, 300, 16), unit="D")
    assets = pairs.assign(
        asset_id=[f"s{number}" for number in range(16)],
        arr=rng.integers(1, 9, 16) * 1000.0,
        install_date=pd.Timestamp("2025-11-01") + pd.to_timedelta(rng.integers(0, 80, 16), unit="D"),
        usage_end_date=ends.as_unit("us"),
    )
    return Book(accounts=pd.DataFrame({"account_id": ids}), usage=usage, cases=cases, assets=assets)


@FEW
@given(st.integers(0, 10_000))
def test_changes_add_up_exactly_and_lie_between_the_trend_s_points(seed: int) -> None:
    found = score_health(random_book(seed), DAY)
    keys = ["account_id", "days"]
    total = found.change_totals.set_index(keys)["points"]
    parts = found.changes.groupby(keys)["points"].sum().reindex(total.index).fillna(0.0)
    assert parts.to_numpy() == pytest.approx(total.to_numpy(), abs=1e-9)
    causes = found.changes[[f"by_{cause}" for cause in CAUSES]].sum(axis=1)
    assert causes.to_numpy() == pytest.approx(found.changes["points"].to_numpy(), abs=1e-9)
    now = found.scores.set_index("account_id")["health"]
    before = found.change_totals.set_index("account_id")["before"]
    assert (now.reindex(before.index) - before).to_numpy() == pytest.approx(total.to_numpy(), abs=1e-9)


@FEW
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_more_open_severe_cases_never_raise_a_score(seed: int, more: int) -> None:
    book = random_book(seed)
    new = pd.DataFrame(
        {
            "case_id": [f"new {number}" for number in range(more)],
            "account_id": "a3",
            "priority": "Critical",
            "is_closed": False,
            "is_escalated": False,
            "created_date": DAY - pd.Timedelta(days=3),
            "reopened": 0.0,
        }
    )
    scored = [
        score_health(each, DAY).scores.set_index("account_id")["health"]
        for each in (book, replace(book, cases=pd.concat([book.cases, new], ignore_index=True)))
    ]
    assert scored[1]["a3"] <= scored[0]["a3"] + 1e-9
    assert scored[1].drop("a3").equals(scored[0].drop("a3"))


@FEW
@given(st.integers(0, 10_000))
def test_adding_data_never_lowers_the_coverage(seed: int) -> None:
    book = random_book(seed)
    less = replace(book, usage=book.usage.iloc[::3], cases=book.cases.iloc[:1])
    known = [score_health(each, DAY).scores["coverage"].to_numpy() for each in (less, book)]
    assert (known[1] >= known[0] - 1e-9).all()


@FEW
@given(st.integers(0, 10_000), st.floats(0.1, 50))
def test_only_the_ratios_of_weights_count(seed: int, factor: float) -> None:
    usual = HealthSettings()
    scaled = HealthSettings(
        measures=read_measures({each.key: {"weight": each.weight * factor} for each in usual.measures}),
        dimension_weights={key: weight * factor for key, weight in usual.dimension_weights.items()},
    )
    one, other = (score_health(random_book(seed), DAY, each).scores for each in (usual, scaled))
    assert_frame_equal(one, other, rtol=1e-9)


def test_some_accounts_have_the_rows_that_they_have_among_all() -> None:
    book = random_book(3)
    every, some = score_health(book, DAY), score_health(book, DAY, accounts=pd.Index(["a2", "a5"]))
    for name in ("scores", "measures", "products", "reasons", "trend", "changes", "change_totals", "renewals"):
        whole = getattr(every, name)
        own = whole[whole["account_id"].isin(["a2", "a5"])].reset_index(drop=True)
        assert_frame_equal(own, getattr(some, name))


def test_the_trend_s_points_are_the_scores_of_those_days() -> None:
    book = random_book(5)
    trend = score_health(book, DAY).trend
    day = trend["day"].unique()[-3]
    then = score_health(book, pd.Timestamp(day)).scores.set_index("account_id")["adoption"]
    own = trend[trend["day"] == day].set_index("account_id")["adoption"]
    assert own.to_numpy() == pytest.approx(then.reindex(own.index).to_numpy(), nan_ok=True)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=26))
def test_a_band_changes_only_with_a_real_change(path: list[float]) -> None:
    limits = HealthSettings()
    bands = band_path(np.array([path]), limits)[0]
    bounds = {("Red", "Yellow"): 50.0, ("Yellow", "Green"): 75.0, ("Red", "Green"): 75.0}
    for before, after, score in zip(bands[:-1], bands[1:], path[1:], strict=True):
        if before != after:
            rising = (before, after) in bounds
            bound = bounds[(before, after)] if rising else (75.0 if after == "Yellow" else 50.0)
            assert score >= bound + 2.0 if rising else score < bound - 2.0 + 1e-9


def test_a_score_at_the_edge_keeps_its_band_and_an_unknown_one_has_none() -> None:
    path = np.array([[76.0, 74.0, 76.0, 73.5, np.nan, 74.0, 76.9, 77.0]])
    assert band_path(path, HealthSettings())[0].tolist() == [
        *("Green", "Green", "Green", "Green", "Unknown", "Yellow", "Yellow", "Green")
    ]


def test_a_customer_s_own_target_goes_before_the_product_s() -> None:
    book = random_book(8)
    own = pd.DataFrame(
        {"account_id": ["a1"], "product": ["ngfw"], "measure": ["utilisation"], "target": [40.0], "valid_from": [DAY]}
    )
    usual = read_measures({"utilisation": {"targets": [{"product": "DLP", "target": 60}]}})
    found = score_health(replace(book, targets=own), DAY, HealthSettings(measures=usual)).products
    targets = found[found["measure"] == "utilisation"].set_index(["account_id", "product"])["target"]
    assert targets.xs("DLP", level="product").eq(60.0).all()
    assert targets.xs("NGFW", level="product").drop("a1").eq(80.0).all()
    assert targets.get(("a1", "NGFW"), 40.0) == 40.0


def test_bad_input_is_counted_and_changes_nothing_else() -> None:
    book = random_book(9)
    row = book.usage.iloc[[0]].assign(licensed=100.0, active_users=60.0)
    wrong = pd.concat(
        [
            row.assign(week_start=DAY + pd.Timedelta(days=8)),
            row.assign(product="Never bought"),
            book.usage.iloc[[0]],
            row.assign(account_id="nobody"),
        ]
    )
    dirty = replace(book, usage=pd.concat([book.usage, wrong], ignore_index=True))
    clean, found = score_health(book, DAY), score_health(dirty, DAY)
    assert_frame_equal(clean.scores, found.scores)
    before = clean.problems.set_index(["kind", "table"])["rows"]
    after = found.problems.set_index(["kind", "table"])["rows"]
    for kind in ("later_week", "not_bought", "repeated", "without_account"):
        assert after[(kind, "usage")] == before.get((kind, "usage"), 0) + 1
    assert before[("negative", "usage")] > 0
    assert before[("no_entitlement", "usage")] > 0


@pytest.mark.parametrize(
    ("table", "values", "kind"),
    [
        ("cases", {"account_id": "nobody"}, "without_account"),
        ("cases", {"is_closed": True, "closed_date": pd.NaT}, "closed_when"),
        ("deployments", {"account_id": "nobody"}, "without_account"),
        ("deployments", {"started_on": pd.NaT}, "without_dates"),
        ("deployments", {"bought": -5.0}, "negative"),
    ],
)
def test_a_wrong_case_or_deployment_is_counted_once_with_its_treatment(
    health_book: Book, table: str, values: dict[str, object], kind: str
) -> None:
    rows = getattr(health_book, table)
    first = rows.index == rows.index[0]
    changed = rows.assign(**{name: rows[name].mask(first, value) for name, value in values.items()})
    before, after = (
        score_health(each, DAY).problems.set_index(["kind", "table"])
        for each in (health_book, replace(health_book, **{table: changed}))
    )
    assert after.loc[(kind, table), "rows"] == before["rows"].get((kind, table), 0) + 1
    assert after.loc[(kind, table), "treatment"]


def test_targets_that_meet_nothing_are_counted_and_change_nothing() -> None:
    book = random_book(9)
    own = pd.DataFrame(
        {
            "account_id": ["nobody", book.accounts["account_id"].iloc[0], book.accounts["account_id"].iloc[0]],
            "measure": ["utilisation", "utilization", "happiness"],
            "target": 90.0,
        }
    )
    clean, found = score_health(book, DAY), score_health(replace(book, targets=own), DAY)
    assert_frame_equal(clean.scores, found.scores)
    counts = found.problems.set_index(["kind", "table"])["rows"]
    assert (counts[("without_account", "targets")], counts[("unknown_measure", "targets")]) == (1, 2)


def test_weeks_before_a_change_of_unit_are_not_compared() -> None:
    book = random_book(10)
    early = book.usage["week_start"] < DAY - pd.Timedelta(days=40)
    numbers = {name: book.usage[name].where(~early, book.usage[name] * 1000.0) for name in ("licensed", "active_users")}
    changed = score_health(replace(book, usage=book.usage.assign(**numbers)), DAY)
    assert (changed.problems["kind"] == "unit_changed").any()
    falls = changed.measures[changed.measures["measure"] == "trend"]["value"]
    assert (falls > -99).all()


def test_the_risk_of_renewal_deals_is_that_of_their_accounts() -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["open", "closed", "upsell"],
            "account_id": "a",
            "segment": ["Renew", "Renew", "Upsell"],
            "is_closed": [False, True, False],
        }
    )
    health = pd.DataFrame({"account_id": ["a"], "churn_risk": [0.3], "churn_basis": ["why"]})
    assert renewal_risk(deals, health).to_dict("list") == {
        "opportunity_id": ["open"],
        "lost_probability": [0.3],
        "basis": ["why"],
    }


def test_the_calendar_holds_assets_and_of_others_contracts_with_the_day_of_true_up() -> None:
    book = random_book(4)
    contracts = pd.DataFrame(
        {
            "contract_id": ["k1", "k2", "k3"],
            "account_id": ["b", "b", "a1"],
            "start_date": pd.Timestamp("2025-01-01"),
            "end_date": pd.to_datetime(["2026-09-30", "2026-01-31", "2026-12-31"]),
            "arr": [900.0, 500.0, 100.0],
            "true_up_date": pd.to_datetime(["2026-06-30", "2026-01-15", "2026-04-01"]),
        }
    )
    accounts = pd.DataFrame({"account_id": [*book.accounts["account_id"], "b"]})
    found = score_health(replace(book, accounts=accounts, contracts=contracts), DAY)
    own = found.renewals[found.renewals["account_id"] == "b"].iloc[0]
    assert (own["day"], own["arr"], own["source"]) == (pd.Timestamp("2026-09-30"), 900.0, "contract")
    assert own["true_up_date"] == pd.Timestamp("2026-06-30")
    row = found.scores.set_index("account_id").loc["b"]
    assert (row["next_renewal"], row["current_arr"]) == (pd.Timestamp("2026-09-30"), 900.0)
    of_assets = found.renewals[found.renewals["account_id"] == "a1"]
    assert of_assets["source"].eq("asset").all()
    assert of_assets["day"].ge(DAY).all()


def test_playbooks_are_proposals_with_a_key_of_their_own() -> None:
    book = random_book(6)
    found = score_health(book, DAY)
    rows = health_proposals(found, book.accounts.assign(owner_id="u1"))
    assert len(rows) == len(found.playbooks) > 0
    assert rows["key"].is_unique
    assert (rows["owner_id"] == "u1").all()
    assert rows["title"].str.match("(SC|CSM|AE|Support): ").all()
