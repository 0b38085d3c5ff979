"""Validation rules: whether one can be, and what it is to the org."""

from __future__ import annotations

from collections.abc import Iterator

from localorg.errors import FormulaError
from localorg.formula import condition
from localorg.metadata.component import Component
from localorg.metadata.document import child_text, is_true
from localorg.metadata.structure import Finding
from localorg.metadata.world import World, no_such, too_long, wrong_name
from localorg.store.rules import LONGEST_MESSAGE, Rule


def check_rule(component: Component, world: World) -> Iterator[Finding]:
    """What is wrong with a validation rule, the gravest first."""
    rule = read_rule(component)
    sobject = world.sobject(rule.object)
    for message in (
        wrong_name("validation", rule.name, ""),
        None if rule.formula else "Required field is missing: errorConditionFormula",
        None if rule.message else "Required field is missing: errorMessage",
        too_long("errorMessage", rule.message, LONGEST_MESSAGE),
    ):
        if message:
            yield Finding(None, message)
    if rule.field is not None and world.field(rule.object, rule.field) is None:
        yield Finding(None, no_such("errorDisplayField", "CustomField", f"{rule.object}.{rule.field}"))
    if sobject is not None and rule.formula:
        try:
            condition(world.schema, sobject, rule.formula)
        except FormulaError as error:
            yield Finding(None, str(error))


def read_rule(component: Component) -> Rule:
    """A validation rule as the org's."""
    element = component.element
    return Rule(
        object=component.sobject,
        name=component.short_name,
        formula=child_text(element, "errorConditionFormula") or "",
        message=child_text(element, "errorMessage") or "",
        field=child_text(element, "errorDisplayField"),
        active=is_true(element, "active"),
        description=child_text(element, "description"),
    )
