"""Adoption health: licences in use, the trend of active users, features in use."""

import numpy as np
import pandas as pd

from scoring.days import days_between, days_until
from scoring.health.rows import linear, measured
from scoring.health.settings import HealthSettings
from scoring.words import counted, percent, whole

WEEK = pd.Timedelta(days=7)


def adoption_measures(usage: pd.DataFrame, as_of: pd.Timestamp, settings: HealthSettings) -> list[pd.DataFrame]:
    """Utilisation, trend and breadth of each account with usage up to the day `as_of`.

    The last week of each product counts for utilisation and breadth. The trend compares the last weeks of the
    account with those before. All of it loses weight as the last week gets old.

    Args:
        usage: `USAGE`.
        as_of: a day.
        settings: what is good and bad, and how fast usage gets stale.

    Returns:
        Tables of `rows.COLUMNS`.
    """
    known = usage[usage["week_start"] <= as_of.normalize()]
    known = known.assign(product=known["product"].fillna(""))
    last_week = known.groupby("account_id")["week_start"].max()
    freshness = _freshness(last_week, as_of, settings)
    newest = known[known["week_start"] == known.groupby(["account_id", "product"])["week_start"].transform("max")]
    # A product last reported long before the account's last week is no longer reported, not unused.
    reach = newest.groupby("account_id")["week_start"].transform("max") - settings.trend_weeks * WEEK
    newest = newest[newest["week_start"] > reach]
    return [
        _utilisation(newest, freshness, settings),
        _trend(known, freshness, settings),
        _breadth(newest, freshness, settings),
    ]


def _freshness(
    last_week: "pd.Series[pd.Timestamp]", as_of: pd.Timestamp, settings: HealthSettings
) -> "pd.Series[float]":
    """1 up to `fresh_weeks` whole weeks after the end of the last week, falling to 0 at `stale_weeks`."""
    weeks = (days_until(as_of, last_week) - 7.0).clip(lower=0.0) // 7.0
    return (1.0 - (weeks - settings.fresh_weeks) / (settings.stale_weeks - settings.fresh_weeks)).clip(0.0, 1.0)


def _utilisation(newest: pd.DataFrame, freshness: "pd.Series[float]", settings: HealthSettings) -> pd.DataFrame:
    usable = newest[(newest["licensed"] > 0) & newest["active_users"].notna()]
    sums = usable.groupby("account_id")[["active_users", "licensed"]].sum()
    share = sums["active_users"] / sums["licensed"]
    text = percent(share) + " of " + counted(sums["licensed"], "licence") + " in use"
    score = linear(share, settings.bad_utilisation, settings.good_utilisation)
    return measured("utilisation", (100.0 * share).round(), score, text, None, freshness.reindex(share.index))


def _trend(known: pd.DataFrame, freshness: "pd.Series[float]", settings: HealthSettings) -> pd.DataFrame:
    counted_weeks = known[known["active_users"].notna()]
    weekly = counted_weeks.groupby(["account_id", "week_start"])["active_users"].sum().reset_index()
    last = weekly.groupby("account_id")["week_start"].transform("max")
    ago = days_between(last, weekly["week_start"]) // 7.0
    span = settings.trend_weeks
    recent = _mean_of_weeks(weekly[ago < span], span)
    before = _mean_of_weeks(weekly[(ago >= span) & (ago < 2 * span)], span)
    recent, before = recent.align(before.where(before > 0), join="outer")
    change = recent / before - 1.0
    direction = pd.Series(np.where(change < 0, "down", "up"), index=change.index, dtype="str")
    moved = "Active users " + direction + " " + percent(change.abs()) + f" in {span} weeks ("
    text = moved + whole(before) + " to " + whole(recent) + ")"
    score = linear(change, settings.bad_trend, 0.0)
    return measured("trend", (100.0 * change).round(), score, text, None, freshness.reindex(change.index))


def _mean_of_weeks(weekly: pd.DataFrame, span: int) -> "pd.Series[float]":
    """Mean of the weeks of each account; missing where less than half of the span was reported."""
    weeks = weekly.groupby("account_id")["active_users"]
    return weeks.mean().where(weeks.size() >= span / 2)


def _breadth(newest: pd.DataFrame, freshness: "pd.Series[float]", settings: HealthSettings) -> pd.DataFrame:
    usable = newest[(newest["features_bought"] > 0) & newest["features_used"].notna()]
    sums = usable.groupby("account_id")[["features_used", "features_bought"]].sum()
    share = sums["features_used"] / sums["features_bought"]
    text = whole(sums["features_used"]) + " of " + counted(sums["features_bought"], "feature") + " bought are used"
    score = linear(share, 0.0, settings.good_breadth)
    return measured("breadth", (100.0 * share).round(), score, text, None, freshness.reindex(share.index))
