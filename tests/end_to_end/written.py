"""What the org holds in our fields, read by another client than ours."""

from typing import Any

from simple_salesforce.api import Salesforce

from sidecar.targets import SCORED

Values = dict[tuple[str, str, str], Any]


def own_values(client: Salesforce, *, stamps: bool = True) -> Values:
    """(object, key, field) -> value, for every field of ours that holds one.

    Args:
        client: logged in to the org.
        stamps: whether the moments of scoring count.
    """
    found: Values = {}
    for own in SCORED:
        fields = [field for field in own.field_names if stamps or field != own.stamp]
        records = client.query_all(f"SELECT {own.key}, {', '.join(fields)} FROM {own.object}")["records"]
        for record in records:
            for field in fields:
                if record[field] is not None:
                    found[own.object, record[own.key], field] = record[field]
    return found


def as_planned(planned: str | None, value: Any) -> str | None:
    """A value of the org in the plan's notation: plain decimals, ISO dates, moments with Z."""
    if value is None or planned is None:
        return None if value is None else str(value)
    if isinstance(value, int | float):
        return planned if float(planned) == float(value) else repr(value)
    if sorted(planned.split(";")) == sorted(str(value).split(";")):  # a multi-select picklist has its own order
        return planned
    return str(value).replace(".000+0000", "Z").replace("+0000", "Z")
