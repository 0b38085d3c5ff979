"""What is wrong with a `sidecar.toml`, in words that name the place."""

import difflib
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError


def explain(error: ValidationError, source: str, known: type[BaseModel]) -> str:
    """All of it in one line: each place with what was received and what was expected.

    Args:
        source: where the values came from.
        known: the model of the whole configuration.
    """
    lines = []
    for problem in error.errors():
        place = [str(part) for part in problem["loc"]]
        if problem["type"] == "extra_forbidden":
            lines.append(_unknown_key(place, known))
        elif problem["type"] == "value_error":
            lines.append(f"{'.'.join(place)}: {problem['ctx']['error']}")
        else:
            hidden = _holds_secrets(place, known)
            received = "a value that is not shown here, since it may be a secret" if hidden else repr(problem["input"])
            lines.append(f"{'.'.join(place)}: {_expected(place, problem['msg'], problem['type'])}; received {received}")
    return f"{source}: " + "; ".join(lines)


def _expected(place: list[str], message: str, kind: str) -> str:
    """What was expected; of a section in the words of the file, not in those of our classes."""
    section = f"Input should be a section: a line [{'.'.join(place)}], with keys below it"
    return section if kind == "model_type" else message


def _holds_secrets(place: list[str], known: type[BaseModel]) -> bool:
    """Whether a value of this place, or of a key below it, is a secret."""
    held: Any = known
    for part in place:
        if not _is_section(held):
            break  # an entry of a list or a table
        held = held.model_fields[part].annotation
    if _is_section(held):
        return any(_holds_secrets([name], held) for name in held.model_fields)
    return SecretStr.__name__ in repr(held)


def _is_section(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _unknown_key(place: list[str], section: type[BaseModel]) -> str:
    for part in place[:-1]:
        section = next(
            field.annotation
            for name, field in section.model_fields.items()
            if part == name and isinstance(field.annotation, type)
        )
    known = sorted(section.model_fields)
    close = difflib.get_close_matches(place[-1], known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"
    return f"unknown key {'.'.join(place)}: {hint}"
