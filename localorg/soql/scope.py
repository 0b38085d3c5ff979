"""Names in a query to columns of the store: objects, parents (as joins) and fields, as the user may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localorg.access import User
from localorg.formula import formula_sql
from localorg.schema.model import Field, Schema, SObject
from localorg.soql import errors
from localorg.soql.dates import Calendar
from localorg.soql.tree import Path

MOST_LEVELS = 5  # parents in one dotted path
MOST_JOINS = 55  # parent relationships in one query
# Fields that a parent of one of several objects offers: those of Salesforce's object Name.
_OF_ANY_PARENT = [
    "Id",
    "Name",
    "Type",
    "Alias",
    "Email",
    "FirstName",
    "LastName",
    "IsActive",
    "Phone",
    "ProfileId",
    "Title",
    "Username",
    "UserRoleId",
]
NEWEST_VERSION = 66


@dataclass(frozen=True)
class Setting:
    """What the meaning of a query depends on besides its text.

    all_rows: deleted rows too (queryAll). version: of the API. currencies: conversion rates of an org with several.
    """

    schema: Schema
    user: User
    calendar: Calendar
    all_rows: bool = False
    version: int = NEWEST_VERSION
    currencies: Mapping[str, float] = field(default_factory=dict)

    def object(self, path: Path) -> SObject:
        """The object a FROM names. Raises QueryError INVALID_TYPE when the user has no such object."""
        found = self.schema.get(path.text)
        if found is None or not self.user.may_read_object(found.name):
            raise errors.unknown_object(path.text, path.position)
        return found


@dataclass(frozen=True)
class Column:
    """A resolved expression: its SQL, its describe type, and the keys its value has in an answer.

    `parents` are the scope's joins on the way, () for the object's own fields; `link_sql` is the reference to a parent
    that may be of several objects and so has no join. optional: whether a parent on the way may be missing.
    """

    sql: str
    type: str
    keys: tuple[str, ...]
    position: int
    field: Field | None = None
    sobject: SObject | None = None
    parents: tuple[str, ...] = ()
    link_sql: str | None = None
    optional: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.keys)


@dataclass
class Scope:
    """One FROM: its object and the parents that its expressions reach. `parents`: those FROM gives an alias."""

    setting: Setting
    sobject: SObject
    alias: str | None = None
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    joins: dict[tuple[str, ...], tuple[str, SObject]] = field(default_factory=dict)
    join_sql: list[str] = field(default_factory=list)

    ROOT = "t0"

    @property
    def from_sql(self) -> str:
        return " ".join([f"FROM {quoted(self.sobject.name)} {self.ROOT}", *self.join_sql])

    def column(self, path: Path) -> Column:
        """The column of a dotted path. Raises QueryError INVALID_FIELD for what the user has not."""
        *relationships, name = self._without_alias(path)
        if len(relationships) > MOST_LEVELS:
            reason = f"SOQL relationships cannot span more than {MOST_LEVELS} levels of parents: {path.text}"
            raise errors.malformed(reason, path.position)
        table, sobject, keys = self.ROOT, self.sobject, tuple[str, ...]()
        optional = False
        for index, relationship in enumerate(relationships):
            reference = reference_named(sobject, relationship, self.setting.user)
            if reference is None:
                raise errors.unknown_relationship(relationship, path.position)
            optional = optional or reference.nillable
            targets = self.targets(reference)
            if len(reference.reference_to) > 1 and index == len(relationships) - 1:
                return self._of_any_parent(table, reference, targets, keys, name, path)
            if len(targets) != 1:
                raise errors.unknown_relationship(relationship, path.position)
            keys = (*keys, reference.relationship_name or relationship)
            table, sobject = self._join(keys, table, reference, targets[0], path)
        found = readable_field(sobject, name, self.setting.user)
        if found is None:
            raise errors.unknown_field(name, sobject.name, path.position)
        sql = column_sql(self.setting.schema, sobject, found, table)
        return Column(
            sql, found.type, (*keys, found.name), path.position, found, sobject, parents=keys, optional=optional
        )

    def parent_id(self, keys: tuple[str, ...]) -> str:
        """SQL of the Id of the parent reached by `keys`; null where there is none."""
        return f'{self.joins[keys][0]}."Id"'

    def parent(self, keys: tuple[str, ...]) -> SObject:
        return self.joins[keys][1]

    def name_parent(self, path: Path, alias: str | None) -> None:
        """Take over a further item of FROM (`c.Account a`). Raises QueryError for one that is no parent."""
        self.column(Path((*path.names, "Id"), path.position))
        if alias is not None:
            self.parents[alias.lower()] = self._without_alias(Path((*path.names, "Id"), path.position))[:-1]

    def _without_alias(self, path: Path) -> tuple[str, ...]:
        names = path.names
        if len(names) == 1:
            return names
        first = names[0].lower()
        if first in self.parents:
            return (*self.parents[first], *names[1:])
        if self.alias is not None and first == self.alias.lower():
            return names[1:]
        is_parent = reference_named(self.sobject, names[0], self.setting.user) is not None
        return names[1:] if first == self.sobject.name.lower() and not is_parent else names

    def targets(self, reference: Field) -> list[SObject]:
        """The objects a reference may point to, as far as they exist for the user."""
        found = (self.setting.schema.get(name) for name in reference.reference_to)
        return [each for each in found if each is not None and self.setting.user.may_read_object(each.name)]

    def join_kind(self, path: Path, reference: Field, target: SObject) -> str:
        """Join one of the objects that a reference may point to, for TYPEOF. Returns the join's alias."""
        keys = (reference.relationship_name or "", f"({target.name})")
        return self._join(keys, self.ROOT, reference, target, path)[0]

    def _join(
        self, keys: tuple[str, ...], table: str, reference: Field, target: SObject, path: Path
    ) -> tuple[str, SObject]:
        if keys not in self.joins:
            if len(self.joins) >= MOST_JOINS:
                reason = f"SOQL statements cannot use more than {MOST_JOINS} child-to-parent relationships"
                raise errors.malformed(reason, path.position)
            alias = f"t{len(self.joins) + 1}"
            on = f'{alias}."Id" = {table}.{quoted(reference.name)}'
            self.join_sql.append(f"LEFT JOIN {quoted(target.name)} {alias} ON {on}")
            self.joins[keys] = (alias, target)
        return self.joins[keys]

    def _of_any_parent(
        self, table: str, reference: Field, targets: list[SObject], keys: tuple[str, ...], name: str, path: Path
    ) -> Column:
        """A field of a parent that may be of several objects (Task.What): Id, Name or Type."""
        known = next((each for each in _OF_ANY_PARENT if each.lower() == name.lower()), None)
        if known is None:
            raise errors.unknown_field(name, "Name", path.position)
        link = f"{table}.{quoted(reference.name)}"
        values = [(target, _any_parent_value(self.setting, target, known, link)) for target in targets]
        cases = " ".join(f"WHEN {text(target.key_prefix)} THEN {sql}" for target, sql in values if target.key_prefix)
        sql = f"CASE substr({link}, 1, 3) {cases} END" if cases else "NULL"
        parent_keys = (*keys, reference.relationship_name or "", known)
        kind = {"Id": "id", "IsActive": "boolean", "ProfileId": "reference", "UserRoleId": "reference"}
        column_type = kind.get(known, "string")
        return Column(
            sql,
            column_type,
            parent_keys,
            path.position,
            parents=parent_keys[:-1],
            link_sql=link,
            optional=reference.nillable,
        )


def _any_parent_value(setting: Setting, target: SObject, name: str, link: str) -> str:
    if name == "Type":
        return text(target.name)
    if name == "Id":
        return link
    naming = target.name_field if name == "Name" else readable_field(target, name, setting.user)
    if naming is None or not naming.stored:
        return "NULL"
    return f'(SELECT p.{quoted(naming.name)} FROM {quoted(target.name)} p WHERE p."Id" = {link})'


def readable_field(sobject: SObject, name: str, user: User) -> Field | None:
    """The object's field of that name in any case, None when there is none or field-level security hides it."""
    found = sobject.field(name)
    return found if found is not None and user.may_read(sobject.name, found.name) else None


def reference_named(sobject: SObject, relationship: str, user: User) -> Field | None:
    """The reference field that leads to the parent called `relationship`."""
    found = sobject.relationship(relationship)
    return found if found is not None and user.may_read(sobject.name, found.name) else None


def column_sql(schema: Schema, sobject: SObject, found: Field, table: str) -> str:
    """SQL of a field's value in the table called `table`: its column, its formula, or the JSON text of an address."""
    if found.formula is not None:
        return f"({formula_sql(sobject, found, table, schema.objects)})"
    if found.type == "address":
        return _address_sql(sobject, found, table)
    return f"{table}.{quoted(found.name)}"


def _address_sql(sobject: SObject, found: Field, table: str) -> str:
    """A JSON object of the address' parts with the keys REST gives them; null when all parts are."""
    stem = found.name.removesuffix("Address")
    parts = {
        part.name.removeprefix(stem): f"{table}.{quoted(part.name)}"
        for part in sobject.fields.values()
        if part.compound_field_name == found.name and part.stored and part.name != found.name
    }
    if not parts:
        return "NULL"
    pairs = ", ".join(f"{text(key[:1].lower() + key[1:])}, {sql}" for key, sql in sorted(parts.items()))
    filled = " OR ".join(f"{sql} IS NOT NULL" for sql in parts.values())
    return f"CASE WHEN {filled} THEN json_object({pairs}) END"


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str | None) -> str:
    """An SQL string."""
    return "'" + (value or "").replace("'", "''") + "'"
