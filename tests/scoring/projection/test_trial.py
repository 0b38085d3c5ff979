"""How good the projection would have been: quarters judged by what the others teach, and deals that need something."""

import numpy as np
import pandas as pd
import pytest

from scoring import Book, Quarter
from scoring.projection import deals_in_need, prepare
from scoring.projection.calendar import EPOCH, Span
from scoring.projection.deals import ADDED, COLUMNS, EXPOSURE, LOG_NONE, VARIANCE
from scoring.projection.model import PILLAR, SEGMENT, WHOLE
from scoring.projection.trial import USUAL_SHOCK, Past, Replay, past_levels, past_proof, shared_shock

SCOPE = np.array(["Org"], dtype=object)


def replay(quarter: int, came: float, due: float = 150.0, exposure: float = 0.0) -> Replay:
    """A week in which 100 were expected, give or take 10, of many deals."""
    units = np.zeros((1, 2, COLUMNS))
    units[..., ADDED], units[..., VARIANCE], units[..., LOG_NONE] = 100.0, 100.0, -50.0
    units[..., EXPOSURE] = exposure
    parts = {
        kind: Past(units[:, at : at + 1], np.full((1, 1), came), np.full((1, 1), due))
        for at, kind in ((0, WHOLE), (1, SEGMENT), (1, PILLAR))
    }
    nothing = Past(np.zeros((0, 1, COLUMNS)), np.zeros((0, 1)), np.zeros((0, 1)))
    return Replay(quarter, 6, parts, nothing)


def spans(count: int) -> list[Span]:
    return [Span(91 * number, 91 * number + 90, number % 4) for number in range(count)]


def test_a_quarter_is_judged_by_the_others_so_an_odd_one_is_not_held() -> None:
    came = [100.0, 104.0, 96.0, 101.0, 99.0, 400.0]
    replays = [replay(number, value) for number, value in enumerate(came)]
    found = past_proof(replays, SCOPE, spans(6))
    whole = found[found["whole"]].iloc[0]
    assert whole["scope"] == "Org"
    assert (whole["quarters"], whole["rows"], whole["since"]) == (6, 6, EPOCH)
    assert whole["held"] == pytest.approx(5 / 6)
    assert whole["error"] < 5
    assert whole["stage_weighted_error"] == pytest.approx(50.5)
    every, others = (past_levels(rows, SCOPE, 0.0, 6)[("Org", WHOLE, 1)] for rows in (replays, replays[:5]))
    assert every.high > others.high, "the quarter to come learns from the odd one too"


def test_the_shock_of_a_quarter_that_is_judged_is_that_of_the_others() -> None:
    calm = [replay(number, 100.0, exposure=50.0) for number in range(5)]
    wild, odd = replay(5, 400.0, exposure=50.0), replay(5, 160.0, exposure=50.0)
    assert shared_shock([*calm, wild]) > shared_shock([*calm, odd]) > shared_shock(calm)
    assert shared_shock([*calm, wild], without=5) == shared_shock([*calm, odd], without=5) == shared_shock(calm)
    assert shared_shock([wild], without=5) == USUAL_SHOCK
    # Its own outcome would have widened the range enough to hold it.
    proof = past_proof([*calm, odd], SCOPE, spans(6)).set_index("whole")
    assert proof.loc[True, "held"] == pytest.approx(5 / 6)


def test_nothing_is_claimed_where_nothing_was_to_come() -> None:
    quiet = replay(0, 0.0)
    for past in quiet.rows.values():
        past.sums[..., ADDED] = 0.0
    assert past_proof([quiet], SCOPE, spans(1)).empty


def test_deals_with_an_action_count_once_in_each_row_and_in_every_pillar_they_have(
    stages: pd.DataFrame, quarter: Quarter
) -> None:
    deals = pd.DataFrame(
        {
            "opportunity_id": ["a", "b", "won"],
            "owner_id": "005A",
            "account_id": "001A",
            "stage": ["Prove", "Prove", "Closed Won"],
            "created_date": pd.Timestamp("2026-09-01"),
            "close_date": [pd.Timestamp("2026-12-01"), pd.Timestamp("2026-12-01"), pd.Timestamp("2026-10-05")],
            "is_closed": [False, False, True],
            "is_won": [False, False, True],
            "segment": ["Renew", None, "Renew"],
        }
    )
    lines = pd.DataFrame({"opportunity_id": ["a", "a"], "pillar": ["SASE", "DLP"], "total_price": [1.0, 3.0]})
    projection = prepare(Book(opportunities=deals, stages=stages, lines=lines), pd.Timestamp("2026-11-20"), quarter)
    found = deals_in_need(projection, pd.Series(["a", "a", "b", "won", "else", None]))
    counts = found.set_index(["scope", "segment", "pillar"])["deals"]
    for scope in ("Org", "Rep", "Account"):
        assert counts[scope]["All"]["All"] == 2
        assert counts[scope]["Renew"]["All"] == counts[scope]["Unknown"]["All"] == 1
    assert counts["Rep"]["All"][["SASE", "DLP", "Unknown"]].tolist() == [1, 1, 1]
    assert "Upsell" not in counts["Org"].index.get_level_values("segment")
