"""Reads definitions of measures: the product's own, changed and added to by the user's."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from scoring.errors import ScoringSettingsError
from scoring.health.definitions import DIMENSION_KEYS, FORMULAS, OWNERS, Measure, ProductTarget

FILE = "measures.toml"
_TEXTS = ("label", "unit", "words", "action")
_NUMBERS = ("target", "half_life_days", "weight", "due_days")
_CHOICES = {"dimension": DIMENSION_KEYS, "formula": tuple(FORMULAS), "direction": ("up", "down"), "owner": OWNERS}
_KEYS = (*_CHOICES, *_TEXTS, *_NUMBERS, "fields", "points", "parameters", "targets")
_OPTIONAL: Mapping[str, object] = {"parameters": {}, "targets": []}
Raw = Mapping[str, Any]


@cache
def default_measures() -> tuple[Measure, ...]:
    """The measures of `measures.toml`."""
    return read_measures({})


def read_measures(changes: Mapping[str, Raw], place: str = "health.measures") -> tuple[Measure, ...]:
    """The product's measures with the user's changes, those of weight 0 left out.

    Args:
        changes: measure -> keys of `measures.toml`, some for a measure of the product, all for a new one.
        place: where `changes` stands, for messages.

    Raises:
        ScoringSettingsError: the place, what was received and what was expected.
    """
    text = (resources.files("scoring.health") / FILE).read_text(encoding="utf-8")
    shipped: dict[str, Raw] = tomllib.loads(text)
    for key, change in changes.items():
        if not isinstance(change, Mapping):
            raise _refused(f"{place}.{key}", change, "a table of keys such as weight and target")
    merged = {key: {**shipped.get(key, {}), **changes.get(key, {})} for key in [*shipped, *changes]}
    measures = [_measure(f"{place}.{key}", key, raw) for key, raw in merged.items()]
    used = tuple(measure for measure in measures if measure.weight > 0)
    for dimension in DIMENSION_KEYS:
        if not any(measure.dimension == dimension for measure in used):
            raise _refused(place, f"no measure of {dimension} with a weight", "one at least in each dimension")
    return used


def _measure(place: str, key: str, raw: Raw) -> Measure:
    raw = {**_OPTIONAL, **raw}
    for name in raw:
        if name not in _KEYS:
            raise ScoringSettingsError(f"{place}.{name}: unknown key; {_hint(name, _KEYS)}")
    missing = [name for name in _KEYS if name not in raw]
    if missing:
        raise ScoringSettingsError(f"{place}: {', '.join(missing)} missing; a new measure needs every key")
    for name, known in _CHOICES.items():
        if raw[name] not in known:
            raise ScoringSettingsError(f"{place}.{name}: received {raw[name]!r}; {_hint(str(raw[name]), known)}")
    for name in _TEXTS:
        if not isinstance(raw[name], str) or not raw[name]:
            raise _refused(f"{place}.{name}", raw[name], "words")
    numbers = {name: _number(f"{place}.{name}", raw[name]) for name in _NUMBERS}
    for name in ("half_life_days", "weight", "due_days"):
        if numbers[name] < 0:
            raise _refused(f"{place}.{name}", raw[name], "0 or more")
    points = _points(f"{place}.points", raw["points"])
    _check_order(place, str(raw["direction"]), points, numbers["target"])
    return Measure(
        key=key,
        dimension=raw["dimension"],
        label=raw["label"],
        formula=raw["formula"],
        fields=_fields(f"{place}.fields", raw["formula"], raw["fields"]),
        parameters=_parameters(f"{place}.parameters", raw["formula"], raw["parameters"]),
        unit=raw["unit"],
        words=raw["words"],
        direction=raw["direction"],
        target=numbers["target"],
        points=points,
        targets=tuple(_targets(f"{place}.targets", raw["targets"], numbers["target"])),
        half_life_days=numbers["half_life_days"],
        weight=numbers["weight"],
        owner=raw["owner"],
        action=raw["action"],
        due_days=int(numbers["due_days"]),
    )


def _fields(place: str, formula: str, names: object) -> tuple[str, ...]:
    form = FORMULAS[formula]
    if not isinstance(names, Sequence) or isinstance(names, str) or len(names) != len(form.fields):
        raise _refused(place, names, f"a list of {len(form.fields)} columns of {form.source}")
    for name, known in zip(names, form.fields, strict=True):
        if name not in known:
            raise ScoringSettingsError(f"{place}: {form.source} has no field {name!r} for this; {_hint(name, known)}")
    return tuple(names)


def _parameters(place: str, formula: str, given: object) -> dict[str, float]:
    known = FORMULAS[formula].parameters
    if not isinstance(given, Mapping):
        raise _refused(place, given, "a table of numbers")
    for name, value in given.items():
        if name not in known:
            raise ScoringSettingsError(f"{place}.{name}: unknown key; {_hint(str(name), tuple(known))}")
        if _number(f"{place}.{name}", value) < (1 if name in ("weeks", "days") else 0):
            raise _refused(f"{place}.{name}", value, "1 or more" if name in ("weeks", "days") else "0 or more")
    return {name: float(given.get(name, default)) for name, default in known.items()}


def _points(place: str, given: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise _refused(place, given, "a list of [value, points]")
    pairs = []
    for pair in given:
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise _refused(place, pair, "[value, points]")
        pairs.append((_number(place, pair[0]), _number(place, pair[1])))
    if any(not 0 <= points <= 100 for _, points in pairs):
        raise _refused(place, [points for _, points in pairs], "points from 0 to 100")
    return tuple(pairs)


def _check_order(place: str, direction: str, points: tuple[tuple[float, float], ...], target: float) -> None:
    """Values go from the worst to the target, points never fall on the way."""
    values, worth = [value for value, _ in points] + [target], [points for _, points in points] + [100.0]
    sign, way = (1, "rising") if direction == "up" else (-1, "falling")
    if any(sign * (later - earlier) <= 0 for earlier, later in pairwise(values[:-1])):
        raise _refused(f"{place}.points", values[:-1], f"{way} values (direction {direction})")
    if sign * (values[-1] - values[-2]) <= 0:
        raise ScoringSettingsError(
            f"{place}.target: received {target:g}; expected {'more' if sign > 0 else 'less'} than the last of its "
            f"points, {values[-2]:g} (direction {direction})"
        )
    if any(later < earlier for earlier, later in pairwise(worth)):
        raise _refused(f"{place}.points", worth[:-1], "points that never fall towards the target")


def _targets(place: str, given: object, usual: float) -> Iterable[ProductTarget]:
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise _refused(place, given, "a list of tables with target and product and/or segment")
    for number, raw in enumerate(given):
        here = f"{place}[{number}]"
        if not isinstance(raw, Mapping) or not {"target"} < set(raw) <= {"target", "product", "segment"}:
            raise _refused(here, raw, "target and product and/or segment")
        value = _number(f"{here}.target", raw["target"])
        if usual != 0 and value * usual <= 0:
            raise _refused(f"{here}.target", value, f"a number with the sign of the usual target {usual:g}")
        yield ProductTarget(value, raw.get("product"), raw.get("segment"))


def _number(place: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > 1e15:
        raise _refused(place, value, "a number")
    return float(value)


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}"


def _refused(place: str, received: object, expected: str) -> ScoringSettingsError:
    return ScoringSettingsError(f"{place}: received {received!r}; expected {expected}")
