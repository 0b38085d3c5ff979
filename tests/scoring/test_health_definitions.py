"""Definitions of measures: the product's own are read, a wrong one is refused with its place."""

from typing import Any

import pytest

from scoring import HealthSettings, ScoringSettingsError, read_measures
from scoring.health.definitions import DIMENSION_KEYS


def test_the_product_measures_every_dimension() -> None:
    measures = HealthSettings().measures
    assert len(measures) == 15
    assert {measure.dimension for measure in measures} == set(DIMENSION_KEYS)


def test_a_user_changes_one_key_and_switches_a_measure_off() -> None:
    usual = {measure.key: measure for measure in read_measures({})}
    changed = {
        measure.key: measure for measure in read_measures({"utilisation": {"target": 90}, "depth": {"weight": 0}})
    }
    assert set(usual) - set(changed) == {"depth"}
    assert (changed["utilisation"].target, changed["utilisation"].weight) == (90.0, usual["utilisation"].weight)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"utilisation": {"weight": -1}}, r"health\.measures\.utilisation\.weight: received -1; expected 0 or more"),
        ({"utilisation": {"wieght": 1}}, r"utilisation\.wieght: unknown key; did you mean 'weight'"),
        ({"utilisation": {"fields": ["active", "licensed"]}}, r"utilisation\.fields: usage has no field 'active'"),
        ({"utilisation": {"fields": ["licensed"]}}, r"utilisation\.fields: .*a list of 2 columns of usage"),
        ({"utilisation": {"target": 30}}, r"utilisation\.target: received 30; expected more than .* 40"),
        ({"open_cases": {"target": 20}}, r"open_cases\.target: received 20; expected less than .* 12.5"),
        ({"utilisation": {"points": [[40, 0], [10, 50]]}}, r"utilisation\.points: .*rising values"),
        ({"utilisation": {"points": [[10, 50], [40, 20]]}}, r"utilisation\.points: .*never fall"),
        ({"utilisation": {"points": [[10, 150]]}}, r"utilisation\.points: .*0 to 100"),
        ({"utilisation": {"formula": "eval"}}, r"utilisation\.formula: received 'eval'"),
        ({"utilisation": {"parameters": {"weeks": 0}}}, r"utilisation\.parameters\.weeks: .*1 or more"),
        ({"utilisation": {"targets": [{"product": "X"}]}}, r"utilisation\.targets\[0\]"),
        ({"utilisation": {"targets": [{"product": "X", "target": -5}]}}, r"targets\[0\]\.target: .*sign"),
        ({"utilisation": {"half_life_days": float("nan")}}, r"utilisation\.half_life_days: .*a number"),
        ({"novel": {"label": "Novel"}}, r"health\.measures\.novel: .* missing; a new measure needs every key"),
        ({"utilisation": 3}, r"health\.measures\.utilisation: received 3"),
        (
            {key: {"weight": 0} for key in ("deployed_share", "milestones", "days_to_deploy", "stalled")},
            "no measure of deployment",
        ),
    ],
)
def test_a_wrong_definition_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScoringSettingsError, match=message):
        read_measures(changes)
