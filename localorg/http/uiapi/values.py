"""Values as UI API and GraphQL give them: the value itself, and the text a user in the en_US locale reads."""

from __future__ import annotations

import datetime as dt

from localorg.http.uiapi.viewer import Viewer
from localorg.schema.model import Field

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CAD": "CA$", "AUD": "A$", "INR": "₹"}


def api_value(field: Field, value: object) -> object:
    """A value of the data API in UI API's form: moments end in `Z` instead of `+0000`."""
    if field.type == "datetime" and isinstance(value, str):
        return value.removesuffix("+0000").removesuffix("Z") + "Z"
    return value


def display_value(field: Field, value: object, viewer: Viewer) -> str | None:
    """The text shown for a value (as the data API gives it): None for plain text, ids, booleans and blanks."""
    if value is None or isinstance(value, (bool, dict)):
        return None
    if isinstance(value, (int, float)):
        return _number(field, value, viewer.currency)
    text = str(value)
    match field.type:
        case "date":
            return short_date(dt.date.fromisoformat(text[:10]))
        case "datetime":
            return short_moment(dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(viewer.zone))
        case "picklist" | "multipicklist" | "combobox":
            labels = dict(field.picklist_values)
            return ";".join(labels.get(part, part) for part in text.split(";"))
    return None


def short_date(day: dt.date) -> str:
    """`3/31/2026`."""
    return f"{day.month}/{day.day}/{day.year}"


def short_moment(moment: dt.datetime) -> str:
    """`1/2/2026, 3:04 AM`."""
    hour = moment.hour % 12 or 12
    return f"{short_date(moment.date())}, {hour}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"


def _number(field: Field, value: float, currency: str) -> str:
    if field.type == "currency":
        amount = f"{abs(value):,.{field.scale}f}"
        sign = "-" if value < 0 and amount.strip("0.,") else ""
        return f"{sign}{_SYMBOLS.get(currency, currency + ' ')}{amount}"
    if field.type == "percent":
        return f"{value:,.{field.scale}f}%"
    return f"{value:,.{field.scale}f}"
