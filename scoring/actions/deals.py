"""Actions about open deals. Each risk tag has one kind of action: a tag and its action agree."""

import numpy as np
import pandas as pd

from scoring.actions.deal_words import WORDS, Moment
from scoring.actions.impact import gain, without_factors
from scoring.actions.proposing import key_of, proposed
from scoring.actions.settings import ActionSettings
from scoring.actions.tables import PROPOSALS
from scoring.book import Book
from scoring.lookup import keyed, looked_up
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
    kind, deal = np.nonzero(pd.DataFrame(applies).to_numpy().T)
    if not len(deal):
        return PROPOSALS.empty()
    names = pd.Series(list(applies), dtype="str").take(kind).reset_index(drop=True)
    about = deals.take(deal).reset_index(drop=True).assign(kind=names)
    said = pd.concat([_said(str(name), rows, moment) for name, rows in about.groupby("kind", sort=False)])
    soon = about["close_date"].between(moment.as_of, moment.as_of + pd.Timedelta(days=min(settings.due_days)))
    return proposed(
        names,
        about,
        due=about["close_date"].where(soon),  # what closes in a day or two is due by then
        impact=_impact(about, scored.factors, moment),
        priority=_priority(about, moment, settings),
        **{str(name): said[name] for name in said.columns},
    )


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


def _said(kind: str, rows: pd.DataFrame, at: Moment) -> pd.DataFrame:
    """Key and words of the proposals of one kind."""
    scope = (f"{at.quarter.start:%Y-%m-%d}",) if kind in (PULL_IN, COMMIT_AT_RISK) else ()
    key = key_of(kind, rows["opportunity_id"], *scope)
    return pd.DataFrame({"key": key, **WORDS[kind](rows, at)}, index=rows.index)


def _impact(about: pd.DataFrame, factors: pd.DataFrame, at: Moment) -> "pd.Series[float]":
    """Money that the action adds to the quarter's expected bookings, missing where it is not known.

    - Commit at risk: arr x (1 - quarter_probability): the commit counts on the whole.
    - Pull-in: arr x (win_probability - quarter_probability): all that is won is won in time.
    - Missing data: the typical arr of the segment's won deals x quarter_probability, for a deal without a value.
    - Others: arr x the rise of quarter_probability when the model's factors of `FACTORS_OF` do not count against it.
    """
    kind = about["kind"]
    reached = without_factors(about, factors, FACTORS_OF).mask(kind == COMMIT_AT_RISK, 1.0)
    gained = gain(about, reached.mask(kind == PULL_IN, about["win_probability"]))
    typical = looked_up(about["segment"].fillna("All"), keyed(at.benchmarks, "segment", "median_arr"))
    worth = (typical * about["quarter_probability"]).where(about["arr"].isna())
    return gained.mask(kind == "Missing data", worth.where(worth > 0))


def _priority(about: pd.DataFrame, at: Moment, settings: ActionSettings) -> "pd.Series[str]":
    """Critical for a commit at risk that closes soon, High for a renewal; the others by their impact."""
    committed = about["kind"] == COMMIT_AT_RISK
    high = committed | (about["kind"] == RENEWAL)
    critical = committed & _closes_within(about, at.as_of, settings.critical_days)
    return pd.Series(None, index=about.index, dtype="str").mask(high, "High").mask(critical, "Critical")
