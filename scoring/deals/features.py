"""What could be seen of a deal at the end of a day: the features of the win model.

Every feature of a past day comes from records that bear a date up to then. A field without history is taken as it is
today, so it may only be one that is filled in before deals close (`leaks`).
"""

from collections.abc import Collection

import numpy as np
import pandas as pd

from scoring.book import Book
from scoring.days import days_between
from scoring.deals.sums import counts_until, means_between
from scoring.settings import DealSettings

# Texts of a missing category. A deal without segment is a kind of its own.
UNKNOWN = "Unknown"
# Persona flags: the most frequent contact roles of the org.
PERSONAS = 5
USAGE_DAYS = 28.0
ACTIVITY_DAYS = 28.0
DEMO_DAYS = 7.0
MOST_QUARTERS = 3


def deal_features(
    book: Book, rows: pd.DataFrame, settings: DealSettings, learned: Collection[str] | None = None
) -> pd.DataFrame:
    """The features of deals on days.

    Args:
        book: a validated book; later records are not looked at.
        rows: `SNAPSHOTS` (see `scoring.snapshots`).
        settings: `quarter_month`, `demo_words`.
        learned: names of the features a model was fitted on; when not given, personas and fields are chosen.

    Returns:
        Aligned with `rows`: stage, segment, kind (stage and segment), pillar, owner (texts, never missing), age_days,
        deal_days, pushes, slipped (quarters), due (quarters ahead, text), weeks_left (in the quarter), month (text),
        size (first amount), resized (amount now over the first), contacts, one flag `role X` per persona, lines,
        silent_days (since the last activity), activities (of the last weeks), demo (text), usage (share of licences
        in use before the deal began), and `field X` per predictor.
    """
    rows = rows.reset_index(drop=True)
    deals = book.opportunities.set_index("opportunity_id").reindex(pd.Index(rows["opportunity_id"]))
    told = {name: deals[name].set_axis(rows.index) for name in ("segment", "pillar", "owner_id")}
    segment = told["segment"].fillna(UNKNOWN)
    stage = rows["stage"].fillna(UNKNOWN)
    created = deals["created_date"].set_axis(rows.index)
    as_of = rows["as_of"]
    table = {
        "stage": stage,
        "segment": segment,
        "kind": stage + " / " + segment,
        "pillar": told["pillar"],
        "owner": told["owner_id"],
        "age_days": days_between(as_of, rows["stage_entered"]).clip(lower=0.0),
        "deal_days": rows["days_since_creation"].clip(lower=0.0),
        "pushes": rows["pushes"].clip(upper=4.0),
        **_calendar(rows, settings),
        "size": rows["first_amount"].where(rows["first_amount"] > 0),
        "resized": (rows["amount"] / rows["first_amount"].where(rows["first_amount"] > 0)).clip(0.1, 10.0),
        **_people(book, rows, learned),
        **_activity(book, rows, created, settings),
        "usage": usage_before(book, deals["account_id"].set_axis(rows.index), created),
        **_fields(book, rows, learned),
    }
    return pd.DataFrame(table, index=rows.index)


def _calendar(rows: pd.DataFrame, settings: DealSettings) -> dict[str, pd.Series]:
    as_of = quarter_number(rows["as_of"], settings)
    closing, first = (quarter_number(rows[name], settings) for name in ("close_date", "first_close_date"))
    ahead = (closing - as_of).clip(0, MOST_QUARTERS)
    slipped = (np.maximum(closing, as_of) - first).clip(0, MOST_QUARTERS)
    names = pd.Series(["this quarter", "next quarter", "in two quarters", "later"], dtype="str")
    due = pd.Series(names.reindex(ahead).to_numpy(), index=rows.index, dtype="str").fillna(UNKNOWN)
    return {
        "slipped": slipped,
        "due": due,
        "weeks_left": weeks_left(rows["as_of"], settings),
        "month": rows["as_of"].dt.month.astype("str"),
    }


def quarter_number(days: "pd.Series[pd.Timestamp]", settings: DealSettings) -> "pd.Series[float]":
    """Fiscal quarters since the year 0, NaN where the day is missing."""
    months = days.dt.year * 12.0 + days.dt.month - settings.quarter_month
    return (months // 3.0).astype("float64")


def weeks_left(days: "pd.Series[pd.Timestamp]", settings: DealSettings) -> "pd.Series[float]":
    """Whole weeks from the end of each day to the end of its fiscal quarter, 0..13."""
    left = (2 - (days.dt.month - settings.quarter_month) % 3).to_numpy(dtype="int64")
    last = (days.dt.year * 12 + days.dt.month + left).to_numpy(dtype="int64") - 1970 * 12
    end = last.astype("datetime64[M]").astype("datetime64[D]").astype("datetime64[us]")
    left_days = (pd.Series(end, index=days.index) - days.dt.normalize()).dt.days.astype("float64")
    return (left_days - 1.0) // 7.0


def usual_roles(book: Book) -> list[str]:
    """The most frequent contact roles, the first one first."""
    dated = book.roles[book.roles["created_date"].notna()].drop_duplicates(["opportunity_id", "contact_id", "role"])
    counts = dated["role"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return list(counts.index[:PERSONAS])


def _people(book: Book, rows: pd.DataFrame, learned: Collection[str] | None) -> dict[str, pd.Series]:
    """Contacts known by then, and whether each of the org's usual roles is among them; lines known by then."""
    dated = book.roles[book.roles["created_date"].notna()].drop_duplicates(["opportunity_id", "contact_id", "role"])
    lines = book.lines[book.lines["created_date"].notna()]
    usual = _named(learned, "role ")
    usual = usual_roles(book) if usual is None else usual
    flags = {
        f"role {role}": counts_until(dated[dated["role"] == role], "created_date", rows).clip(upper=1.0)
        for role in usual
    }
    return {
        "contacts": _some(counts_until(dated, "created_date", rows)).clip(upper=5.0),
        **flags,
        "lines": _some(counts_until(lines, "created_date", rows)).clip(upper=4.0),
    }


def _named(learned: Collection[str] | None, prefix: str) -> list[str] | None:
    return None if learned is None else [name.removeprefix(prefix) for name in learned if name.startswith(prefix)]


def _some(counts: "pd.Series[float]") -> "pd.Series[float]":
    """None at all is taken for unknown: records are often entered late, for deals that went well."""
    return counts.where(counts > 0)


def deal_activities(book: Book) -> pd.DataFrame:
    """The dated activities that were done for a deal."""
    done = book.activities[book.activities["is_closed"] & book.activities["opportunity_id"].notna()]
    return done[done["activity_date"].notna()]


def demos(activities: pd.DataFrame, settings: DealSettings) -> pd.DataFrame:
    """Those of some activities whose subject says that they were a demo."""
    words = "|".join(settings.demo_words)
    return activities[activities["subject"].str.contains(words, case=False, na=False)] if words else activities.iloc[:0]


def _activity(
    book: Book, rows: pd.DataFrame, created: "pd.Series[pd.Timestamp]", settings: DealSettings
) -> dict[str, pd.Series]:
    done = deal_activities(book)
    so_far = counts_until(done, "activity_date", rows)
    recent = so_far - counts_until(done, "activity_date", rows, before=ACTIVITY_DAYS)
    first = (
        demos(done, settings).groupby("opportunity_id")["activity_date"].min().reindex(pd.Index(rows["opportunity_id"]))
    )
    shown = first.set_axis(rows.index)
    within = days_between(shown, created) <= DEMO_DAYS
    demo = (
        pd.Series("later", index=rows.index, dtype="str").mask(within, "early").mask(~(shown <= rows["as_of"]), "none")
    )
    return {"activities": recent.clip(upper=10.0), "demo": demo}


def usage_before(book: Book, account: "pd.Series[str]", created: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    """The mean share of the account's licences in use in the weeks before the deal began, NaN without telemetry."""
    usage = book.usage[book.usage["licensed"] > 0]
    share = pd.DataFrame(
        {
            "account_id": usage["account_id"],
            "day": usage["week_start"] + pd.Timedelta(days=7),
            "value": (usage["active_users"] / usage["licensed"]).clip(0.0, 1.0),
        }
    ).dropna()
    return means_between(share, account, created, USAGE_DAYS)


def _fields(book: Book, rows: pd.DataFrame, learned: Collection[str] | None) -> dict[str, pd.Series]:
    told = named_fields(book, rows["opportunity_id"], _named(learned, "field "))
    return {f"field {name}": values for name, values in told.items()}


def named_fields(
    book: Book, opportunity_id: "pd.Series[str]", asked: Collection[str] | None = None
) -> dict[str, "pd.Series[str]"]:
    """The predictors that the configuration names and that do not leak, or those asked for; `none` where empty.

    Args:
        book: predictors and opportunities are read.
        opportunity_id: deals, as often as one likes.
        asked: names.

    Returns:
        By name, aligned with `opportunity_id`.
    """
    told = {}
    for name in np.unique(book.predictors["name"]) if asked is None else asked:
        part = book.predictors[book.predictors["name"] == name].drop_duplicates("opportunity_id")
        values = part.set_index("opportunity_id")["value"]
        if asked is not None or not leaks(book.opportunities, values):
            found = values.reindex(pd.Index(opportunity_id)).set_axis(opportunity_id.index)
            told[name] = found.fillna("none")
    return told


# A value is believed to be there before a deal closes when it is at least this many times as frequent among open deals
# as among won or among lost ones; a field leaks when more than LEAKING of either kind hold other values.
SEEN_OPEN, LEAKING = 0.25, 0.1


def leaks(deals: pd.DataFrame, values: "pd.Series[str]") -> bool:
    """Whether a field is filled in, or overwritten, as deals close, so that it tells the outcome.

    A field has no history here: what a closed deal holds may have been entered after its closing. That shows, since
    open deals then hold other values than those that were won, or than those that were lost.

    Args:
        deals: opportunity_id, is_closed, is_won: all deals.
        values: the field, indexed by opportunity_id, where it is filled in.
    """
    held = values.reindex(pd.Index(deals["opportunity_id"])).set_axis(deals.index).fillna("")
    open_share = held[~deals["is_closed"]].value_counts(normalize=True)
    for closed in (deals["is_closed"] & deals["is_won"], deals["is_closed"] & ~deals["is_won"]):
        share = held[closed].value_counts(normalize=True)
        late = share[open_share.reindex(share.index).fillna(0.0) < SEEN_OPEN * share]
        # An empty field is not something that was entered late.
        if late.drop("", errors="ignore").sum() > LEAKING:
            return True
    return False
