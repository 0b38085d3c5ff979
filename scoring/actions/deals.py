"""Actions about open deals. Each risk tag has one kind of action: a tag and its action agree."""

import numpy as np
import pandas as pd

from scoring.actions.deal_words import WORDS, Moment
from scoring.actions.impact import gain, without_factors
from scoring.actions.proposing import key_of, proposed
from scoring.actions.settings import ActionSettings
from scoring.actions.tables import PROPOSALS
from scoring.book import Book
from scoring.lookup import looked_up
from scoring.quarter import Quarter
from scoring.results import DealScores
from scoring.settings import RISK_TAGS

COMMIT_AT_RISK, PULL_IN, RENEWAL = "Commit at risk", "Pull-in", "Renewal without next step"
# Tags that put a committed deal at risk whatever its probability.
ALARMING = ("Stalled", "Past close date", "Pushed 3 times")
# Labels of the model's factors that an action can take away. What the model does not weigh has no known worth.
FACTORS_OF = {
    "Stalled": ("Time in stage", "Activity"),
    **dict.fromkeys(("Slipping", "Pushed 3 times", "Past close date"), ("Close date",)),
    "Single-threaded": ("Contacts",),
}


def deal_proposals(
    book: Book, scored: DealScores, as_of: pd.Timestamp, quarter: Quarter, settings: ActionSettings
) -> pd.DataFrame:
    """What to do about each open deal.

    - One for each risk tag, of the tag's name. A deal is not asked for an input that the org does not use.
    - Renewal without next step: in place of No next step, for a renewal that closes within `renewal_days`.
    - Commit at risk: in the commit category, to close by the quarter's end, and less likely to than
      `commit_probability` or tagged with one of `ALARMING`.
    - Pull-in: far enough in the order of stages, likely to be won, planned to close within `pull_in_days` after the
      quarter.

    Args:
        book: validated; stages are read.
        scored: result of `score_deals`.
        as_of: the day of the scores.
        quarter: the quarter of the scores.
        settings: thresholds.

    Returns:
        `PROPOSALS`. Impact on the quarter's expected bookings, see `_impact`.
    """
    moment = Moment(as_of.normalize(), quarter, scored.benchmarks)
    deals = scored.scores
    applies = {kind: _tagged(deals, kind) for kind in RISK_TAGS}
    renewing = (deals["segment"] == "Renew") & _closes_within(deals, moment.as_of, settings.renewal_days)
    applies[RENEWAL] = applies["No next step"] & renewing
    applies["No next step"] &= ~renewing
    applies["Missing data"] &= deals["asked_for"] != ""
    applies[COMMIT_AT_RISK] = _commit_at_risk(deals, moment, settings)
    applies[PULL_IN] = _to_be_pulled_in(deals, book.stages, moment, settings)
    parts = [
        _about(deals[chosen], kind, scored.factors, moment, settings)
        for kind, chosen in applies.items()
        if chosen.any()
    ]
    return pd.concat([PROPOSALS.empty(), *parts], ignore_index=True)


def _tagged(deals: pd.DataFrame, tag: str) -> "pd.Series[bool]":
    codes, distinct = pd.factorize(deals["risk_tags"])
    held = np.array([tag in tags.split(";") for tags in distinct], dtype=bool)
    return pd.Series(held[codes] if len(held) else False, index=deals.index, dtype="bool")


def _closes_within(deals: pd.DataFrame, day: pd.Timestamp, days: int) -> "pd.Series[bool]":
    return deals["close_date"] <= day + pd.Timedelta(days=days)


def _commit_at_risk(deals: pd.DataFrame, at: Moment, settings: ActionSettings) -> "pd.Series[bool]":
    unlikely = deals["quarter_probability"] < settings.commit_probability
    for tag in ALARMING:
        unlikely |= _tagged(deals, tag)
    committed = deals["forecast_category"].str.casefold() == settings.commit_category.casefold()
    return committed & unlikely & (deals["close_date"] <= at.quarter.end)


def _to_be_pulled_in(
    deals: pd.DataFrame, stages: pd.DataFrame, at: Moment, settings: ActionSettings
) -> "pd.Series[bool]":
    ahead = stages[~stages["is_closed"] & stages["is_active"]].sort_values("sort_order")
    share = pd.Series(np.linspace(0.0, 1.0, len(ahead)), index=pd.Index(ahead["stage"], dtype="str"))
    far = looked_up(deals["stage"], share).fillna(0.0) >= settings.stage_share
    latest = at.quarter.end.normalize() + pd.Timedelta(days=settings.pull_in_days)
    after = (deals["close_date"] > at.quarter.end) & (deals["close_date"] <= latest)
    return far & after & (deals["win_probability"] >= settings.likely)


def _about(deals: pd.DataFrame, kind: str, factors: pd.DataFrame, at: Moment, settings: ActionSettings) -> pd.DataFrame:
    """Proposals of one kind. What closes in a day or two is due by then."""
    scope = (f"{at.quarter.start:%Y-%m-%d}",) if kind in (PULL_IN, COMMIT_AT_RISK) else ()
    soon = deals["close_date"].between(at.as_of, at.as_of + pd.Timedelta(days=min(settings.due_days)))
    return proposed(
        kind,
        deals,
        key=key_of(kind, deals["opportunity_id"], *scope),
        due=deals["close_date"].where(soon),
        impact=_impact(deals, kind, factors, at),
        priority=_priority(deals, kind, at, settings),
        **WORDS[kind](deals, at),
    )


def _impact(deals: pd.DataFrame, kind: str, factors: pd.DataFrame, at: Moment) -> "pd.Series[float]":
    """Money that the action adds to the quarter's expected bookings, missing where it is not known.

    - Commit at risk: arr x (1 - quarter_probability): the commit counts on the whole.
    - Pull-in: arr x (win_probability - quarter_probability): all that is won is won in time.
    - Missing data: the typical arr of the segment's won deals x quarter_probability, for a deal without a value.
    - Others: arr x the rise of quarter_probability when the model's factors of `FACTORS_OF` do not count against it.
    """
    if kind == COMMIT_AT_RISK:
        return gain(deals, pd.Series(1.0, index=deals.index))
    if kind == PULL_IN:
        return gain(deals, deals["win_probability"])
    if kind == "Missing data":
        typical = looked_up(deals["segment"].fillna("All"), at.benchmarks.set_index("segment")["median_arr"])
        worth = (typical * deals["quarter_probability"]).where(deals["arr"].isna())
        return worth.where(worth > 0)
    return gain(deals, without_factors(deals, factors, FACTORS_OF.get(kind, ())))


def _priority(deals: pd.DataFrame, kind: str, at: Moment, settings: ActionSettings) -> "pd.Series[str]":
    """Critical for a commit at risk that closes soon, High for a renewal; the others by their impact."""
    nothing = pd.Series(None, index=deals.index, dtype="str")
    if kind == COMMIT_AT_RISK:
        return nothing.mask(_closes_within(deals, at.as_of, settings.critical_days), "Critical").fillna("High")
    return nothing.fillna("High") if kind == RENEWAL else nothing
