"""What may be written: targets, and the checks that they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.errors import ConfigurationError, MissingField
from sync.mirror import Mirror
from sync.schema import FieldSchema, ObjectSchema

_OURS = re.compile(r"Sidecar_\w+__c\Z")


@dataclass(frozen=True)
class TargetField:
    """A field to be written.

    Parameters
    ----------
    name : API name.
    step : a change of a number by less than this is no reason to write the record.
    follows : a change is no reason at all, unless the org holds nothing: an explanation that goes with the record's
        other values.
    """

    name: str
    step: float | None = None
    follows: bool = False


@dataclass(frozen=True)
class Target:
    """One object that gets values.

    Parameters
    ----------
    object : API name.
    key : "Id" to update records that exist, or an external-id field of an object of ours to insert or update.
    fields : what is compared and written.
    stamp : a datetime field that is written along when something else of the record is, and never alone.
    parent : column of the desired table to sort by, so that rows with a common parent are written together (each
        write may lock it).
    """

    object: str
    key: str
    fields: tuple[TargetField, ...]
    stamp: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class CheckedTarget:
    """A target whose fields were found in the org's schema and in the mirror."""

    target: Target
    schema: ObjectSchema
    key: FieldSchema
    fields: tuple[tuple[TargetField, FieldSchema], ...]
    stamp: FieldSchema | None

    @property
    def inserts(self) -> bool:
        """Whether a record that is not there is made."""
        return self.key.name != "Id"


def is_ours(name: str) -> bool:
    """Whether an object or field belongs to our package."""
    return _OURS.match(name) is not None


def may_hold_ours(sobject: str, field: str) -> bool:
    """Whether a field may be written: one of the package, or the currency of a record that is wholly the package's."""
    return is_ours(field) or (is_ours(sobject) and field == "CurrencyIsoCode")


def check(mirror: Mirror, target: Target, columns: Sequence[str]) -> CheckedTarget:
    """Find a target in the mirror's schema; `columns` are those of its desired table.

    Raises ConfigurationError: an object whose records this user may not write; a field outside our package, not
    writable for this user, not pulled, of the wrong kind, or missing in the desired table; MissingField when the org
    does not show it.
    """
    schema = mirror.schema(target.object)
    if schema is None:
        raise ConfigurationError(
            f"{target.object} is to be written but was never pulled: add it to the catalogue, with its key and the"
            " fields to be written"
        )
    pulled = {name.lower() for name in mirror.columns(target.object)}
    key = _key(schema, target)
    _needs_rights(schema, inserts=key.name != "Id")
    fields = tuple((wanted, _field(schema, wanted.name, pulled)) for wanted in target.fields)
    stamp = _field(schema, target.stamp, pulled) if target.stamp else None
    if stamp is not None and stamp.type != "datetime":
        raise ConfigurationError(f"{schema.name}.{stamp.name} is a {stamp.type}: a stamp must be a datetime field")
    _needs_columns(target, columns)
    return CheckedTarget(target, schema, key, fields, stamp)


def check_removable(schema: ObjectSchema) -> None:
    """Raise ConfigurationError when this user may not delete records of the object."""
    if not schema.deletable:
        raise _not_allowed(schema, "deleted")


def _needs_rights(schema: ObjectSchema, *, inserts: bool) -> None:
    if not schema.updateable:
        raise _not_allowed(schema, "edited")
    if inserts and not schema.createable:
        raise _not_allowed(schema, "made")


def _not_allowed(schema: ObjectSchema, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"records of {schema.name} cannot be {what} by this user. Remedy: assign the permission set"
        " Sidecar_Integration, as this version of the package brings it"
    )


def _key(schema: ObjectSchema, target: Target) -> FieldSchema:
    key = schema.field(target.key)
    if key is None:
        raise _missing(schema, target.key)
    if key.name != "Id" and not (key.external_id and is_ours(schema.name)):
        raise ConfigurationError(
            f"{schema.name}.{key.name} cannot be a key: expected Id, or an external-id field of an object of the"
            " package"
        )
    if key.name != "Id" and not key.createable:
        raise _no_field_access(schema, key)
    return key


def _field(schema: ObjectSchema, name: str, pulled: Iterable[str]) -> FieldSchema:
    field = schema.field(name)
    if not may_hold_ours(schema.name, field.name if field else name):
        raise ConfigurationError(
            f"{schema.name}.{name} is not a field of the package: only fields named Sidecar_...__c are ever written"
        )
    if field is None:
        raise _missing(schema, name)
    if field.name.lower() not in pulled:
        raise ConfigurationError(
            f"{schema.name}.{field.name} is to be written but was not pulled: add it to the catalogue"
        )
    if not field.updateable:
        raise _no_field_access(schema, field)
    return field


def _no_field_access(schema: ObjectSchema, field: FieldSchema) -> ConfigurationError:
    return ConfigurationError(
        f"{schema.name}.{field.name} cannot be written by this user (a formula, or no edit access). Remedy: assign"
        " the permission set Sidecar_Integration"
    )


def _missing(schema: ObjectSchema, name: str) -> MissingField:
    return MissingField(
        f"the org does not show {schema.name}.{name} to this user. Remedy: deploy the package again and assign the"
        " permission set Sidecar_Integration",
        (f"{schema.name}.{name}",),
    )


def _needs_columns(target: Target, columns: Sequence[str]) -> None:
    extra = [name for name in (target.stamp, target.parent) if name]
    missing = [name for name in (target.key, *(field.name for field in target.fields), *extra) if name not in columns]
    if missing:
        raise ConfigurationError(
            f"the desired table of {target.object} lacks {', '.join(missing)}; it has {', '.join(columns)}"
        )
