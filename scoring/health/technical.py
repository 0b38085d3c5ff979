"""Technical health: support cases and products past their usage end."""

import pandas as pd

from scoring.days import days_between, days_until
from scoring.health.renewals import in_force, in_use
from scoring.health.rows import few_ids, linear, measured
from scoring.health.settings import HealthSettings
from scoring.words import counted, whole

CRITICAL = r"critical|urgent|\bp1\b|sev(?:erity)? ?1"
HIGH = r"high|\bp2\b|sev(?:erity)? ?2"


def cases_at(cases: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The cases known at the end of the day `as_of`: those closed later were open then.

    Args:
        cases: `CASES`.
        as_of: a day.

    Returns:
        account_id (never missing), case_id, is_critical, is_high, is_escalated, is_open, age_days (days since
        creation), days_to_close, days_since_close (both NaN unless closed by then).
    """
    end = as_of.normalize() + pd.Timedelta(days=1)
    known = cases[(cases["created_date"] < end) & cases["account_id"].notna()].reset_index(drop=True)
    priority = known["priority"].fillna("").str.lower()
    is_open = ~known["is_closed"] | (known["closed_date"] >= end)
    is_critical = priority.str.contains(CRITICAL)
    return pd.DataFrame(
        {
            "account_id": known["account_id"],
            "case_id": known["case_id"],
            "is_critical": is_critical,
            "is_high": priority.str.contains(HIGH) & ~is_critical,
            "is_escalated": known["is_escalated"],
            "is_open": is_open,
            "age_days": days_until(as_of, known["created_date"]),
            "days_to_close": days_between(known["closed_date"], known["created_date"]).mask(is_open),
            "days_since_close": days_until(as_of, known["closed_date"]).mask(is_open),
        }
    )


def case_measures(cases: pd.DataFrame, customers: pd.Index, settings: HealthSettings) -> list[pd.DataFrame]:
    """Open, old and escalated cases and the time to resolve.

    Args:
        cases: result of `cases_at`.
        customers: accounts that have a value of 0 where they have no case.
        settings: points by kind of case.

    Returns:
        Tables of `rows.COLUMNS`.
    """
    opened = cases[cases["is_open"]]
    old = opened[opened["age_days"] > settings.old_case_days]
    escalated = cases[cases["is_escalated"] & (cases["is_open"] | (cases["age_days"] <= settings.escalation_days))]
    count, old_count, escalations = (_count(rows, customers) for rows in (opened, old, escalated))
    critical = _count(opened[opened["is_critical"]], customers)
    high = _count(opened[opened["is_high"]], customers)
    lost = settings.critical_case * critical + settings.high_case * high
    lost = lost + settings.normal_case * (count - critical - high)
    text = (counted(count, "open case") + (", " + whole(critical) + " critical").where(critical > 0, "")).mask(
        count == 0, "No open case"
    )
    old_text = counted(old_count, "case") + f" open for more than {settings.old_case_days} days"
    old_text = old_text.mask(old_count == 0, f"No case open for more than {settings.old_case_days} days")
    escalation_text = counted(escalations, "escalated case") + f" open or of the last {settings.escalation_days} days"
    escalation_text = escalation_text.mask(escalations == 0, "No case escalated")
    return [
        measured("open_cases", count, 100.0 - lost, text, _ids(opened)),
        measured("old_cases", old_count, 100.0 - settings.old_case * old_count, old_text, _ids(old)),
        measured(
            "escalations", escalations, 100.0 - settings.escalation * escalations, escalation_text, _ids(escalated)
        ),
        _resolution(cases, settings),
    ]


def lapsed_measure(assets: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Products in use past their usage end that no other asset of the same product covers."""
    used = in_use(assets, as_of)
    dated = used[used["usage_end_date"].notna()]
    covered = pd.MultiIndex.from_frame(in_force(assets, as_of)[["account_id", "product"]])
    is_covered = pd.MultiIndex.from_frame(dated[["account_id", "product"]]).isin(covered)
    lapsed = dated[(dated["usage_end_date"] < as_of.normalize()) & ~(is_covered & dated["product"].notna())]
    total = dated.groupby("account_id").size().astype("float64")
    count = _count(lapsed, total.index)
    text = whole(count) + " of " + counted(total, "product") + " past their usage end"
    text = text.mask(count == 0, "No product past its usage end")
    return measured(
        "lapsed_assets", count, 100.0 - 100.0 * count / total, text, few_ids(lapsed["account_id"], lapsed["asset_id"])
    )


def _resolution(cases: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    recent = cases[cases["days_since_close"] <= settings.resolution_days]
    days = recent.groupby("account_id")["days_to_close"].median().round()
    text = "Cases of the last " + f"{settings.resolution_days} days took " + counted(days, "day") + " to close (median)"
    return measured("resolution", days, linear(days, settings.bad_resolution, settings.good_resolution), text)


def _count(rows: pd.DataFrame, customers: pd.Index) -> "pd.Series[float]":
    return rows.groupby("account_id").size().reindex(customers).fillna(0.0).astype("float64")


def _ids(cases: pd.DataFrame) -> "pd.Series[str]":
    return few_ids(cases["account_id"], cases["case_id"])
