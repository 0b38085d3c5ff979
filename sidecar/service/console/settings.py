"""The configuration in force, each value with where it comes from."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, SecretStr

from sidecar.configuration import Configuration


@dataclass(frozen=True)
class InForce:
    """One key of the configuration.

    Attributes:
        key: `section.key`.
        value: as text; a secret shows as stars.
        source: `environment`, `file or option` (of the command line) or `default`.
        meaning: as in the documentation.
    """

    key: str
    value: str
    source: str
    meaning: str


def settings_in_force(configuration: Configuration) -> list[InForce]:
    """Every key of every section, in their order."""
    return list(_of(configuration, ()))


def _of(section: BaseModel, path: tuple[str, ...]) -> Iterator[InForce]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        place = (*path, name)
        if isinstance(value, BaseModel):
            yield from _of(value, place)
        else:
            source = _source(section, place)
            yield InForce(".".join(place), _text(value), source, field.description or "")


def _source(section: BaseModel, place: tuple[str, ...]) -> str:
    variable = "SIDECAR_" + "__".join(place)
    if any(name.upper() == variable.upper() for name in os.environ):
        return "environment"
    return "file or option" if place[-1] in section.model_fields_set else "default"


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, SecretStr):
        return "********"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
