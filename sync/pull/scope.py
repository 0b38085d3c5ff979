"""What of the catalogue the org has: settled for all objects before anything is read or written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sync.catalogue import Catalogue, CatalogueObject
from sync.client.org import Org
from sync.errors import ConfigurationError, MissingField, MissingPackage, RequestRefused
from sync.schema import FieldSchema, ObjectSchema

PACKAGE_PREFIX = "Sidecar_"


@dataclass(frozen=True)
class Scope:
    """One object to be read. `schema` is None when the org has no such object (and the catalogue can do without)."""

    item: CatalogueObject
    name: str
    schema: ObjectSchema | None
    fields: tuple[FieldSchema, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Settled:
    """What a pull reads, in the catalogue's order; `asked_at` is the org's clock when it described its objects."""

    scopes: tuple[Scope, ...]
    asked_at: datetime | None


def settle(org: Org, catalogue: Catalogue) -> Settled:
    """Describe every object of the catalogue and keep the fields that exist.

    Raises MissingPackage when nothing of our package is there, MissingField when required objects or fields are
    missing (all of them in one message), ConfigurationError for an object that is listed twice.
    """
    names = [item.name.lower() for item in catalogue]
    twice = sorted({item.name for item in catalogue if names.count(item.name.lower()) > 1})
    if twice:
        raise ConfigurationError(f"the catalogue lists {', '.join(twice)} twice: join the entries")
    described = org.describe_all([item.name for item in catalogue])
    found = [(item, described.schemas[item.name]) for item in catalogue]
    _refuse_gaps(org, found)
    return Settled(tuple(_scope(item, schema) for item, schema in found), described.asked_at)


def settle_again(org: Org, item: CatalogueObject) -> Scope:
    """One object as it is now, after a request that did not fit its former schema. Raises MissingField."""
    schema = _describe(org, item)
    _refuse_gaps(org, [(item, schema)])
    return _scope(item, schema)


def _describe(org: Org, item: CatalogueObject) -> ObjectSchema | None:
    try:
        return org.describe(item.name, fresh=True)
    except RequestRefused as error:
        if error.status == 404:
            return None
        raise


def _scope(item: CatalogueObject, schema: ObjectSchema | None) -> Scope:
    if schema is None:
        return Scope(item, item.name, None, (), item.fields() if item.usual else ())
    extras = {name.lower() for name in item.extras}
    stamp = schema.stamp()
    found: list[FieldSchema] = []
    missing: list[str] = []
    for name in (*item.fields(), *((stamp,) if stamp else ())):
        field = schema.field(name)
        if field is None or not field.readable:
            missing += [] if name.lower() in extras else [name]
        elif field not in found:
            found.append(field)
    return Scope(item, schema.name, schema, tuple(found), tuple(missing))


def _gaps(item: CatalogueObject, schema: ObjectSchema | None) -> list[str]:
    if schema is None:
        return [item.name] if item.needed else []
    fields = {name: schema.field(name) for name in item.required}
    return [f"{item.name}.{name}" for name, field in fields.items() if field is None or not field.readable]


def _is_ours(name: str) -> bool:
    return name.rpartition(".")[2].startswith(PACKAGE_PREFIX)


def _refuse_gaps(org: Org, found: Iterable[tuple[CatalogueObject, ObjectSchema | None]]) -> None:
    found = list(found)
    gaps = [gap for item, schema in found for gap in _gaps(item, schema)]
    if not gaps:
        return
    seen_ours = any(
        _is_ours(schema.name) or any(_is_ours(field) for field in schema.fields) for _, schema in found if schema
    )
    ours = [gap for gap in gaps if _is_ours(gap)]
    if ours and not seen_ours:
        raise MissingPackage(
            f"the org {org.instance_url} shows nothing of the Sidecar package to this user ({_some(ours)} expected)."
            " Remedy: deploy lwc_components to the org, then assign the permission set Sidecar_Integration to the user",
            ours,
        )
    raise MissingField(
        f"the org does not show {_some(gaps)} to this user: it does not exist there, or no permission set grants it."
        f" Remedy: {_remedy(gaps)}",
        gaps,
    )


def _remedy(gaps: list[str]) -> str:
    remedies = []
    if any(_is_ours(gap) for gap in gaps):
        remedies.append("deploy the package again and assign the permission set Sidecar_Integration")
    if not all(_is_ours(gap) for gap in gaps):
        remedies.append("grant read access in a permission set of the integration user, or map another field")
    return "; ".join(remedies)


def _some(names: list[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
