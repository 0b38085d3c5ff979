"""Health of every account, put together."""

import pandas as pd

from scoring.as_of import known_at
from scoring.book import Book, validate
from scoring.closed_deals import closed_deals
from scoring.health.adoption import adoption_measures
from scoring.health.aggregate import bands, dimension_scores, lost_points, totals, with_catalogue
from scoring.health.catalogue import DIMENSION_KEYS
from scoring.health.churn import churn_risk
from scoring.health.deployment import deployment_measures
from scoring.health.renewals import contracts, in_use
from scoring.health.settings import HealthSettings
from scoring.health.technical import case_measures, cases_at, lapsed_measure
from scoring.results import DIMENSIONS, HEALTH, MEASURES, REASONS, HealthScores
from scoring.stage_history import stage_spells

# The dimensions whose past can be told; deployments keep no history.
WITH_HISTORY = ("technical", "adoption")


def score_health(book: Book, as_of: pd.Timestamp, settings: HealthSettings | None = None) -> HealthScores:
    """Health of every account at the end of the day `as_of`, from what was known then.

    The change compares the total with that of `settings.change_days` before, over the dimensions known at both days.
    Deployments keep no history in the book and are held at their present score.

    Args:
        book: accounts, cases, assets, usage, deployments, opportunities, stage_history and stages are read.
        as_of: a day.
        settings: weights and thresholds; the defaults when not given.

    Returns:
        See `HealthScores`. An account without any input is Unknown with coverage 0.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings = settings or HealthSettings()
    book = validate(book)
    accounts = pd.Index(book.accounts["account_id"].sort_values(), name="account_id")
    measures = _measures(book, as_of, accounts, settings)
    dimensions = dimension_scores(measures, accounts, settings)
    total = totals(dimensions)
    band = bands(total["health"], settings)
    reasons = lost_points(measures, dimensions, total)
    scores = pd.DataFrame(
        {
            "health": total["health"],
            **{key: _score_of(dimensions, key) for key in DIMENSION_KEYS},
            "band": band,
            "coverage": total["coverage"],
            "change_30_days": _change(book, as_of, dimensions, total, settings),
            **_business(book, as_of, band, settings),
            **_actions(reasons, band, settings),
        },
        index=accounts,
    )
    return HealthScores(
        scores=HEALTH.conform(scores.reset_index()),
        dimensions=DIMENSIONS.conform(dimensions),
        measures=MEASURES.conform(measures),
        reasons=REASONS.conform(reasons),
    )


def _measures(book: Book, as_of: pd.Timestamp, accounts: pd.Index, settings: HealthSettings) -> pd.DataFrame:
    """Every measure of every account that has data on the day `as_of`, with its place in the catalogue."""
    cases = cases_at(book.cases, as_of)
    parts = [
        lapsed_measure(book.assets, as_of),
        *deployment_measures(book.deployments, as_of),
        *adoption_measures(book.usage, as_of, settings),
    ]
    if len(book.cases):
        # In an org that tracks cases, a customer without one has none open; elsewhere nothing is known.
        customers = pd.concat([in_use(book.assets, as_of)["account_id"], cases["account_id"], *_owners(parts)])
        parts += case_measures(cases, pd.Index(customers.drop_duplicates(), name="account_id"), settings)
    rows = pd.concat(parts, ignore_index=True)
    return with_catalogue(rows[rows["account_id"].isin(accounts)])


def _owners(parts: list[pd.DataFrame]) -> "list[pd.Series[str]]":
    return [part["account_id"] for part in parts]


def _score_of(dimensions: pd.DataFrame, key: str) -> "pd.Series[float]":
    return dimensions[dimensions["dimension"] == key].set_index("account_id")["score"]


def _change(
    book: Book, as_of: pd.Timestamp, now: pd.DataFrame, total: pd.DataFrame, settings: HealthSettings
) -> "pd.Series[float]":
    """Points the total moved by; missing where no dimension with a history is known at both days."""
    before = as_of - pd.Timedelta(days=settings.change_days)
    then = dimension_scores(_measures(book, before, total.index, settings), total.index, settings)
    moved = (now["weight"] * (now["score"] - then["score"])).where(now["dimension"].isin(WITH_HISTORY))
    points = moved.groupby(now["account_id"]).sum(min_count=1)
    return points / total["known_weight"].where(total["known_weight"] > 0)


def _business(
    book: Book, as_of: pd.Timestamp, band: "pd.Series[str]", settings: HealthSettings
) -> "dict[str, pd.Series]":
    """Renewal, ARR and churn risk of each account."""
    known = known_at(book, as_of)
    contract = contracts(book.assets, known.opportunities, as_of).reindex(band.index)
    closed = closed_deals(known, stage_spells(known.stage_history), as_of)
    churn = churn_risk(band, closed[closed["segment"] == "Renew"], settings)
    renewable = contract["next_renewal"].notna() | (contract["current_arr"] > 0)
    return {
        "next_renewal": contract["next_renewal"],
        "current_arr": contract["current_arr"],
        "churn_risk": churn["risk"].where(renewable),
        "churn_basis": churn["basis"].where(renewable),
    }


def _actions(reasons: pd.DataFrame, band: "pd.Series[str]", settings: HealthSettings) -> "dict[str, pd.Series]":
    """What to do about the measure that costs most, unless the account is fine."""
    first = reasons[reasons["rank"] == 1].set_index("account_id").reindex(band.index)
    needed = (band != "Green") | (first["points"] <= -settings.action_points)
    return {"action_text": first["action"].where(needed), "action_owner": first["owner"].where(needed)}
