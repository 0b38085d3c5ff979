"""Values as UI API and GraphQL give them: the value itself, and the text a user in their locale reads."""

from __future__ import annotations

import datetime as dt

from localorg.http.uiapi.viewer import Viewer
from localorg.schema.model import Field


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
        return _number(field, value, viewer)
    text = str(value)
    match field.type:
        case "date":
            return viewer.locale.date(dt.date.fromisoformat(text[:10]))
        case "datetime":
            moment = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
            return viewer.locale.date_time(moment.astimezone(viewer.zone))
        case "picklist" | "multipicklist" | "combobox":
            labels = dict(field.picklist_values)
            return ";".join(labels.get(part, part) for part in text.split(";"))
    return None


def _number(field: Field, value: float, viewer: Viewer) -> str:
    if field.type == "currency":
        return viewer.locale.currency(value, field.scale, viewer.currency)
    if field.type == "percent":
        return viewer.locale.percent(value, field.scale)
    return viewer.locale.number(value, field.scale)
