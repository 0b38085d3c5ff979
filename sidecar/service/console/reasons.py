"""Why a record's scores are what they are: the explanations that were written beside them, as a table."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.explain import DETAIL


@dataclass(frozen=True)
class Reason:
    """One line of an explanation.

    Attributes:
        of: what it explains.
        label: the factor or measure.
        number: points of a factor, score of a measure, with its unit.
        text: in words, with the record's own numbers.
    """

    of: str
    label: str
    number: str
    text: str


def reasons_of(values: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """The reasons of a record's newest values.

    Args:
        values: what was written on the record, the newest first; see `history.of_record`.
    """
    newest: dict[str, Any] = {}
    for row in values:
        if str(row["field"]).endswith(DETAIL) and row["outcome"] == "written" and row["new_value"]:
            newest.setdefault(row["field"], row["new_value"])
    return [reason for text in newest.values() for reason in _reasons(text)]


def _reasons(text: str) -> Iterator[Reason]:
    try:
        detail = json.loads(text)
    except ValueError:  # not one of ours
        return
    if not isinstance(detail, dict):
        return
    if "base" in detail:
        base = detail["base"]
        told = f"{100 * base['rate']:.0f} % of {base['n']:,} closed deals were won; from there"
        yield Reason("Win probability", "Base", f"{100 * base['rate']:.1f} %", told)
        for factor in detail.get("factors", ()):
            yield Reason("Win probability", factor["label"], f"{factor['points']:+.1f} points", factor["text"])
    for dimension in detail.get("dimensions", ()):
        of = f"{dimension['label']} health"
        for measure in dimension["measures"]:
            score = "unknown" if measure["score"] is None else f"{measure['score']:.0f} of 100"
            yield Reason(of, measure["label"], score, measure["text"])
        for missing in dimension["missing"]:
            yield Reason(of, missing, "–", "no data: it lowers the coverage, not the score")
