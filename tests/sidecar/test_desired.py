"""From scores to the org's records: units, the details' JSON contract, and what gets no record at all."""

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import scoring
from scoring import Book
from scoring.actions import RECORDS, actions, follow_up
from scoring.health.results import CHURN_PROOF
from scoring.projection import deals_in_need, prepare, projection_tables
from sidecar.desired import Desired, Past, desired_records
from sidecar.targets import SCORED

AS_OF = pd.Timestamp("2026-11-22")
QUARTER = scoring.Quarter("FY2026 Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
SCORED_AT = pd.Timestamp("2026-11-22 10:00:00")
HOSTILE = '"; DROP TABLE "Account" --<img src=x onerror=alert(1)>\\'


ONE_CURRENCY = pd.DataFrame({"currency": pd.Series(dtype="str"), "rate": pd.Series(dtype="float64")})


def desired(
    book: Book, rates: pd.DataFrame = ONE_CURRENCY, corporate: str | None = None, **health_tables: pd.DataFrame
) -> Desired:
    """The desired records of a book."""
    model = scoring.fit_deals(book, AS_OF)
    deals = model.score(book, AS_OF, QUARTER)
    projected = prepare(book, AS_OF, QUARTER)
    projection = projection_tables(projected, deals)
    health = replace(scoring.score_health(book, AS_OF), **health_tables)
    proposed = actions(book, deals, projection.rows, AS_OF, QUARTER)
    followed = follow_up(proposed, RECORDS.empty(), book.opportunities, deals.scores, AS_OF)
    needed = deals_in_need(projected, followed.shown["opportunity_id"])
    past = Past(model, book, AS_OF)
    return desired_records(past, deals, health, projection, followed, needed, QUARTER, SCORED_AT, rates, corporate)


def deal(number: int, **values: Any) -> dict[str, Any]:
    """An open upsell in stage Demo; closed ones are given their outcome."""
    usual = {
        "opportunity_id": f"006{number:015d}",
        "account_id": "A1",
        "owner_id": "R1",
        "name": f"Deal {number}",
        "stage": "Demo",
        "amount": 1000.0,
        "arr": 1000.0,
        "close_date": pd.Timestamp("2026-12-10"),
        "created_date": pd.Timestamp("2026-09-01"),
        "is_closed": False,
        "is_won": False,
        "segment": "Upsell",
    }
    return usual | values


Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def book() -> Book:
    """Forty closed deals, two open ones, a hostile stage name."""
    closed = [
        deal(n, stage="Closed", is_closed=True, is_won=n % 4 > 0, close_date=pd.Timestamp("2026-10-20"))
        for n in range(40)
    ]
    opened = [deal(100), deal(101, stage=HOSTILE, segment=None, account_id=None, amount=None, arr=None)]
    history = [
        {"opportunity_id": row["opportunity_id"], "changed_at": moment, "stage": stage}
        for row in closed
        for moment, stage in ((row["created_date"], "Demo"), (row["close_date"], "Closed"))
    ]
    history += [
        {"opportunity_id": row["opportunity_id"], "changed_at": row["created_date"], "stage": row["stage"]}
        for row in opened
    ]
    stages = pd.DataFrame(
        {
            "stage": ["Demo", HOSTILE, "Closed"],
            "sort_order": [1.0, 2.0, 3.0],
            "is_closed": [False, False, True],
            "is_won": [False, False, True],
            "is_active": [True, True, True],
        }
    )
    return scoring.validate(
        Book(
            accounts=pd.DataFrame({"account_id": ["A1", "A2"]}),
            opportunities=pd.DataFrame(closed + opened),
            stage_history=pd.DataFrame(history),
            stages=stages,
        )
    )


@pytest.fixture(scope="module")
def records(book: Book) -> Rows:
    """Desired rows by object."""
    return {name: table.to_pylist() for name, table in desired(book).tables.items()}


MONEY = {own.object: [name for name, (_, kind) in own.columns.items() if kind == "money"] for own in SCORED}


def test_money_is_in_the_currency_of_its_record(book: Book, records: Rows) -> None:
    rates = pd.DataFrame({"currency": "JPY", "rate": 150.0}, index=pd.Index(["A1", f"006{100:015d}"]))
    turned = desired(book, rates).tables
    for name in ("Account", "Opportunity"):
        before, after = records[name][0], turned[name].to_pylist()[0]
        held = [field for field in MONEY[name] if before[field]]
        assert held
        assert {f: after[f] for f in held} == pytest.approx({f: 150 * before[f] for f in held})
    deal = turned["Opportunity"].to_pylist()[0]
    detail, plain = (json.loads(row["Sidecar_Score_Detail__c"]) for row in (deal, records["Opportunity"][0]))
    assert (detail["currency"], plain["currency"]) == ("JPY", None)
    assert detail["benchmark"]["median_arr"] == 150 * plain["benchmark"]["median_arr"]
    segments, before = (
        json.loads(row["Sidecar_Projection_Detail__c"])["segments"]
        for row in (turned["Account"].to_pylist()[0], records["Account"][0])
    )
    assert segments[0]["booked"] == 150 * before[0]["booked"]
    # rows that stand for no single record keep the corporate currency
    assert turned["Sidecar_Projection__c"].to_pylist() == records["Sidecar_Projection__c"]


def test_money_of_a_currency_without_a_rate_is_left_empty_rather_than_wrong(book: Book) -> None:
    rates = pd.DataFrame({"currency": "SEK", "rate": float("nan")}, index=pd.Index(["A1", f"006{100:015d}"]))
    turned = {name: table.to_pylist()[0] for name, table in desired(book, rates).tables.items()}
    for name in ("Account", "Opportunity"):
        assert {turned[name][field] for field in MONEY[name]} == {None}
    assert turned["Opportunity"]["Sidecar_Win_Probability__c"] > 0


def test_rows_of_ours_tell_the_corporate_currency_where_there_are_several(book: Book, records: Rows) -> None:
    assert "CurrencyIsoCode" not in records["Sidecar_Projection__c"][0]
    made = desired(book, corporate="CHF").tables
    for name in ("Sidecar_Projection__c", "Sidecar_Action__c"):
        assert set(made[name]["CurrencyIsoCode"].to_pylist()) == {"CHF"}
    assert "CurrencyIsoCode" not in made["Account"].column_names


def test_closed_deals_have_no_record(records: Rows) -> None:
    assert [row["Id"] for row in records["Opportunity"]] == [f"006{n:015d}" for n in (100, 101)]


def test_percentages_are_in_the_org_s_unit(records: Rows) -> None:
    row = records["Opportunity"][0]
    assert 60 < row["Sidecar_Win_Probability__c"] < 90
    assert row["Sidecar_Forecast_ARR__c"] == pytest.approx(1000 * row["Sidecar_Win_Probability__c"] / 100, abs=1)


def test_factors_add_up_to_the_probability(records: Rows) -> None:
    for row in records["Opportunity"]:
        detail = json.loads(row["Sidecar_Score_Detail__c"])
        total = 100 * detail["base"]["rate"] + sum(factor["points"] for factor in detail["factors"])
        assert total == pytest.approx(row["Sidecar_Win_Probability__c"], abs=0.1)


def test_any_text_of_the_org_stays_text(records: Rows) -> None:
    detail = json.loads(records["Opportunity"][1]["Sidecar_Score_Detail__c"])
    assert detail["stage"]["name"] == HOSTILE
    assert {"Segment", "Account", "Amount"} <= set(detail["missing"])


def test_details_have_lists_where_nothing_is_known(records: Rows) -> None:
    detail = json.loads(records["Account"][0]["Sidecar_Health_Detail__c"])
    assert [dimension["key"] for dimension in detail["dimensions"]] == ["technical", "deployment", "adoption"]
    assert all(dimension["measures"] == [] and dimension["score"] is None for dimension in detail["dimensions"])
    assert all(dimension["missing"] for dimension in detail["dimensions"])
    assert detail["reasons"] == []


def test_an_account_of_which_nothing_is_known_keeps_empty_fields(records: Rows) -> None:
    nothing = records["Account"][1]
    assert {name for name, value in nothing.items() if value is not None} == {"Id", "Sidecar_Scored_At__c"}


def test_an_account_tells_how_good_its_churn_risk_is(book: Book) -> None:
    figures = {"since": AS_OF, "given": 0.2, "brier": 0.1, "usual_brier": 0.12, "auc": 0.777}
    judged = [{"band": name, "renewals": 40, "lost": lost, **figures} for name, lost in (("All", 9), ("Green", 1))]
    scores = scoring.score_health(book, AS_OF).scores
    known = scores.assign(churn_risk=0.2, churn_basis="why", coverage=1.0)
    made = desired(book, scores=known, churn_proof=CHURN_PROOF.conform(pd.DataFrame(judged)))
    detail = json.loads(made.tables["Account"].to_pylist()[0]["Sidecar_Health_Detail__c"])
    assert detail["churn_proof"] == {
        "renewals": 40,
        "lost": 9,
        "since": "2026-11-22",
        "auc": 0.78,
        "brier": 0.1,
        "usual_brier": 0.12,
        "bands": [{"band": "Green", "n": 40, "predicted": 0.2, "observed": 0.025}],
    }
    unproved = json.loads(desired(book, scores=known).tables["Account"].to_pylist()[0]["Sidecar_Health_Detail__c"])
    assert unproved["churn_proof"] is None


def test_projection_keys_say_what_the_row_means(records: Rows) -> None:
    keys = {row["Sidecar_Key__c"] for row in records["Sidecar_Projection__c"]}
    assert {"Org:2026-10-01:All", "Rep:R1:2026-10-01:All", "Rep:R1:2026-10-01:Upsell"} <= keys
    rep = next(row for row in records["Sidecar_Projection__c"] if row["Sidecar_Key__c"] == "Rep:R1:2026-10-01:All")
    assert rep["Sidecar_Booked__c"] == 30_000
    assert rep["Sidecar_Plan__c"] is None


def test_actions_are_rows_a_suggestion_on_the_deal_and_a_summary_for_the_home_page(
    records: Rows,
) -> None:
    rows = {row["Sidecar_Key__c"]: row for row in records["Sidecar_Action__c"]}
    missing = rows["missing-data:006000000000000101"]
    assert missing["Sidecar_Subject__c"] == "Fill in: Segment, Account, Amount"
    assert (missing["Sidecar_Status__c"], missing["Sidecar_Assignee__c"]) == ("Open", "R1")
    assert 0 < missing["Sidecar_Impact__c"] < 1000
    bare = next(row for row in records["Opportunity"] if row["Id"] == "006000000000000101")
    assert bare["Sidecar_Suggested_Action__c"] == missing["Sidecar_Subject__c"]
    action = json.loads(bare["Sidecar_Score_Detail__c"])["action"]
    assert action == {"text": missing["Sidecar_Subject__c"], "why": missing["Sidecar_Reason__c"]}
    for projection in records["Sidecar_Projection__c"]:
        if projection["Sidecar_Segment__c"] != "All":
            assert projection["Sidecar_Action_Summary__c"] is None
            continue
        summary = json.loads(projection["Sidecar_Action_Summary__c"])
        assert summary["number"] == sum(kind["number"] for kind in summary["kinds"]) == len(rows)
        about = [top["opportunity"] or top["account"] or top["key"] for top in summary["top"]]
        assert len(about) == len(set(about)) <= 3
        assert {top["key"] for top in summary["top"]} <= rows.keys()


def test_an_empty_org_gives_empty_tables_with_all_columns() -> None:
    made = desired(scoring.validate(Book()))
    for own in SCORED:
        table = made.tables[own.object]
        assert {own.key, *own.field_names} <= set(table.column_names)
    assert len(made.tables["Opportunity"]) == len(made.tables["Account"]) == 0


def test_a_projection_carries_its_curve_its_change_and_its_pillars(records: Rows) -> None:
    row = next(row for row in records["Sidecar_Projection__c"] if row["Sidecar_Key__c"] == "Org:2026-10-01:All")
    curve, detail = json.loads(row["Sidecar_Curve__c"]), json.loads(row["Sidecar_Detail__c"])
    assert [week["week"] for week in curve["weeks"]] == list(range(9))
    assert curve["weeks"][-1]["commit"] == round(row["Sidecar_Commit__c"])
    change = detail["change"]
    causes = ("won", "lost", "slipped", "pulled_in", "new", "resized", "rescored", "new_business")
    assert sum(change[cause] for cause in causes) == change["expected"]
    assert change["expected"] + change["range"] == change["commit"]
    assert (detail["since"], detail["quarter_end"]) == ("2026-11-15", "2026-12-31")
    booked = sum(pillar["booked"] for pillar in detail["pillars"])
    assert booked == pytest.approx(row["Sidecar_Booked__c"], abs=3)


def test_a_projection_tells_its_parts_and_how_far_it_can_be_trusted(records: Rows) -> None:
    rows = {row["Sidecar_Key__c"]: row for row in records["Sidecar_Projection__c"]}
    whole, part = (json.loads(rows[f"Org:2026-10-01:{name}"]["Sidecar_Detail__c"]) for name in ("All", "Upsell"))
    upsell = next(segment for segment in whole["segments"] if segment["segment"] == "Upsell")
    row = rows["Org:2026-10-01:Upsell"]
    assert (upsell["booked"], upsell["deals"]) == (row["Sidecar_Booked__c"], part["deals"])
    assert upsell["win_rate"] == pytest.approx(row["Sidecar_Win_Rate__c"] / 100, abs=1e-3)
    assert {"gap", "win_rate", "actions", "deals"} <= whole["pillars"][0].keys()
    # both open deals ask for something: one is named in the segment, one has none
    assert (whole["actions"], upsell["actions"], part["segments"]) == (2, 1, None)
    assert whole["proof"] is None, "one quarter is no proof"


def test_an_account_carries_its_curve_in_its_own_currency(book: Book, records: Rows) -> None:
    rates = pd.DataFrame({"currency": "JPY", "rate": 150.0}, index=pd.Index(["A1"]))
    weeks, turned = (
        json.loads(row["Sidecar_Projection_Detail__c"])["weeks"]
        for row in (records["Account"][0], desired(book, rates).tables["Account"].to_pylist()[0])
    )
    assert [week["week"] for week in weeks] == list(range(9))
    assert weeks[-1]["commit"] == round(records["Account"][0]["Sidecar_Quarter_Commit__c"])
    assert turned[-1]["booked"] == 150 * weeks[-1]["booked"] > 0


def test_a_deal_tells_its_past_and_what_moved_it(records: Rows) -> None:
    row = records["Opportunity"][0]
    detail = json.loads(row["Sidecar_Score_Detail__c"])
    # Open since 1 September: twelve weeks ago it was not there yet.
    assert [detail["history"][at]["date"] for at in (0, -1)] == ["2026-09-06", "2026-11-22"]
    assert detail["history"][-1]["probability"] == pytest.approx(row["Sidecar_Win_Probability__c"] / 100, abs=2e-3)
    assert [(change["days"], change["since"]) for change in detail["change"]] == [(7, "2026-11-15"), (30, "2026-10-23")]
    for change in detail["change"]:
        assert sum(factor["points"] for factor in change["factors"]) == pytest.approx(change["points"], abs=0.05)
        now = change["before"] + change["points"] / 100
        assert now == pytest.approx(row["Sidecar_Win_Probability__c"] / 100, abs=2e-3)


def test_a_deal_tells_the_stages_it_has_left_the_last_ones_only(book: Book) -> None:
    moves = [
        {
            "opportunity_id": f"006{100:015d}",
            "stage": ("Demo", HOSTILE)[n % 2],
            "changed_at": AS_OF - pd.Timedelta(days=60 - n),
        }
        for n in range(30)
    ]
    history = pd.concat([book.stage_history, pd.DataFrame(moves)], ignore_index=True)
    made = desired(scoring.validate(replace(book, stage_history=history))).tables["Opportunity"].to_pylist()
    path = json.loads(made[0]["Sidecar_Score_Detail__c"])["path"]
    assert len(path) == 12
    assert path[-1] == {
        "name": "Demo",
        "entered": "2026-10-21",
        "days": 1,
        "typical_days": 49,
        "lower_days": 49,
        "upper_days": 49,
        "n": 30,
    }
    assert json.loads(made[1]["Sidecar_Score_Detail__c"])["path"] == []
