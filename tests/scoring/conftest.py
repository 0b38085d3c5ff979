"""Books to score: a funnel whose true win probabilities are known, and small random ones with gaps."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import pytest

from scoring import SEGMENTS, Book, Quarter

QUARTER = Quarter("FY2026 Q4", pd.Timestamp("2026-10-01"), pd.Timestamp("2026-12-31"))
OPEN_STAGES = ("Discover", "Prove", "Decide")


@dataclass(frozen=True)
class Funnel:
    """A book with its whole future, and the truth behind it.

    Attributes:
        book: deals with all that ever happens to them.
        truth: probability of winning, indexed by (stage, segment).
    """

    book: Book
    truth: "pd.Series[float]"


def stage_table() -> pd.DataFrame:
    """Three open stages, won and lost."""
    return pd.DataFrame(
        {
            "stage": [*OPEN_STAGES, "Closed Won", "Closed Lost"],
            "sort_order": [1.0, 2.0, 3.0, 4.0, 5.0],
            "is_closed": [False, False, False, True, True],
            "is_won": [False, False, False, True, False],
            "default_probability": [0.1, 0.4, 0.7, 1.0, 0.0],
            "is_active": [True] * 5,
        }
    )


def make_funnel(seed: int, deals: int, *, passing: dict[str, tuple[float, float, float]]) -> Funnel:
    """Deals that stay a random time in each stage and then go on with a probability of their segment.

    The stay does not depend on the outcome, so the truth for a deal in a stage is the product of what is still ahead.
    """
    rng = np.random.default_rng(seed)
    segment = rng.choice(list(passing), deals)
    go_on = np.array([passing[name] for name in segment]).reshape(deals, 3)
    stays = np.ceil(rng.exponential([12.0, 25.0, 18.0], (deals, 3)))
    goes = rng.random((deals, 3)) < go_on
    reached = np.column_stack([np.ones(deals, dtype=bool), np.logical_and.accumulate(goes, axis=1)])
    created = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 1420, deals), unit="D")
    entered = np.column_stack([np.zeros(deals), np.cumsum(stays, axis=1)])
    ids = np.array([f"006{number:012d}AAA" for number in range(deals)])
    last = reached[:, :3].sum(axis=1) - 1
    closed_after = entered[np.arange(deals), last + 1]
    won = reached[:, 3]
    rows = [_rows(ids, created, entered[:, stage], OPEN_STAGES[stage], reached[:, stage]) for stage in range(3)]
    rows += [
        _rows(ids, created, closed_after, "Closed Won", won),
        _rows(ids, created, closed_after, "Closed Lost", ~won),
    ]
    amount = rng.lognormal(10.0, 0.7, deals).round()
    closing = (created + pd.to_timedelta(closed_after, unit="D")).astype("datetime64[us]")
    opportunities = pd.DataFrame(
        {
            "opportunity_id": ids,
            "account_id": [f"001{number:012d}AAA" for number in rng.integers(0, max(deals // 10, 1), deals)],
            "owner_id": [f"005{number:012d}AAA" for number in rng.integers(0, max(deals // 100, 1), deals)],
            "stage": np.where(won, "Closed Won", "Closed Lost"),
            "amount": amount,
            "arr": amount,
            "close_date": closing,
            "created_date": created.astype("datetime64[us]"),
            "is_closed": True,
            "is_won": won,
            "segment": segment,
        }
    )
    truth = {
        (stage, name): float(np.prod(chances[number:]))
        for name, chances in passing.items()
        for number, stage in enumerate(OPEN_STAGES)
    }
    history = pd.concat(rows, ignore_index=True).assign(amount=1.0, close_date=pd.Timestamp("2026-11-15"))
    history["amount"] = history["opportunity_id"].map(opportunities.set_index("opportunity_id")["amount"])
    return Funnel(Book(opportunities=opportunities, stage_history=history, stages=stage_table()), pd.Series(truth))


def _rows(
    ids: np.ndarray, created: pd.DatetimeIndex, after: np.ndarray, stage: str, chosen: np.ndarray
) -> pd.DataFrame:
    moment = (created + pd.to_timedelta(after, unit="D")).astype("datetime64[us]")
    return pd.DataFrame({"opportunity_id": ids, "changed_at": moment, "stage": stage})[chosen]


def make_random_book(seed: int, deals: int) -> Book:
    """A book without any sense: gaps, unknown stages, history out of order, odd amounts and dates."""
    rng = np.random.default_rng(seed)

    def gappy(values: np.ndarray, share: float = 0.25) -> pd.Series:
        return pd.Series(values).mask(pd.Series(rng.random(len(values)) < share, dtype="bool"))

    def day(size: int) -> np.ndarray:
        return (pd.Timestamp("2025-06-01") + pd.to_timedelta(rng.integers(0, 900, size), unit="D")).to_numpy()

    closed = rng.random(deals) < 0.6
    won = closed & (rng.random(deals) < 0.5)
    names = np.array([*OPEN_STAGES, "Unheard of"])
    ids = np.array([f"006{number:012d}AAA" for number in range(deals)])
    stage = np.where(closed, np.where(won, "Closed Won", "Closed Lost"), rng.choice(names, deals))
    amount = gappy(rng.choice([0.0, 5.0, 1e6, 33.3], deals))
    opportunities = pd.DataFrame(
        {
            "opportunity_id": ids,
            "account_id": gappy(rng.choice(["001A", "001B", "001C"], deals)),
            "owner_id": gappy(rng.choice(["005A", "005B"], deals), 0.1),
            "stage": gappy(stage, 0.1),
            "amount": amount,
            "arr": amount,
            "close_date": gappy(day(deals)),
            "created_date": day(deals),
            "is_closed": closed,
            "is_won": won,
            "segment": gappy(rng.choice(SEGMENTS, deals)),
            "next_step": gappy(np.repeat("Call", deals), 0.5),
        }
    )
    rows = 4 * deals
    history = pd.DataFrame(
        {
            "opportunity_id": rng.choice(np.append(ids, "006 deleted"), rows),
            "changed_at": day(rows),
            "stage": gappy(rng.choice([*names, "Closed Won", "Closed Lost"], rows), 0.1),
            "amount": gappy(rng.choice([0.0, 5.0, 7.0], rows)),
            "close_date": gappy(day(rows)),
        }
    )
    plans = pd.DataFrame(
        {
            "rep_id": gappy(rng.choice(["005A", "005B", "005C"], 6), 0.3),
            "account_id": gappy(rng.choice(["001A", "001D"], 6), 0.6),
            "quarter_start": QUARTER.start,
            "segment": gappy(rng.choice(SEGMENTS, 6), 0.3),
            "amount": rng.choice([10.0, 1e6], 6),
        }
    )
    return Book(opportunities=opportunities, stage_history=history, stages=stage_table(), plans=plans)


def shuffle(book: Book, seed: int) -> Book:
    """The same book with the rows of every table in another order."""
    frames = {item.name: getattr(book, item.name) for item in fields(book)}
    return replace(book, **{name: frame.sample(frac=1.0, random_state=seed) for name, frame in frames.items()})


@pytest.fixture(scope="session")
def quarter() -> Quarter:
    return QUARTER


@pytest.fixture(scope="session")
def stages() -> pd.DataFrame:
    return stage_table()


@pytest.fixture(scope="session")
def funnel() -> Callable[..., Funnel]:
    return make_funnel


@pytest.fixture(scope="session")
def random_book() -> Callable[[int, int], Book]:
    return make_random_book


@pytest.fixture(scope="session")
def shuffled() -> Callable[[Book, int], Book]:
    return shuffle


@pytest.fixture(scope="session")
def health_book() -> Book:
    """Three accounts: one with everything, one with a case and a lapsed product only, one with nothing."""
    day = pd.to_datetime
    weeks = pd.date_range("2025-11-03", periods=17, freq="7D").astype("datetime64[us]")
    return Book(
        accounts=pd.DataFrame({"account_id": ["full", "thin", "none"]}),
        cases=pd.DataFrame(
            {
                "case_id": ["case 1", "case 2", "case 3", "case 4"],
                "account_id": ["full", "full", "thin", None],
                "priority": ["High", "Critical", "Low", "Low"],
                "status": "New",
                "is_closed": [False, False, True, False],
                "is_escalated": [False, True, False, False],
                "created_date": day(["2026-02-20", "2026-01-05", "2026-02-01", "2026-02-01"]),
                "closed_date": day([None, None, "2026-02-12", None]),
            }
        ),
        usage=pd.DataFrame(
            {
                "account_id": "full",
                "product": "NGFW",
                "week_start": weeks,
                "licensed": 500.0,
                "active_users": np.repeat([400.0, 300.0], [13, 4]),
                "features_bought": 10.0,
                "features_used": 4.0,
                "volume": 1.0,
            }
        ),
        assets=pd.DataFrame(
            {
                "asset_id": ["asset 1", "asset 2"],
                "account_id": ["full", "thin"],
                "product": ["NGFW", "DLP"],
                "status": "Installed",
                "quantity": 1.0,
                "arr": [1000.0, 500.0],
                "install_date": day(["2025-01-01", "2025-01-01"]),
                "usage_end_date": day(["2026-06-30", "2026-01-31"]),
            }
        ),
        deployments=pd.DataFrame(
            {
                "deployment_id": ["project 1"],
                "account_id": ["full"],
                "product": "NGFW",
                "unit": "sites",
                "bought": 10.0,
                "deployed": 4.0,
                "milestones_planned": 5.0,
                "milestones_reached": 2.0,
                "started_on": day(["2025-09-01"]),
                "target_date": day(["2026-04-01"]),
                "completed_on": pd.Series([pd.NaT]),
                "status": "In Progress",
            }
        ),
    )
