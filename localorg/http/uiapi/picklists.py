"""Picklist values, in UI API's form."""

from __future__ import annotations

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.uiapi.object_info import Json, tag_of
from localorg.http.uiapi.selection import UnknownFieldError
from localorg.ids import MASTER_RECORD_TYPE_ID, id18, is_id
from localorg.org import LocalOrg
from localorg.schema.model import Field, SObject


def check_record_type(record_type: str) -> None:
    """Every object has the master record type and no other. Raises OrgError for another id."""
    if not is_id(record_type) or id18(record_type) != MASTER_RECORD_TYPE_ID:
        reason = f"recordTypeId should be a valid record type ID: {record_type}"
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)


def picklist_values(org: LocalOrg, user: User, sobject: SObject, name: str, base: str) -> Json:
    """The values of one picklist. Raises UnknownFieldError, OrgError for a field that is no picklist."""
    field = sobject.field(name)
    if field is None or not user.may_read(sobject.name, field.name):
        raise UnknownFieldError(name, sobject.name)
    if not _is_picklist(field):
        raise OrgError("INVALID_FIELD", f"{sobject.name}.{field.name} is a {field.type} field, not a picklist")
    path = f"{base}/ui-api/object-info/{sobject.name}/picklist-values/{MASTER_RECORD_TYPE_ID}/{field.name}"
    return _values(org, sobject, field, path)


def all_picklist_values(org: LocalOrg, user: User, sobject: SObject, base: str) -> Json:
    """The values of every picklist of an object that the user may read."""
    fields = [field for field in user.readable_fields(sobject.name) if _is_picklist(field)]
    path = f"{base}/ui-api/object-info/{sobject.name}/picklist-values/{MASTER_RECORD_TYPE_ID}"
    found = {field.name: _values(org, sobject, field, f"{path}/{field.name}") for field in fields}
    return {"eTag": tag_of(found), "picklistFieldValues": found}


def _is_picklist(field: Field) -> bool:
    return field.type in ("picklist", "multipicklist")


def _values(org: LocalOrg, sobject: SObject, field: Field, url: str) -> Json:
    is_stage = sobject.name == "Opportunity" and field.name == "StageName"
    plain = [_value(label, value, None) for value, label in field.picklist_values]
    values = _stages(org) if is_stage else plain
    default = next((each for each in values if each["value"] == field.default_value), None)
    return {"controllerValues": {}, "defaultValue": default, "eTag": tag_of(values), "url": url, "values": values}


def _value(label: str, value: str, attributes: Json | None) -> Json:
    return {"attributes": attributes, "label": label, "validFor": [], "value": value}


def _stages(org: LocalOrg) -> list[Json]:
    """Sales stages are rows of the org, not part of the field."""
    with org.database.reader() as connection:
        rows = connection.execute(
            'SELECT "MasterLabel", "ApiName", "IsClosed", "IsWon", "DefaultProbability", "ForecastCategoryName" '
            'FROM "OpportunityStage" WHERE "IsActive" = 1 ORDER BY "SortOrder"'
        ).fetchall()
    stages = []
    for label, name, closed, won, probability, category in rows:
        attributes: Json = {
            "picklistAtrributesValueType": "OpportunityStage",
            "closed": bool(closed),
            "defaultProbability": probability,
            "forecastCategoryName": category,
            "won": bool(won),
        }
        stages.append(_value(label, name or label, attributes))
    return stages
