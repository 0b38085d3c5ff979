"""Names in a formula to columns: of the row itself, of its parents, of the running user and of the org."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from localorg.errors import FormulaError
from localorg.formula.expression import Expression, kind_of
from localorg.schema.model import Field, SObject
from localorg.store.sql import quoted

MOST_LEVELS = 10  # parents in one dotted path of a formula
_GLOBALS = {"$user": "User", "$profile": "Profile", "$userrole": "UserRole", "$organization": "Organization"}
_OF_USER = {"Profile": "ProfileId", "UserRole": "UserRoleId"}

FormulaOf = Callable[[SObject, Field, str], Expression]


@dataclass(frozen=True)
class Row:
    """The row a formula is about.

    alias: its table's name or alias in the query, None for bare column names. objects: the org's objects, None where
    parents cannot be reached. formula_of: compiles another formula field. blank_as_zero: what a blank number counts as.
    """

    sobject: SObject
    alias: str | None
    objects: Mapping[str, SObject] | None
    formula_of: FormulaOf
    blank_as_zero: bool

    def value(self, path: str) -> Expression:
        """The value a name or dotted path stands for. Raises FormulaError when there is none."""
        names = path.split(".")
        if path.startswith("$"):
            return self._global(names)
        if len(names) > 1 and names[0].lower() == self.sobject.name.lower() and not self.sobject.relationship(names[0]):
            names = names[1:]
        return self._reach(self.sobject, self.alias, names, path, 0)

    def _reach(self, sobject: SObject, alias: str | None, names: list[str], path: str, depth: int) -> Expression:
        if len(names) == 1:
            return self._own(sobject, alias, names[0], path)
        if depth >= MOST_LEVELS:
            raise FormulaError(f"{path} spans more than {MOST_LEVELS} relationships")
        reference, target = self._parent(sobject, names[0], path)
        parent_alias = f"p{depth + 1}"
        inner = self._reach(target, parent_alias, names[1:], path, depth + 1)
        link = f"{quoted(alias or sobject.name)}.{quoted(reference.name)}"
        sql = f'(SELECT {inner.sql} FROM {quoted(target.name)} {parent_alias} WHERE {parent_alias}."Id" = {link})'
        return Expression(self._filled(sql, inner.kind), inner.kind)

    def _parent(self, sobject: SObject, name: str, path: str) -> tuple[Field, SObject]:
        """The reference that leads to a parent, and the parent's object; `Owner:User` says which of several."""
        relationship, _, wanted = name.partition(":")
        reference = sobject.relationship(relationship)
        if reference is None:
            raise FormulaError(f"Field {path} does not exist. Check spelling.")
        targets = [each for each in reference.reference_to if not wanted or each.lower() == wanted.lower()]
        if len(targets) != 1:
            raise FormulaError(f"{path}: say which object is meant, as {relationship}:User, one of those it refers to")
        target = (self.objects or {}).get(targets[0])
        if target is None:
            raise FormulaError(f"{path}: the org has no object {targets[0]} that a formula could reach")
        return reference, target

    def _own(self, sobject: SObject, alias: str | None, name: str, path: str) -> Expression:
        field = sobject.field(name)
        if field is None or field.type in ("address", "base64") or (field.type == "textarea" and field.length > 255):
            reason = "does not exist. Check spelling." if field is None else "cannot be used in a formula."
            raise FormulaError(f"Field {path} {reason}")
        if field.formula is not None:
            found = self.formula_of(sobject, field, alias or "")
            sql = f"({found.sql} / 100.0)" if field.type == "percent" else found.sql
            return Expression(self._filled(sql, found.kind), found.kind)
        kind = kind_of(field.type)
        return Expression(self._filled(column_value(field, alias), kind), kind)

    def _filled(self, sql: str, kind: str) -> str:
        return f"coalesce({sql}, 0)" if kind == "number" and self.blank_as_zero else sql

    def _global(self, names: list[str]) -> Expression:
        """`$User.Email`, `$Profile.Name`, `$Organization.Name`, `$System.OriginDateTime`."""
        path = ".".join(names)
        if path.lower() == "$system.origindatetime":
            return Expression("'1900-01-01T00:00:00.000Z'", "datetime")
        target = (self.objects or {}).get(_GLOBALS.get(names[0].lower(), ""))
        if target is None or len(names) < 2:
            raise FormulaError(f"Field {path} does not exist. Check spelling.")
        inner = self._reach(target, "g", names[1:], path, 0)
        where = f"{self._of_running_user(target)}"
        return Expression(f"(SELECT {inner.sql} FROM {quoted(target.name)} g WHERE {where})", inner.kind)

    def _of_running_user(self, target: SObject) -> str:
        if target.name == "Organization":
            return "1"
        if target.name == "User":
            return 'g."Id" = sf_user_id()'
        return f'g."Id" = (SELECT u.{quoted(_OF_USER[target.name])} FROM "User" u WHERE u."Id" = sf_user_id())'


def column_value(field: Field, alias: str | None) -> str:
    """SQL of a stored field as formulas see it: a percentage is a fraction, an id has 15 characters."""
    column = (quoted(alias) + "." if alias else "") + quoted(field.name)
    if field.type == "percent":
        return f"({column} / 100.0)"
    if field.type in ("id", "reference"):
        return f"substr({column}, 1, 15)"
    return column
