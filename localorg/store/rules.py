"""Validation rules: boolean formulas that refuse the rows for which they hold. A fresh org has none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from localorg.errors import FormulaError, OrgError
from localorg.formula import condition
from localorg.schema.model import Schema, SObject
from localorg.schema.stored import save, saved
from localorg.store.database import Database
from localorg.store.draft import Draft, Work
from localorg.store.tentative import holding

KIND = "validation rule"
LONGEST_MESSAGE = 255
_NAME = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*")


@dataclass(frozen=True, slots=True)
class Rule:
    """A validation rule of an object: `formula` says what is wrong, `message` is shown, at `field` if one is named."""

    object: str
    name: str
    formula: str
    message: str
    field: str | None = None
    active: bool = True
    description: str | None = None


class Rules:
    """The validation rules of one org; they live in its file."""

    def __init__(self, database: Database, schema: Schema) -> None:
        self._database = database
        self._schema = schema
        self._rules: dict[str, dict[str, Rule]] = {}
        self._compiled: dict[str, tuple[SObject, list[tuple[Rule, str]]]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read the rules from the file anew."""
        with self._database.writer() as connection:
            found = [Rule(**content) for content in saved(connection, KIND).values()]
        rules: dict[str, dict[str, Rule]] = {}
        for rule in found:
            rules.setdefault(rule.object, {})[rule.name] = rule
        self._rules, self._compiled = rules, {}

    def put(self, rule: Rule) -> Rule:
        """Keep a rule, in place of one of the same object and name. Returns it with its names as the org writes them.

        Raises FormulaError for a formula that is malformed, unknown here or not boolean, and ValueError for an unknown
        object or field, a malformed name, or a missing or too long message.
        """
        sound = self.check(rule)
        with self._database.writer() as connection:
            save(connection, KIND, f"{sound.object}.{sound.name}", asdict(sound))
        self.refresh()
        return sound

    def check(self, rule: Rule, schema: Schema | None = None) -> Rule:
        """The rule with its names as the org writes them. Raises as `put` does; nothing is kept.

        schema: the objects to judge it by, the org's own by default.
        """
        objects = schema or self._schema
        sobject = objects.get(rule.object)
        if sobject is None:
            raise ValueError(f"the org has no object {rule.object!r}")
        if not _NAME.fullmatch(rule.name):
            raise ValueError(
                f"{rule.name!r} is no name of a rule: letters, digits and single underscores, a letter first"
            )
        if not rule.message or len(rule.message) > LONGEST_MESSAGE:
            raise ValueError(f"a rule needs a message of at most {LONGEST_MESSAGE} characters")
        field = sobject.field(rule.field) if rule.field else None
        if rule.field and field is None:
            raise ValueError(f"{sobject.name} has no field {rule.field!r}")
        condition(objects, sobject, rule.formula)
        return Rule(
            sobject.name,
            rule.name,
            rule.formula,
            rule.message,
            field.name if field else None,
            rule.active,
            rule.description,
        )

    def remove(self, sobject: str, name: str) -> None:
        """Take a rule away. Raises ValueError if there is none of that name."""
        found = self._schema.get(sobject)
        if found is None or name not in self._rules.get(found.name, {}):
            raise ValueError(f"{sobject} has no validation rule {name!r}")
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_deployed" WHERE kind = ? AND name = ?', (KIND, f"{found.name}.{name}"))
        self.refresh()

    def clear(self) -> None:
        """Take all rules away."""
        with self._database.writer() as connection:
            connection.execute('DELETE FROM "_deployed" WHERE kind = ?', (KIND,))
        self.refresh()

    def listed(self) -> list[Rule]:
        """All rules, by object and name."""
        return [rule for _, rules in sorted(self._rules.items()) for _, rule in sorted(rules.items())]

    def active(self, sobject: SObject) -> list[tuple[Rule, str]]:
        """The rules in force on an object, each with its condition as SQL."""
        rules = self._rules.get(sobject.name)
        if not rules:
            return []
        present = self._compiled.get(sobject.name)
        if present is None or present[0] is not sobject:  # the schema has changed since
            found = [(rule, condition(self._schema, sobject, rule.formula)) for rule in rules.values() if rule.active]
            present = self._compiled[sobject.name] = (sobject, found)
        return present[1]


def check_rules(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse the drafts for which a validation rule holds."""
    rules = work.conduct.rules.active(work.sobject) if work.conduct is not None else []
    good = [draft for draft in drafts if not draft.errors]
    if not rules or not good:
        return
    for (rule, _), wrong in zip(rules, holding(work, good, [sql for _, sql in rules]), strict=True):
        fields = (rule.field,) if rule.field else ()
        for draft in wrong:
            draft.errors.append(OrgError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields))


def broken(rules: Rules, schema: Schema) -> str | None:
    """What a rule says against a changed schema, None when all of them work with it."""
    for rule in rules.listed():
        try:
            rules.check(rule, schema)
        except (FormulaError, ValueError) as error:
            return f"validation rule {rule.object}.{rule.name}: {error}"
    return None
