"""A `sidecar.toml` that says what it could say: every key with its default and meaning, as comments."""

import inspect
import json
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sidecar.configuration import Configuration

_HEAD = """\
# What the sidecar is to know about this org. Lines that begin with "# key =" show defaults; without "#" they count.
# SIDECAR_SECTION__KEY in the environment overrides a key, for secrets and containers.
# `sidecar doctor` checks it all against the org.
"""


def template(filled: Mapping[str, Mapping[str, str]]) -> str:
    """The text of the file.

    Args:
        filled: section -> key -> value, for what is known already; all else stays a comment.
    """
    sections = [_section(name, field, filled.get(name, {})) for name, field in Configuration.model_fields.items()]
    return "\n".join([_HEAD, *(line for section in sections for line in section)]) + "\n"


def _section(name: str, field: FieldInfo, filled: Mapping[str, str]) -> Iterator[str]:
    section = field.annotation
    assert isinstance(section, type) and issubclass(section, BaseModel)
    inner = {key: own for key, own in section.model_fields.items() if _is_section(own)}
    yield from (f"# {line}" for line in (inspect.getdoc(section) or "").splitlines() if line)
    yield f"[{name}]"
    for key, own in section.model_fields.items():
        if key not in inner:
            yield _line(key, own, filled.get(key))
    yield ""
    for key, own in inner.items():
        yield from _section(f"{name}.{key}", own, {})


def _line(key: str, field: FieldInfo, value: str | None) -> str:
    if value is not None:
        return f"{key} = {_toml(value)}  # {field.description}"
    default = field.get_default(call_default_factory=True, validated_data={})
    shown = "..." if default is None else _toml(default)
    return f"# {key} = {shown}  # {field.description}"


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _toml(value: Any) -> str:
    """A value as TOML writes it; JSON's strings, numbers and arrays are TOML's too."""
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
