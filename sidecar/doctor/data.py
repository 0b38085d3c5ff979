"""What the numbers rest on: plans, the fiscal calendar, currencies, usage from files."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sidecar.book.calendar import quarters
from sidecar.doctor.finding import Finding, ok, problem, warning
from sidecar.doctor.patient import Patient
from sidecar.questions import ask
from sync import soql

_STALE = timedelta(days=14)
_FEED_SUFFIXES = (".csv", ".parquet")


def calendar(patient: Patient) -> Iterator[Finding]:
    """Whether the org says in which fiscal quarter it is."""
    day, month = _today(patient), patient.configuration.calendar.fiscal_year_start_month
    start, end = quarter_of(patient, day)
    span = f"{start} to {end}"
    if month:
        yield ok("calendar", f"quarter {span}, by fiscal_year_start_month = {month}; the org's own is not asked")
    elif _period(patient, day):
        yield ok("calendar", f"quarter {span}, by the org's fiscal periods")
    elif not patient.shows("Organization", "FiscalYearStartMonth"):
        yield warning(
            "calendar",
            f"the org does not show its fiscal year; it is taken to begin in January (quarter {span})",
            "grant View Setup to the integration user, or set fiscal_year_start_month under [calendar]",
        )
    elif patient.shows("Period", "Type", "StartDate", "EndDate") and ask(patient.org, "Period", ["Id"], limit=1):
        yield warning(
            "calendar",
            f"no fiscal period of the org holds {day}; a quarter of three months is taken ({span})",
            "define the fiscal year in Setup > Fiscal Year",
        )
    else:
        yield ok("calendar", f"quarter {span}, by the month in which the org's fiscal year begins")


def plan(patient: Patient) -> Iterator[Finding]:
    """Whether this quarter has a plan: without one there is no gap."""
    start, end = quarter_of(patient, _today(patient))
    field = "Sidecar_Quarter_Start__c"
    if patient.shows("Sidecar_Plan__c", field):
        inside = soql.compare(field, ">", start) & soql.compare(field, "<=", end)
        late = ask(patient.org, "Sidecar_Plan__c", ["Id", field], inside, limit=1)
        if late:
            yield warning(
                "plan",
                f"plans begin on {late[0][field]}, in the middle of the quarter that begins on {start}",
                f"set {field} to the first day of the fiscal quarter",
            )
        if ask(patient.org, "Sidecar_Plan__c", ["Id"], soql.compare(field, "=", start), limit=1):
            yield ok("plan", f"records of Sidecar_Plan__c for the quarter from {start}")
            return
    if patient.shows("ForecastingQuota", "StartDate"):
        inside = soql.compare("StartDate", ">=", start) & soql.compare("StartDate", "<=", end)
        if ask(patient.org, "ForecastingQuota", ["Id"], inside, limit=1):
            yield ok("plan", f"quotas of the org's forecasting for the quarter from {start}")
            return
    yield warning(
        "plan",
        f"none for the quarter from {start}: projections have no gap and no probability of making plan",
        "load Sidecar_Plan__c (rep, quarter start, segment, pillar, amount), or keep quotas in the org's forecasting",
    )


def currencies(patient: Patient) -> Iterator[Finding]:
    """Whether money of several currencies can be added up."""
    if not patient.shows("Opportunity", "CurrencyIsoCode"):
        yield ok("currencies", "one")
        return
    if not patient.shows("CurrencyType", "IsoCode", "ConversionRate"):
        yield problem(
            "currencies",
            "the org has several, and does not show their rates: money in them counts as missing",
            "let the integration user read CurrencyType (View Setup)",
        )
        return
    known = {row["IsoCode"]: row for row in ask(patient.org, "CurrencyType", ["IsoCode", "ConversionRate"])}
    without = sorted(code for code, row in known.items() if not row["ConversionRate"])
    if without:
        yield problem("currencies", f"no rate for {', '.join(without)}", "give them a rate under Manage Currencies")
    yield from _own_currency(patient)
    if not without:
        yield ok("currencies", f"rates for {', '.join(sorted(known))}")


def usage_files(patient: Patient) -> Iterator[Finding]:
    """Whether the folder of usage files is there and fresh."""
    folder = patient.configuration.feeds.usage
    if folder is None:
        return
    if not folder.is_dir():
        yield problem("usage files", f"there is no folder {folder}", "make it, or correct usage under [feeds]")
        return
    files = [entry for entry in os.scandir(folder) if entry.name.lower().endswith(_FEED_SUFFIXES)]
    if not files:
        yield warning("usage files", f"{folder} holds no .csv or .parquet file", "put the files of usage there")
        return
    newest = datetime.fromtimestamp(max(entry.stat().st_mtime for entry in files), UTC)
    age = datetime.now(UTC) - newest
    if age > _STALE:
        yield warning(
            "usage files",
            f"the newest file is {age.days} days old: adoption counts less with each week",
            "see why no new files arrive",
        )
    else:
        yield ok("usage files", f"{len(files)}, the newest of {newest:%Y-%m-%d}")


def quarter_of(patient: Patient, day: date) -> tuple[date, date]:
    """First and last day of the fiscal quarter that holds a day, by the org's periods or the year's first month."""
    configured = patient.configuration.calendar.fiscal_year_start_month
    period = None if configured else _period(patient, day)
    if period:
        return date.fromisoformat(period["StartDate"]), date.fromisoformat(period["EndDate"])
    month = configured or int(_organization(patient, "FiscalYearStartMonth") or 1)
    table = quarters(day, month, back=0, ahead=0)
    return table["start"].iloc[0].date(), table["end"].iloc[0].date()


def _own_currency(patient: Patient) -> Iterator[Finding]:
    if not (patient.shows("User", "DefaultCurrencyIsoCode") and patient.shows("CurrencyType", "IsCorporate")):
        return
    corporate = ask(patient.org, "CurrencyType", ["IsoCode"], soql.compare("IsCorporate", "=", True), limit=1)
    name = soql.compare("Username", "=", patient.org.session.settings.username)
    own = ask(patient.org, "User", ["DefaultCurrencyIsoCode"], name, limit=1)
    code = own[0]["DefaultCurrencyIsoCode"] if own else None
    if corporate and code and code != corporate[0]["IsoCode"]:
        yield warning(
            "currencies",
            f"the integration user's currency is {code}, the corporate one is {corporate[0]['IsoCode']}: projections"
            " and actions would bear the wrong one",
            "give the integration user the corporate currency",
        )


def _period(patient: Patient, day: date) -> dict[str, str] | None:
    if not patient.shows("Period", "Type", "StartDate", "EndDate"):
        return None
    holds = soql.compare("StartDate", "<=", day) & soql.compare("EndDate", ">=", day)
    where = soql.compare("Type", "=", "Quarter") & holds
    found = ask(patient.org, "Period", ["StartDate", "EndDate"], where, limit=1)
    return found[0] if found else None


def _today(patient: Patient) -> date:
    now = patient.org_time or patient.own_time
    zone = ZoneInfo(str(_organization(patient, "TimeZoneSidKey") or "UTC"))
    return now.replace(tzinfo=UTC).astimezone(zone).date()


def _organization(patient: Patient, field: str) -> Any:
    if not patient.shows("Organization", field):
        return None
    found = ask(patient.org, "Organization", [field], limit=1)
    return found[0][field] if found else None
