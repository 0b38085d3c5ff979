"""What the org meters: API calls and data storage."""

from collections.abc import Iterator
from math import ceil
from typing import Any

from sidecar.doctor.finding import Finding, ok, problem, warning
from sidecar.doctor.patient import Patient
from sync import RequestRefused

_ROW_KILOBYTES = 2  # what a record counts, whatever is in it (Salesforce Help, "Data and File Storage Allocations")
_LITTLE_STORAGE = 0.1
_MUCH = 0.5  # of the org's calls of a day, for us alone
_MINUTES_OF_A_DAY = 1440
_DESCRIBES = 25  # in one call


def api_calls(patient: Patient) -> Iterator[Finding]:
    """Whether runs fit into the org's calls of the day."""
    usage, pull = patient.org.usage, patient.configuration.pull
    if usage is None:
        yield warning("API calls", "the org does not say how many are left", "watch them in Setup > System Overview")
        return
    share = usage.used / usage.maximum if usage.maximum else 1.0
    text = f"{usage.used:,} of {usage.maximum:,} of the last 24 hours are used ({share:.0%})"
    if share >= pull.budget_day:
        yield problem(
            "API calls",
            f"{text}; above {pull.budget_day:.0%} nothing is begun",
            "wait, find who else uses them (Setup > API Usage), or raise budget_day under [pull]",
        )
    elif share >= pull.budget_day * 0.75:
        yield warning("API calls", text, "see in Setup > API Usage who uses them")
    else:
        yield ok("API calls", text)
    yield from _of_service(patient, usage.maximum)


def _of_service(patient: Patient, maximum: int) -> Iterator[Finding]:
    """What `sidecar serve` would take in a day without news: refreshes, and looks for requests."""
    section, objects = patient.configuration.service, sum(schema is not None for schema in patient.schemas.values())
    refreshes = _MINUTES_OF_A_DAY // section.refresh_minutes * (objects + ceil(len(patient.schemas) / _DESCRIBES))
    looks = min(_MINUTES_OF_A_DAY * 60 / section.request_seconds, section.request_share * maximum)
    share = (refreshes + looks) / maximum if maximum else 1.0
    if share > _MUCH:
        yield warning(
            "API calls",
            f"sidecar serve would take about {refreshes:,} calls a day for refreshes and up to {looks:,.0f} to look for"
            f" requests, {share:.0%} of the org's",
            "raise refresh_minutes, or lower request_share, under [service]",
        )


def storage(patient: Patient) -> Iterator[Finding]:
    """How much of the org's data storage our records take."""
    own = [name for name in patient.schemas if name.startswith("Sidecar_") and patient.schemas[name]]
    try:
        limit: dict[str, int] = patient.org.json("GET", "/limits")["DataStorageMB"]
        counted = patient.org.json("GET", "/limits/recordCount", params={"sObjects": ",".join(own)})["sObjects"]
    except (RequestRefused, KeyError):
        yield warning("storage", "the org does not say how much is left", "grant View Setup to the integration user")
        return
    ours = _kilobytes(counted)
    text = f"our {ours // _ROW_KILOBYTES:,} records take {ours / 1024:,.1f} MB; {limit['Remaining']:,} of"
    text += f" {limit['Max']:,} MB are free"
    if limit["Remaining"] <= 0:
        yield problem("storage", f"{text}: no record can be made", "delete records or buy storage")
    elif limit["Remaining"] < _LITTLE_STORAGE * limit["Max"]:
        yield warning("storage", text, "delete what is no longer needed (Setup > Storage Usage)")
    else:
        yield ok("storage", text)


def _kilobytes(counted: list[dict[str, Any]]) -> int:
    return sum(int(row["count"]) for row in counted) * _ROW_KILOBYTES
