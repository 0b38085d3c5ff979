"""`sidecar plan --explain ID`: why a record gets its values, with the record's own numbers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import sync
from sidecar import terminal
from sidecar.configuration import Configuration
from sidecar.errors import ConfigurationError
from sidecar.refresh import Scored
from sidecar.targets import OPPORTUNITY, SCORED
from sync import ExplainedRecord, Mirror

DETAIL = "_Detail__c"  # fields that hold an explanation as JSON
WIDEST = 60


def explain(mirror: Mirror, configuration: Configuration, scored: Scored, name: str) -> ExplainedRecord:
    """Find a record among the desired ones.

    Args:
        name: its Id (15 or 18 characters), or the key of a record of ours.

    Raises:
        ConfigurationError: the record gets no values; the message says which records do.
    """
    for own in SCORED:
        found = sync.explain(mirror, own.target(configuration.write), scored.desired.tables[own.object], name)
        if found is not None:
            return found
    kinds = ", ".join(f"{len(scored.desired.tables[own.object]):,} of {own.object}" for own in SCORED)
    raise ConfigurationError(
        f"{name or '(nothing)'} gets no values: {_what_it_is(mirror, name)}. Expected the Id or the key of one of the"
        f" records that are scored ({kinds})."
    )


def _what_it_is(mirror: Mirror, name: str) -> str:
    held = mirror.find(name)
    if held == OPPORTUNITY.object:
        return "it is a deal that is closed, or was made after the day of the scores; it keeps the last score it had"
    if held in {own.object for own in SCORED}:
        return f"nothing stands any more behind this record of {held}"
    if held is not None:
        return f"it is a record of {held}: scores are made of it, and kept elsewhere"
    return "the mirror holds no record of this Id; one that was just made is known after the next pull"


def as_dict(record: ExplainedRecord) -> Mapping[str, Any]:
    """The record for machines: its values, and the explanations as they are desired."""
    return {**asdict(record), "details": _details(record)}


def report(record: ExplainedRecord) -> None:
    """The record for people: its values with what becomes of them, then the reasons."""
    terminal.heading(f"{record.object} {record.record_id or record.key}")
    shown = [value for value in record.values if not value.field.endswith(DETAIL)]
    terminal.table(
        ("field", "now", "desired", "written", "why"),
        [(value.field, _short(value.now), _short(value.desired), value.written, value.why) for value in shown],
        right=("now", "desired"),
    )
    for detail in _details(record).values():
        _factors(detail)
        _measures(detail.get("dimensions", ()))
        _segments(detail.get("segments", ()))


def _details(record: ExplainedRecord) -> dict[str, dict[str, Any]]:
    return {
        value.field: json.loads(value.desired)
        for value in record.values
        if value.field.endswith(DETAIL) and value.desired
    }


def _factors(detail: Mapping[str, Any]) -> None:
    if "base" not in detail:
        return
    base = detail["base"]
    terminal.heading(f"Win probability: {100 * base['rate']:.1f} % of {base['n']:,} closed deals were won; from there")
    terminal.table(
        ("points", "factor", "because"),
        [(f"{factor['points']:+.1f}", factor["label"], factor["text"]) for factor in detail["factors"]],
        right=("points",),
    )
    terminal.output.print(detail["confidence_reason"], markup=False)


def _measures(dimensions: Iterable[Mapping[str, Any]]) -> None:
    for dimension in dimensions:
        score = "unknown" if dimension["score"] is None else f"{dimension['score']:.0f}"
        terminal.heading(f"{dimension['label']} health: {score}, {100 * dimension['coverage']:.0f} % of inputs known")
        terminal.table(
            ("measure", "score", "weight", "because"),
            [(each["label"], each["score"], f"{each['weight']:.2f}", each["text"]) for each in dimension["measures"]],
            right=("score", "weight"),
        )
        if dimension["missing"]:
            terminal.output.print(f"Missing: {', '.join(dimension['missing'])}.", markup=False)


def _segments(segments: Iterable[Mapping[str, Any]]) -> None:
    names = ("segment", "plan", "booked", "open", "expected", "worst", "commit", "best", "deals")
    rows = [[each[name] for name in names] for each in segments]
    if rows:
        terminal.heading("This quarter")
        terminal.table(names, rows, right=names[1:])


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= WIDEST else f"{text[:WIDEST]}…"
