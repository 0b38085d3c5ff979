"""What an export leaves out and Salesforce would know: values that follow from the file's own columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from localorg.loading.arrow import Column, array, compute, repeated
from localorg.schema.model import SObject
from localorg.store.behaviour import CLOSED_CASE_STATUSES, COMPLETED_TASK_STATUSES
from localorg.store.periods import FiscalCalendar
from localorg.store.sql import Value
from localorg.store.stages import FORECAST_CATEGORIES, FORECAST_CATEGORY_NAMES, Stage

Columns = dict[str, Column]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the derivations know of the org."""

    sobject: SObject
    stages: Mapping[str, Stage]
    calendar: FiscalCalendar
    admin_id: str
    standard_profile_id: str
    org_id: str
    now: str


def derive(columns: Columns, facts: Facts) -> Columns:
    """The columns of the file and those that follow from them. No column of the file is changed, except an
    Organization's Id, which becomes this org's."""
    given = dict(columns)
    rules = _RULES.get(facts.sobject.name, ())
    for rule in rules:
        for name, column in rule(given, facts).items():
            if name in facts.sobject.fields:
                given.setdefault(name, column)
    if facts.sobject.name == "Organization":
        given["Id"] = array([facts.org_id] * len(given["Id"]), pa.string())
    if "IsActive" in facts.sobject.fields:
        given.setdefault("IsActive", _constant(given, 1, pa.int64()))
    return given


def fill_audit(columns: Columns, facts: Facts) -> Columns:
    """The columns with owners and audit values wherever the file does not tell them."""
    filled = dict(columns)
    nothing = _constant(columns, None, pa.string())
    now = _constant(columns, facts.now, pa.string())
    admin = _constant(columns, facts.admin_id, pa.string())
    created, modified, stamp = (filled.get(n, nothing) for n in ("CreatedDate", "LastModifiedDate", "SystemModstamp"))
    audit = {
        "CreatedDate": compute.coalesce(created, modified, stamp, now),
        "LastModifiedDate": compute.coalesce(modified, created, stamp, now),
        "SystemModstamp": compute.coalesce(stamp, modified, created, now),
        "CreatedById": compute.coalesce(filled.get("CreatedById", nothing), admin),
        "LastModifiedById": compute.coalesce(filled.get("LastModifiedById", nothing), admin),
        "OwnerId": compute.coalesce(filled.get("OwnerId", nothing), admin),
    }
    filled.update((name, column) for name, column in audit.items() if name in facts.sobject.fields)
    return filled


def mapped(column: Column, function: Callable[[str], Value], kind: pa.DataType) -> Column:
    """The function of each value, computed once for each different value; blank stays blank."""
    encoded = column.dictionary_encode()
    outcomes = array([function(value) for value in encoded.dictionary.to_pylist()], kind)
    return outcomes.take(encoded.indices)


def _constant(columns: Columns, value: Value, kind: pa.DataType) -> Column:
    return repeated(value, len(columns["Id"]), kind)


def _from_stage(columns: Columns, facts: Facts) -> Columns:
    stage = columns.get("StageName")
    if stage is None:
        return {}

    def fact(attribute: str, kind: pa.DataType) -> Column:
        return mapped(stage, lambda name: getattr(facts.stages.get(name), attribute, None), kind)

    return {
        "Probability": fact("probability", pa.float64()),
        "IsClosed": compute.fill_null(fact("is_closed", pa.int64()), 0),
        "IsWon": compute.fill_null(fact("is_won", pa.int64()), 0),
        **_categories(columns),
        "ForecastCategory": fact("forecast_category", pa.string()),
        "ForecastCategoryName": fact("forecast_category_name", pa.string()),
    }


def _categories(columns: Columns) -> Columns:
    """A category from the other spelling of it."""
    found: Columns = {}
    if "ForecastCategoryName" in columns and "ForecastCategory" not in columns:
        found["ForecastCategory"] = mapped(columns["ForecastCategoryName"], FORECAST_CATEGORIES.get, pa.string())
    if "ForecastCategory" in columns and "ForecastCategoryName" not in columns:
        found["ForecastCategoryName"] = mapped(columns["ForecastCategory"], FORECAST_CATEGORY_NAMES.get, pa.string())
    return found


def _expected_revenue(columns: Columns, _: Facts) -> Columns:
    if "Amount" not in columns or "Probability" not in columns:
        return {}
    product = compute.divide(compute.multiply(columns["Amount"], columns["Probability"]), 100.0)
    return {"ExpectedRevenue": compute.round(product, 2, round_mode="half_towards_infinity")}


def _fiscal(columns: Columns, facts: Facts) -> Columns:
    if "CloseDate" not in columns:
        return {}

    def part(index: int) -> Column:
        def of(day: str) -> Value:
            return facts.calendar.year_and_quarter(date.fromisoformat(day))[index]

        return mapped(columns["CloseDate"], of, pa.int64())

    year, quarter = part(0), part(1)
    label = compute.binary_join_element_wise(compute.cast(year, pa.string()), compute.cast(quarter, pa.string()), " ")
    return {"FiscalYear": year, "FiscalQuarter": quarter, "Fiscal": label}


def _person_name(columns: Columns, _: Facts) -> Columns:
    """Name from its parts, or the parts from it: the last word is the last name."""
    if "LastName" in columns:
        first = columns.get("FirstName", _constant(columns, None, pa.string()))
        joined = compute.binary_join_element_wise(
            compute.fill_null(first, ""), compute.fill_null(columns["LastName"], ""), " "
        )
        return {"Name": compute.utf8_trim_whitespace(joined)}
    if "Name" in columns:
        last = mapped(columns["Name"], lambda name: name.rpartition(" ")[2], pa.string())
        first = mapped(columns["Name"], lambda name: name.rpartition(" ")[0] or None, pa.string())
        return {"LastName": last, "FirstName": first}
    return {}


def _user(columns: Columns, facts: Facts) -> Columns:
    username = compute.binary_join_element_wise(compute.utf8_lower(columns["Id"]), pa.scalar("@loaded.example"), "")
    return {
        "Username": username,
        "ProfileId": _constant(columns, facts.standard_profile_id, pa.string()),
        "UserType": _constant(columns, "Standard", pa.string()),
        "TimeZoneSidKey": _constant(columns, "UTC", pa.string()),
    }


def _stage_row(columns: Columns, _: Facts) -> Columns:
    found = _categories(columns)
    for name, other in (("ApiName", "MasterLabel"), ("MasterLabel", "ApiName")):
        if other in columns:
            found[name] = columns[other]
    return found


def _flag(status: str, meaning: frozenset[str], name: str) -> Callable[[Columns, Facts], Columns]:
    """A checkbox that is set for some values of a picklist."""

    def rule(columns: Columns, _: Facts) -> Columns:
        if status not in columns:
            return {}
        return {name: compute.cast(compute.is_in(columns[status], array(sorted(meaning))), pa.int64())}

    return rule


_RULES: dict[str, tuple[Callable[[Columns, Facts], Columns], ...]] = {
    "Opportunity": (_from_stage, _expected_revenue, _fiscal),
    "OpportunityHistory": (_from_stage, _expected_revenue),
    "OpportunityStage": (_stage_row,),
    "Contact": (_person_name,),
    "User": (_person_name, _user),
    "Task": (
        _flag("Status", COMPLETED_TASK_STATUSES, "IsClosed"),
        _flag("Priority", frozenset({"High"}), "IsHighPriority"),
    ),
    "Case": (_flag("Status", CLOSED_CASE_STATUSES, "IsClosed"),),
}
