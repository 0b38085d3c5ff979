"""What becomes of actions over time: what people decide is respected, what is over is closed, outcomes are kept.

The key of a record is that of its action, with `~2`, `~3` ... when it was proposed again after people had handled it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.actions.outcomes import with_outcomes
from scoring.actions.ranking import numbered
from scoring.actions.settings import ActionSettings
from scoring.actions.tables import HANDLED, OPEN, RECORDS, SNOOZED
from scoring.book import OPPORTUNITIES
from scoring.lookup import among, keyed, looked_up


@dataclass(frozen=True)
class FollowUp:
    """Actions as people should find them.

    Attributes:
        shown: `ACTIONS` that ask for attention now: neither handled nor snoozed, the best about each deal, ranked;
            with the keys of their records.
        records: `RECORDS` the org should hold: the best of each person, and what it holds already.
        expired: keys of records that were closed long ago and may go.
    """

    shown: pd.DataFrame
    records: pd.DataFrame
    expired: "pd.Series[str]"


def follow_up(
    actions: pd.DataFrame,
    records: pd.DataFrame,
    deals: pd.DataFrame,
    scores: pd.DataFrame,
    as_of: pd.Timestamp,
    settings: ActionSettings | None = None,
) -> FollowUp:
    """Bring the org's records of actions up to a day.

    - Status and snoozing are the people's: they are never changed, a new record begins as Open.
    - A handled (completed or dismissed) action is proposed again, as a record of its own, when its cause has changed.
    - An open or snoozed record follows its action in place; the day on which it is due stays while its cause does.
    - A record whose action is not proposed any more is resolved; when it is again, the same record is open again.
    - Of each deal the best `per_record` are taken, of each person the best `per_owner`; what falls behind these is
      resolved as Outranked.
    - A record that ended more than `keep_days` ago expires, unless people have handled it and its cause is still there.
    - A record that was proposed, handled or resolved after the day stays as it is: an earlier day knows nothing of it.

    Args:
        actions: `ACTIONS`, result of `actions`.
        records: `RECORDS` that the org holds.
        deals: `OPPORTUNITIES` as they stand, for outcomes.
        scores: `SCORES`.
        as_of: a day.
        settings: limits; the defaults when not given.

    Raises:
        ScoringInputError: a table does not have the documented form.
    """
    settings = settings or ActionSettings()
    records = RECORDS.conform(records)
    base, version = _parted(records["key"])
    newest = records.assign(base=base, version=version).sort_values("version").drop_duplicates("base", keep="last")
    candidates = _against(actions, newest.set_index("base"))
    kept = candidates[~candidates["suppressed"]]
    about = kept["opportunity_id"].fillna(kept["account_id"]).fillna(kept["key"])
    kept = kept[kept.groupby(about).cumcount() < settings.per_record]
    chosen = kept[kept.groupby(kept["owner_id"].fillna("")).cumcount() < settings.per_owner]
    later = (records[["proposed_on", "handled_on", "resolved_on"]] > as_of.normalize()).any(axis=1)
    current = _current(chosen[~among(chosen["record_key"], records.loc[later, "key"])], scores, as_of)
    past = records[~among(records["key"], current["key"]) & ~later]
    proposed = among(past["key"], candidates["record_key"])
    rows = with_outcomes(past, proposed, OPPORTUNITIES.conform(deals), scores, as_of, settings)
    expired = _expired(rows, among(base[past.index], actions["key"]), as_of, settings)
    snoozed = (kept["status"] == SNOOZED) & (kept["snoozed_until"] > as_of.normalize())
    awake = kept[~snoozed]
    together = pd.concat([RECORDS.conform(current), rows[~expired], records[later]], ignore_index=True)
    return FollowUp(
        shown=numbered(awake.assign(key=awake["record_key"])),
        records=RECORDS.conform(together.sort_values("key")),
        expired=rows.loc[expired, "key"].reset_index(drop=True),
    )


def _parted(keys: "pd.Series[str]") -> tuple["pd.Series[str]", "pd.Series[int]"]:
    """Keys without their version, and the version."""
    parts = keys.str.extract(r"^(?P<base>.*?)(?:~(?P<version>\d+))?$", flags=16)
    return parts["base"].astype("str"), parts["version"].fillna("1").astype("int64")


def _against(actions: pd.DataFrame, newest: pd.DataFrame) -> pd.DataFrame:
    """The actions with what the org holds of each: status, snoozed_until, proposed_on, due_before, cause_before,
    probability_before, record_key (of the record that is to hold it) and suppressed."""
    names = ["status", "snoozed_until", "proposed_on", "due", "cause", "probability_before", "version", "handled_on"]
    held = newest[names].reindex(actions["key"]).set_axis(actions.index)
    handled = held["status"].isin(HANDLED)
    same = held["cause"] == actions["cause"]
    again = handled & ~same
    version = held["version"].fillna(1).astype("int64")
    numbered_key = actions["key"] + "~" + (version + again).astype("str")
    fresh = again | held["version"].isna()
    return actions.assign(
        record_key=actions["key"].where((version + again) == 1, numbered_key),
        suppressed=handled & same,
        status=held["status"].mask(fresh, OPEN),
        snoozed_until=held["snoozed_until"].mask(fresh),
        proposed_on=held["proposed_on"].mask(fresh),
        due_before=held["due"].where(same & ~fresh),
        probability_before=held["probability_before"].mask(fresh),
    )


def _current(chosen: pd.DataFrame, scores: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """`RECORDS` of what is proposed now."""
    probability = looked_up(chosen["opportunity_id"], keyed(scores, "opportunity_id", "win_probability"))
    new = chosen["proposed_on"].isna()
    return chosen.assign(
        key=chosen["record_key"],
        due=chosen[["due", "due_before"]].min(axis=1),
        proposed_on=chosen["proposed_on"].fillna(as_of.normalize()),
        probability_before=chosen["probability_before"].mask(new, probability),
    )


def _expired(
    rows: pd.DataFrame, wanted: "pd.Series[bool]", as_of: pd.Timestamp, settings: ActionSettings
) -> "pd.Series[bool]":
    ended = rows[["resolved_on", "handled_on"]].max(axis=1)
    old = ended < as_of.normalize() - pd.Timedelta(days=settings.keep_days)
    return pd.Series(np.asarray(old & ~(rows["status"].isin(HANDLED) & wanted)), index=rows.index, dtype="bool")
