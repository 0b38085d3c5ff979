"""The accounts of the book: who they are, how big, and how well they do with what they bought."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from localorg.book.catalogue import PILLARS, PRODUCTS
from localorg.book.columns import Floats, Ints
from localorg.book.settings import BookSettings
from localorg.book.steps import Steps

INDUSTRIES = (
    "Banking",
    "Insurance",
    "Healthcare",
    "Manufacturing",
    "Retail",
    "Energy",
    "Utilities",
    "Telecommunications",
    "Technology",
    "Transportation",
    "Government",
    "Media",
)
_INDUSTRY_SHARE = (16, 9, 12, 14, 9, 7, 5, 6, 9, 6, 4, 3)
_REVENUE_PER_HEAD = np.array([420, 510, 240, 310, 220, 780, 560, 380, 430, 260, 150, 340]) * 1000.0
COUNTRIES = ("United States", "Canada", "United Kingdom", "Germany", "France", "Netherlands", "Australia", "Singapore")
_COUNTRY_SHARE = (52, 8, 10, 8, 6, 4, 6, 6)

_TERRITORY_SPREAD = 0.4  # of the logarithm: some reps own far better accounts than others

GOOD, FAIR, POOR = range(3)
# Weekly chance to change the health class: rows from, columns to. An account's churn truth is exact from this matrix.
HEALTH_STEP = np.array([[0.988, 0.012, 0.0], [0.014, 0.970, 0.016], [0.0, 0.024, 0.976]])
_HEALTH_EDGES = np.cumsum(HEALTH_STEP, axis=1)
HEALTH_START = np.array([0.46, 0.35, 0.19])


@dataclass(frozen=True)
class Accounts:
    """Arrays over accounts. rep: the owner's index. created: day. health: accounts x steps, the class at each end."""

    industry: Ints
    country: Ints
    employees: Ints
    revenue: Floats
    rep: Ints
    weight: Floats
    created: Ints
    health: np.ndarray[tuple[int, int], np.dtype[np.int8]]

    def __len__(self) -> int:
        """How many accounts."""
        return len(self.rep)


def make_accounts(settings: BookSettings, steps: Steps) -> Accounts:
    """Draw the accounts. Large ones (log-normal head count, median 12,000) get more deals."""
    rng, count = settings.rng("accounts"), settings.accounts
    share = np.array(_INDUSTRY_SHARE) / sum(_INDUSTRY_SHARE)
    industry = rng.choice(len(INDUSTRIES), count, p=share)
    country = rng.choice(len(COUNTRIES), count, p=np.array(_COUNTRY_SHARE) / sum(_COUNTRY_SHARE))
    employees = np.clip(np.exp(rng.normal(np.log(12_000), 0.95, count)), 900, 380_000)
    employees = np.round(employees, -2).astype(np.int64)
    revenue = np.round(employees * _REVENUE_PER_HEAD[industry] * np.exp(rng.normal(0, 0.25, count)), -6)
    rep = rng.permutation(np.arange(count) % settings.reps)
    territory = np.exp(rng.normal(0, _TERRITORY_SPREAD, settings.reps))
    weight = (employees / 12_000.0) ** 0.45 * np.exp(rng.normal(0, 0.35, count)) * territory[rep]
    created = steps.first[0] - rng.integers(60, 3000, count)
    return Accounts(industry, country, employees, revenue, rep, weight, created, _health(count, len(steps), rng))


def _health(accounts: int, steps: int, rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    path = np.empty((accounts, steps), np.int8)
    path[:, 0] = rng.choice(3, accounts, p=HEALTH_START)
    for step in range(1, steps):
        path[:, step] = next_health(path[:, step - 1], rng)
    return path


def next_health(health: np.ndarray[Any, Any], rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The health classes one step later."""
    now, roll = _HEALTH_EDGES[health], rng.random(len(health))
    return np.asarray((roll >= now[:, 0]).astype(np.int8) + (roll >= now[:, 1]), np.int8)


def products_of(pillar: Ints, rank: Ints) -> Ints:
    """The product number `rank` (0: the main one) of each pillar; the last one where the pillar has fewer."""
    by_pillar = [[i for i, p in enumerate(PRODUCTS) if p.pillar == n] for n in range(len(PILLARS))]
    table = np.array([[ids[min(r, len(ids) - 1)] for r in range(3)] for ids in by_pillar])
    return np.asarray(table[pillar, rank], np.int64)
