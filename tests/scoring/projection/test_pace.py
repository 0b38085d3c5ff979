"""How fast the deals of a season move: counted as a hand counts them, and found again where it is known."""

import numpy as np
import pandas as pd
import pytest

from scoring import Book, DealSettings, Quarter, validate
from scoring.projection.calendar import SEASONS, day_number, span
from scoring.projection.features import DUES, LEFT, categories, deal_codes
from scoring.projection.learning import offsets, past_weeks
from scoring.projection.pace import FEW_MOVES, STEPS_AHEAD, Moves, moves, paced
from scoring.projection.timeline import timeline

DAY = pd.Timestamp


def test_a_move_is_a_win_or_a_later_stage_within_the_week(stages: pd.DataFrame) -> None:
    fates = {"on": "Decide", "won": "Closed Won", "back": "Discover", "lost": "Closed Lost", "stays": "Prove"}
    before = pd.DataFrame({"opportunity_id": [*fates], "changed_at": DAY("2026-09-10"), "stage": "Prove"})
    after = before.assign(changed_at=DAY("2026-09-18"), stage=[*fates.values()])
    deals = after[["opportunity_id", "stage"]].assign(
        created_date=DAY("2026-09-10"),
        close_date=DAY("2026-09-25"),
        is_closed=after["stage"].str.startswith("Closed"),
        is_won=after["stage"] == "Closed Won",
        segment="Upsell",
    )
    book = validate(
        Book(opportunities=deals, stage_history=pd.concat([before, after], ignore_index=True), stages=stages)
    )
    line = timeline(book)
    found = categories(line, book)
    code = deal_codes(line, book, found, DealSettings())
    quarter = span(Quarter("", DAY("2026-07-01"), DAY("2026-09-30")))
    counted = moves(past_weeks(line, code, [quarter], found), [quarter], line, code, book.stages)
    by_week = counted.moved.sum(axis=(0, 1, 2))
    # The weeks of the quarter end on Tuesdays.
    week = quarter.weeks_left(day_number(DAY("2026-09-15")))
    assert by_week.tolist() == [2.0 if left == week else 0.0 for left in range(LEFT + 1)]
    assert counted.deals.sum(axis=(0, 1, 2))[week] == 5
    assert counted.deals.sum(axis=(0, 1, 2))[week - 1] == 3, "what was won or lost is not open any more"


def counts(season: list[int], rate: list[float], deals: float) -> Moves:
    """Quarters of two stages and a segment in which the same share of the deals moves in every week."""
    grid = np.full((len(season), 2, 1, LEFT + 1), deals)
    return Moves(np.array(season), grid * np.array(rate)[:, None, None, None], grid)


def test_the_pace_of_a_season_is_its_share_of_moves_beside_that_of_all() -> None:
    found = counts([0, 1, 2, 3], [0.1, 0.1, 0.1, 0.2], 1e7).pace()
    assert found[:, 1:] == pytest.approx(np.log(np.array([0.8, 0.8, 0.8, 1.6]))[:, None].repeat(LEFT, axis=1), abs=1e-4)
    assert (found[:, 0] == 0).all()


def test_few_moves_say_little_and_a_season_never_seen_is_as_the_others() -> None:
    # Five weeks of two stages make the last part of a quarter.
    found = counts([0, 1], [0.15, 0.05], 100.0).pace()
    assert found.shape == (SEASONS, LEFT + 1)
    seen, expected = 5 * 2 * 15.0, 5 * 2 * 10.0
    assert found[0, 4] == pytest.approx(np.log((seen + FEW_MOVES) / (expected + FEW_MOVES)))
    assert (found[2:] == 0).all()


def test_a_quarter_left_out_counts_nowhere() -> None:
    every = counts([0, 1, 0], [0.1, 0.2, 0.4], 1e4)
    others = counts([0, 1], [0.1, 0.2], 1e4)
    assert every.pace(without=2) == pytest.approx(others.pace())
    assert every.pace()[0, 5] > others.pace()[0, 5]


def test_the_pace_moves_the_assumed_odds_of_its_season_and_weeks_alone() -> None:
    assumed = np.arange(2.0 * DUES * (LEFT + 1)).reshape(2, DUES, LEFT + 1)
    pace = np.zeros((SEASONS, LEFT + 1))
    pace[3, 5] = np.log(1.2)
    found = offsets(
        {
            "season": np.array([3, 3, 2]),
            "stage_left": np.array([LEFT + 1 + 5, 4, 5]),
            "due_left": np.array([2 * (LEFT + 1) + 5, 4, 5]),
        },
        paced(assumed, pace),
    )
    assert found.tolist() == pytest.approx([assumed[1, 2, 5] + STEPS_AHEAD * np.log(1.2), assumed[0, 0, 4], 5.0])
