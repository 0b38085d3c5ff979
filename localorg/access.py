"""Users and what they may see and write: object permissions and field-level security."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localorg.schema.model import Field, Schema, SObject

ADMIN_PROFILE = "System Administrator"
STANDARD_PROFILE = "Standard User"
INTEGRATION_PROFILE = "Minimum Access - API Only Integrations"


@dataclass(frozen=True, slots=True)
class ObjectRights:
    """What a permission set grants on an object."""

    read: bool = False
    create: bool = False
    edit: bool = False
    delete: bool = False


@dataclass(frozen=True, slots=True)
class FieldRights:
    """What a permission set grants on a field."""

    read: bool = False
    edit: bool = False


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """A permission set as deployed; fields are keyed `Object.Field`."""

    name: str
    label: str
    description: str | None = None
    objects: Mapping[str, ObjectRights] = field(default_factory=dict)
    fields: Mapping[str, FieldRights] = field(default_factory=dict)
    user_permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class User:
    """Somebody who works with the org, and what they may do there.

    A field which they may not read does not exist for them.
    """

    id: str
    username: str
    name: str
    is_admin: bool
    permission_sets: tuple[str, ...]
    profile: str
    is_active: bool
    schema: Schema
    grants: tuple[PermissionSet, ...]

    def may_read_object(self, sobject: str) -> bool:
        """Whether the object exists for the user."""
        return self._may(sobject, "read")

    def may_create(self, sobject: str) -> bool:
        """Whether the user may insert rows of the object."""
        found = self.schema.get(sobject)
        return found is not None and found.createable and self._may(sobject, "create")

    def may_edit_object(self, sobject: str) -> bool:
        """Whether the user may update rows of the object."""
        found = self.schema.get(sobject)
        return found is not None and found.updateable and self._may(sobject, "edit")

    def may_delete(self, sobject: str) -> bool:
        """Whether the user may delete rows of the object."""
        found = self.schema.get(sobject)
        return found is not None and found.deletable and self._may(sobject, "delete")

    def may_read(self, sobject: str, field: str) -> bool:
        """Whether the field exists for the user."""
        return self._field_right(sobject, field, edit=False)

    def may_edit(self, sobject: str, field: str) -> bool:
        """Whether the user may write the field, as far as anybody can (see `createable`, `updateable`)."""
        return self._field_right(sobject, field, edit=True)

    def readable_fields(self, sobject: str) -> tuple[Field, ...]:
        """The object's fields as far as they exist for the user, in order."""
        found = self.schema.get(sobject)
        return () if found is None else tuple(f for f in found.fields.values() if self.may_read(sobject, f.name))

    def _may(self, name: str, right: str) -> bool:
        sobject = self.schema.get(name)
        if sobject is None:
            return False
        if self.is_admin or sobject.access == "everyone" or (sobject.access == "all" and right == "read"):
            return True
        if sobject.access == "all":
            return False
        if sobject.access != "own":
            return self._may(sobject.access, "read" if right == "read" else "edit")
        if self.profile == STANDARD_PROFILE and not sobject.custom:
            return True
        return any(getattr(grant.objects.get(sobject.name, ObjectRights()), right) for grant in self.grants)

    def _field_right(self, object_name: str, field_name: str, *, edit: bool) -> bool:
        sobject = self.schema.get(object_name)
        found = sobject.field(field_name) if sobject else None
        if sobject is None or found is None or not self.may_read_object(sobject.name):
            return False
        if edit and (found.calculated or not (found.createable or found.updateable)):
            return False
        if self.is_admin or not _governed(sobject, found):
            return True
        if self.profile == STANDARD_PROFILE and not found.custom:
            return True
        return any(self._granted(grant, sobject, found, edit=edit) for grant in self.grants)

    def _granted(self, grant: PermissionSet, sobject: SObject, found: Field, *, edit: bool) -> bool:
        # An address is granted as a whole in metadata, its parts follow; a granted part shows the address.
        names = {found.name, found.compound_field_name} | {
            part.name for part in sobject.fields.values() if part.compound_field_name == found.name
        }
        rights = [grant.fields.get(f"{sobject.name}.{name}", FieldRights()) for name in names if name]
        return any(right.edit if edit else right.read or right.edit for right in rights)


def _governed(sobject: SObject, found: Field) -> bool:
    compound = sobject.field(found.compound_field_name) if found.compound_field_name else None
    return found.permissionable or (compound is not None and compound.permissionable)
