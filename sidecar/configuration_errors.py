"""What is wrong with a `sidecar.toml`, in words that name the place."""

import difflib

from pydantic import BaseModel, ValidationError


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
            lines.append(f"{'.'.join(place)}: {problem['msg']}; received {problem['input']!r}")
    return f"{source}: " + "; ".join(lines)


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
