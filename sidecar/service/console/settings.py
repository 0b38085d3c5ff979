"""The configuration in force, each value with where it comes from."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, SecretStr

from sidecar.configuration import Configuration

_OPTIONS = {("service", "port")}


@dataclass(frozen=True)
class InForce:
    """One key of the configuration.

    Attributes:
        section: as in the file, such as `mapping.opportunity`.
        key: in the section.
        value: as text; a secret shows as stars.
        source: `environment`, `file`, `file or option` (of the command line, where there is one) or `default`.
        meaning: as in the documentation.
    """

    section: str
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
            yield InForce(".".join(path), name, _text(value), source, field.description or "")


def _source(section: BaseModel, place: tuple[str, ...]) -> str:
    variable = "SIDECAR_" + "__".join(place)
    if any(name.upper() == variable.upper() for name in os.environ):
        return "environment"
    if place[-1] not in section.model_fields_set:
        return "default"
    return "file or option" if place in _OPTIONS else "file"


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict) else str(value)
