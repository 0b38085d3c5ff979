"""What follows when an Opportunity is written: probability, category, closed, won, fiscal period, revenue, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from localorg.errors import OrgError
from localorg.store.currencies import ISO_CODE, currencies_of
from localorg.store.draft import Draft, Work
from localorg.store.periods import FiscalCalendar, read_calendar
from localorg.store.sql import Value, insert_tuples
from localorg.store.stages import FORECAST_CATEGORIES, Stage, read_stages
from localorg.store.values import round_half_up

# A new value in one of these writes a row of OpportunityHistory, with all of `HISTORY_VALUES` as they are after it.
HISTORY_CAUSES = ("StageName", "Amount", "Probability", "CloseDate")
HISTORY_VALUES = ("StageName", "Amount", "ExpectedRevenue", "CloseDate", "Probability", "ForecastCategory")
NEEDED = (*HISTORY_VALUES, "PushCount", "HasOpportunityLineItem")
_HISTORY_COLUMNS = (
    "Id",
    "OpportunityId",
    *HISTORY_VALUES,
    "PrevAmount",
    "PrevCloseDate",
    "CreatedDate",
    "CreatedById",
    "SystemModstamp",
)
_CAUSES = frozenset({*HISTORY_CAUSES, "ForecastCategoryName"})


def before_save(work: Work, drafts: Sequence[Draft]) -> None:
    """Derive what Salesforce derives; refuses unknown stages."""
    concerned = [draft for draft in drafts if not _CAUSES.isdisjoint(draft.values)]
    if not concerned:
        return
    stages = read_stages(work.connection)
    calendar = read_calendar(work.connection)
    for draft in concerned:
        if not work.system and draft.present.get("HasOpportunityLineItem"):
            draft.values.pop("Amount", None)  # the sum of the products; Salesforce keeps it without a word
        _follow_stage(draft, stages, work.now)
        if not draft.errors:
            _follow_close_date(draft, calendar)
            _follow_amount(draft)


def write_history(work: Work, drafts: Sequence[Draft]) -> None:
    """Insert the history rows of the drafts, which have their ids, and let the drafts point to them."""
    changed = [draft for draft in drafts if not draft.present or any(draft.changes(name) for name in HISTORY_CAUSES)]
    ids = work.allocator.take("008", len(changed))
    rows: list[tuple[Value, ...]] = []
    for history_id, draft in zip(ids, changed, strict=True):
        present, values = draft.present, [draft.after(name) for name in HISTORY_VALUES]
        before = (present.get("Amount"), present.get("CloseDate"))
        rows.append((history_id, draft.id, *values, *before, work.now, work.user.id, work.now))
        if present:
            for column, pointer in (("Amount", "LastAmountChanged"), ("CloseDate", "LastCloseDateChanged")):
                if draft.changes(column):
                    draft.values[f"{pointer}HistoryId"] = history_id
    if ISO_CODE in work.sobject.fields:
        codes = currencies_of(work, [draft.id for draft in changed if draft.present])
        in_currency = [
            (*row, draft.values.get(ISO_CODE) or codes.get(draft.id)) for row, draft in zip(rows, changed, strict=True)
        ]
        insert_tuples(work.connection, "OpportunityHistory", (*_HISTORY_COLUMNS, ISO_CODE), in_currency)
    else:
        insert_tuples(work.connection, "OpportunityHistory", _HISTORY_COLUMNS, rows)


def _follow_stage(draft: Draft, stages: dict[str, Stage], now: str) -> None:
    category_name = draft.values.get("ForecastCategoryName")
    if category_name is not None:
        draft.values["ForecastCategory"] = FORECAST_CATEGORIES.get(str(category_name))
    name = draft.values.get("StageName")
    if name is None:
        return
    stage = stages.get(str(name)) or next((s for s in stages.values() if s.name.lower() == str(name).lower()), None)
    if stage is None:
        message = f"Stage: bad value for restricted picklist field: {name}"
        draft.errors.append(OrgError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ("StageName",)))
        return
    draft.values["StageName"] = stage.name
    if not draft.changes("StageName"):
        return
    draft.values["IsClosed"], draft.values["IsWon"] = stage.is_closed, stage.is_won
    if draft.values.get("Probability") is None:
        draft.values["Probability"] = stage.probability
    if category_name is None:
        draft.values["ForecastCategory"] = stage.forecast_category
        draft.values["ForecastCategoryName"] = stage.forecast_category_name
    if draft.present:
        draft.values["LastStageChangeDate"] = now


def _follow_close_date(draft: Draft, calendar: FiscalCalendar) -> None:
    close_date = draft.values.get("CloseDate")
    if not isinstance(close_date, str):
        return
    draft.values.update(fiscal_values(close_date, calendar))
    before = draft.present.get("CloseDate")
    if isinstance(before, str) and close_date[:7] > before[:7]:
        draft.values["PushCount"] = int(draft.present.get("PushCount") or 0) + 1


@lru_cache(maxsize=4_096)
def fiscal_values(close_date: str, calendar: FiscalCalendar) -> dict[str, Value]:
    """The fiscal fields that belong to a close date."""
    year, quarter = calendar.year_and_quarter(date.fromisoformat(close_date))
    return {"FiscalYear": year, "FiscalQuarter": quarter, "Fiscal": f"{year} {quarter}"}


def _follow_amount(draft: Draft) -> None:
    amount, probability = draft.after("Amount"), draft.after("Probability")
    if isinstance(amount, int | float) and isinstance(probability, int | float):
        draft.values["ExpectedRevenue"] = round_half_up(amount * probability / 100.0, 2)
    else:
        draft.values["ExpectedRevenue"] = None
