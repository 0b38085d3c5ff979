"""Which fields of a record, and of its parents, are wanted: dotted names resolved against what the user may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from localorg.access import User
from localorg.errors import OrgError
from localorg.schema.model import AUDIT_FIELDS, Field, Schema, SObject
from localorg.soql.scope import readable_field, reference_named
from localorg.soql.tree import Path, Selected

NAME_OBJECT = "Name"
_NAME_FIELDS = {
    "Id": Field("Id", "ID", "id"),
    "Name": Field("Name", "Name", "string"),
    "Type": Field("Type", "Type", "string"),
}
_NO_COLUMN = "No such column '{field}' on entity '{sobject}'. {remedy}"
_REMEDY = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


class UnknownFieldError(OrgError):
    """A field or relationship that does not exist for the user; `sobject` is where it was looked for."""

    def __init__(self, field_name: str, sobject: str) -> None:
        message = _NO_COLUMN.format(field=field_name, sobject=sobject, remedy=_REMEDY)
        super().__init__("INVALID_FIELD", message)
        self.field_name = field_name
        self.sobject = sobject


@dataclass
class Selection:
    """Fields of one object by API name, and selections of its parents by relationship name.

    `stamps` are fetched too, but are no fields of the answer.
    `sobject` is None for a parent of one of several objects (Task.What), which has only an Id, a Name and a Type.
    """

    schema: Schema
    user: User
    sobject: SObject | None
    fields: dict[str, Field] = field(default_factory=dict)
    stamps: dict[str, Field] = field(default_factory=dict)
    parents: dict[str, tuple[Field, Selection]] = field(default_factory=dict)

    @property
    def object_name(self) -> str:
        return self.sobject.name if self.sobject else NAME_OBJECT

    def find(self, name: str) -> Field | None:
        """The field of that name if it exists for the user."""
        if self.sobject is None:
            return _NAME_FIELDS.get(name)
        return readable_field(self.sobject, name, self.user)

    def add(self, name: str) -> Field:
        """Want a field. Raises UnknownFieldError."""
        found = self.find(name)
        if found is None:
            raise UnknownFieldError(name, self.object_name)
        self.fields[found.name] = found
        return found

    def parent(self, relationship: str) -> Selection:
        """The selection of a parent, such as `Owner` or `Sidecar_Rep__r`. Raises UnknownFieldError."""
        reference = reference_named(self.sobject, relationship, self.user) if self.sobject else None
        if reference is None or reference.relationship_name is None:
            raise UnknownFieldError(relationship, self.object_name)
        name = reference.relationship_name
        if name not in self.parents:
            targets = [self.schema.get(each) for each in reference.reference_to]
            readable = [each for each in targets if each is not None and self.user.may_read_object(each.name)]
            if not readable:
                raise UnknownFieldError(relationship, self.object_name)
            target = readable[0] if len(reference.reference_to) == 1 else None
            self.parents[name] = (reference, Selection(self.schema, self.user, target))
        return self.parents[name][1]

    def add_path(self, path: Iterable[str]) -> None:
        """Want `("Account", "Name")`. Raises UnknownFieldError."""
        *relationships, name = path
        selection = self
        for relationship in relationships:
            selection = selection.parent(relationship)
        selection.add(name)

    def add_stamps(self) -> None:
        """Want the audit fields here and in all parents, which a record of the UI API carries beside its fields."""
        for name in AUDIT_FIELDS if self.sobject else ():
            found = self.find(name)
            if found is not None:
                self.stamps[found.name] = found
        for _, parent in self.parents.values():
            parent.add("Id")
            parent.add_stamps()

    def select(self) -> tuple[Selected, ...]:
        """The select list of the query that fetches all of it; Id is always in it."""
        paths = {("Id",): None, **dict.fromkeys(self._paths(()))}
        return tuple(Selected(Path(path, 0)) for path in paths)

    def _paths(self, prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name in {**self.fields, **self.stamps}:
            yield (*prefix, name)
        for name, (_, parent) in self.parents.items():
            # a parent without fields would not be fetched at all
            yield (*prefix, name, "Id")
            yield from parent._paths((*prefix, name))
