"""What else is known of deals: read as of any day, and an empty field tells nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from scoring import Book, DealSettings, Quarter, validate
from scoring.projection import prepare
from scoring.projection.calendar import day_number
from scoring.projection.marks import EARLY, LATE, NO_DEMO, USE_BANDS, mark_levels, marks
from scoring.projection.timeline import timeline

BEGUN = pd.Timestamp("2026-09-01")


def days(*offsets: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([BEGUN + pd.Timedelta(days=offset) for offset in offsets])


@pytest.fixture(scope="module")
def told(stages: pd.DataFrame) -> Book:
    """Two deals of an account with telemetry, one of an account without."""
    book = Book(
        opportunities=pd.DataFrame(
            {
                "opportunity_id": ["a", "b", "c"],
                "account_id": ["001A", "001A", "001B"],
                "stage": "Prove",
                "created_date": BEGUN,
                "close_date": pd.Timestamp("2026-12-01"),
                "is_closed": False,
                "is_won": False,
            }
        ),
        stages=stages,
        predictors=pd.DataFrame({"opportunity_id": ["a", "b"], "name": "Rival", "value": ["Acme", "Other"]}),
        roles=pd.DataFrame(
            {
                "opportunity_id": ["a", "a", "b"],
                "contact_id": ["1", "2", "3"],
                "role": "Sponsor",
                "is_primary": False,
                "created_date": days(30, 10, 60),
            }
        ),
        activities=pd.DataFrame(
            {
                "activity_id": ["1", "2", "3", "4"],
                "opportunity_id": ["a", "a", "b", "c"],
                "subject": ["Product demo", "Demo again", "demo", "Demo planned"],
                "activity_date": days(7, 20, 8, 9),
                "is_closed": [True, True, True, False],
            }
        ),
        usage=pd.DataFrame(
            {
                "account_id": "001A",
                "week_start": days(-14, -7, 7),
                "licensed": 100.0,
                "active_users": [40.0, 60.0, 100.0],
            }
        ),
    )
    return validate(book)


def test_a_mark_holds_from_its_day_on_and_not_before(told: Book) -> None:
    line = timeline(told)
    found = marks(line, told, mark_levels(line, told), DealSettings())
    every, begun = np.arange(3), day_number(BEGUN)

    def read(name: str, day: int) -> list[int]:
        return [int(code) for code in found[name].at(every, begun + day)]

    assert [read("role Sponsor", day) for day in (9, 10, 59, 60)] == [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert [read("demo", day) for day in (6, 7, 8)] == [
        [NO_DEMO] * 3,
        [EARLY, NO_DEMO, NO_DEMO],
        [EARLY, LATE, NO_DEMO],
    ]
    assert read("field Rival", 0) == read("field Rival", 90)
    assert len(set(read("field Rival", 0))) == 3, "Acme, another one, and none"
    assert read("use", 0)[:2] == read("use", 90)[:2]
    assert read("use", 0)[2] == USE_BANDS, "no telemetry"


def test_telemetry_after_a_deal_began_does_not_count(told: Book) -> None:
    line = timeline(told)
    levels = mark_levels(line, told)
    early = replace(told, usage=told.usage.iloc[:2])
    more, less = (marks(line, book, levels, DealSettings())["use"] for book in (told, early))
    assert more.before.tolist() == less.before.tolist()
    assert levels.use.tolist() == pytest.approx([0.5] * (USE_BANDS - 1))


@pytest.mark.parametrize("field", ["pillar", "arr"])
def test_an_empty_field_that_tells_lost_deals_says_nothing_of_open_ones(
    funnel: Callable[..., Any], quarter: Quarter, field: str
) -> None:
    book: Book = funnel(4, 600, passing={"Upsell": (0.6, 0.6, 0.6)}).book
    deals = book.opportunities
    lost = deals["is_closed"] & ~deals["is_won"] & (np.arange(len(deals)) % 2 == 0)
    emptied = deals.assign(pillar="SASE")
    emptied = emptied.assign(**{field: emptied[field].mask(lost)})
    projection = prepare(replace(book, opportunities=emptied), pd.Timestamp("2026-11-20"), quarter)
    factor = {"pillar": "pillar", "arr": "size"}[field]
    assert projection.model.odds.effects[factor][-1] == pytest.approx(0.0, abs=1e-6)
    assert np.abs(projection.model.odds.effects[factor][:-1]).max() > 1e-3


def test_a_role_that_goes_with_winning_raises_the_chance(funnel: Callable[..., Any], quarter: Quarter) -> None:
    book: Book = funnel(5, 600, passing={"Upsell": (0.6, 0.6, 0.6)}).book
    deals, today = book.opportunities, pd.Timestamp("2026-11-20")
    rng = np.random.default_rng(1)
    has = np.where(deals["is_won"], rng.random(len(deals)) < 0.9, rng.random(len(deals)) < 0.3)
    ids = deals["opportunity_id"][has].reset_index(drop=True)
    roles = pd.DataFrame({"opportunity_id": ids, "contact_id": "1", "role": "Sponsor", "is_primary": False})
    roles["created_date"] = deals["created_date"][has].to_numpy()
    known = prepare(replace(book, roles=roles), today, quarter)
    effect = known.model.odds.effects["role Sponsor"].reshape(-1, 2)
    assert (effect[:, 1] - effect[:, 0]).max() > 0.5
    # The role goes as the day before it was entered: the kept model then gives what it gives without the role.
    late = replace(book, roles=roles.assign(created_date=today + pd.Timedelta(days=1)))
    none = replace(book, roles=roles.iloc[:0])
    chances = [prepare(each, today, quarter, model=known.model).now.probability for each in (late, none)]
    assert chances[0].tolist() == chances[1].tolist()
    assert not np.allclose(chances[0], known.now.probability)
