"""Takes rows as clients send them and checks every value against its field and the user's rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from localorg.errors import OrgError
from localorg.schema.model import Field, SObject
from localorg.store.draft import Draft, Work
from localorg.store.sql import Value, select_by
from localorg.store.values import Converter, converter

Row = Mapping[str, object]
_Pending = tuple[Draft, Field, Mapping[str, object]]
_SKIPPED = frozenset({"attributes"})


@dataclass(frozen=True, slots=True)
class _Slot:
    """What a key of a row stands for: a field and how its values are read, or why it cannot be written."""

    field: Field | None
    convert: Converter | None
    parent: bool = False
    unknown: OrgError | None = None

    @property
    def plain(self) -> bool:
        """Whether it is simply the value of a field."""
        return self.convert is not None and not self.parent


class Intake:
    """Reads rows for inserts (`creating`) or updates; it remembers what each key means."""

    def __init__(self, work: Work, *, creating: bool) -> None:
        self._work = work
        self._creating = creating
        self._slots: dict[str, _Slot] = {}
        self._plans: dict[tuple[str, ...], list[tuple[str, str, Converter]] | None] = {}

    def read(self, rows: Iterable[Row]) -> list[Draft]:
        """A draft per row, with its values converted, or with the errors that forbid it."""
        drafts = []
        pending: list[_Pending] = []
        for row in rows:
            draft = Draft(None)
            plan = self._plan(tuple(row))
            if plan is None:
                self._read_with_care(row, draft, pending)
            else:
                values = draft.values
                for key, name, convert in plan:
                    try:
                        values[name] = convert(row[key])
                    except OrgError as error:
                        draft.errors.append(error)
            drafts.append(draft)
        self._find_parents(pending)
        return drafts

    def _plan(self, keys: tuple[str, ...]) -> list[tuple[str, str, Converter]] | None:
        """What to read of a row with these keys, None if one of them is no plain value of a field."""
        try:
            return self._plans[keys]
        except KeyError:
            slots = {key: self._slots.get(key) or self._slot(key) for key in keys}
            plain = all(slot.plain or key in _SKIPPED for key, slot in slots.items())
            found = [
                (key, slot.field.name, slot.convert)
                for key, slot in slots.items()
                if slot.field is not None and slot.convert is not None
            ]
            return self._plans.setdefault(keys, found if plain else None)

    def _read_with_care(self, row: Row, draft: Draft, pending: list[_Pending]) -> None:
        forbidden: list[str] = []
        for key, value in row.items():
            slot = self._slots[key]
            if slot.convert is not None and slot.field is not None:
                if slot.parent:
                    if isinstance(value, Mapping):
                        pending.append((draft, slot.field, value))
                    elif value is None:
                        draft.values[slot.field.name] = None
                    else:
                        draft.errors.append(_no_column(self._work, key))
                    continue
                try:
                    draft.values[slot.field.name] = slot.convert(value)
                except OrgError as error:
                    draft.errors.append(error)
            elif slot.unknown is not None:
                draft.errors.append(slot.unknown)
            elif slot.field is not None and not (slot.field.type == "id" and value is None):
                forbidden.append(slot.field.name)
        if forbidden:
            draft.errors.append(self._forbidden(forbidden))

    def _slot(self, key: str) -> _Slot:
        work = self._work
        found = work.sobject.field(key)
        slot = None
        if key in _SKIPPED:
            slot = _Slot(None, None)
        elif found is not None and (work.system or work.user.may_read(work.sobject.name, found.name)):
            convert = converter(work.schema, work.sobject, found) if self._may_write(found) else None
            slot = _Slot(found, convert)
        else:
            reference = work.sobject.relationship(key)
            if reference is not None and work.user.may_read(work.sobject.name, reference.name):
                writable = self._may_write(reference)
                slot = _Slot(
                    reference, converter(work.schema, work.sobject, reference) if writable else None, parent=True
                )
        slot = slot or _Slot(None, None, unknown=_no_column(work, key))
        self._slots[key] = slot
        return slot

    def _may_write(self, field: Field) -> bool:
        if field.type == "id":
            return not self._creating
        if self._work.system:
            return field.stored
        open_to_all = field.createable if self._creating else field.updateable
        return open_to_all and self._work.user.may_edit(self._work.sobject.name, field.name)

    def _forbidden(self, names: list[str]) -> OrgError:
        if self._creating and names == ["Id"]:
            message = "cannot specify Id in an insert call"
        else:
            message = (
                f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field "
                "and verify that it is read/write for your profile or permission set."
            )
        return OrgError("INVALID_FIELD_FOR_INSERT_UPDATE", message, tuple(names))

    def _find_parents(self, pending: list[_Pending]) -> None:
        """Replace `"Account": {"Key__c": "A-1"}` by the id of the account with that key."""
        groups: dict[tuple[str, str, str], list[tuple[Draft, Value]]] = {}
        for draft, reference, given in pending:
            keys = [key for key in given if key not in _SKIPPED]
            target = self._target(reference, given)
            key_field = target.field(keys[0]) if target and len(keys) == 1 else None
            if target is None or key_field is None or not (key_field.id_lookup or key_field.unique):
                draft.errors.append(_bad_parent(reference, given))
                continue
            try:
                value = converter(self._work.schema, target, key_field)(given[keys[0]])
            except OrgError as error:
                draft.errors.append(error)
                continue
            groups.setdefault((reference.name, target.name, key_field.name), []).append((draft, value))
        for (reference_name, target_name, key_name), members in groups.items():
            self._set_parents(reference_name, target_name, key_name, members)

    def _target(self, reference: Field, given: Mapping[str, object]) -> SObject | None:
        """The object of a parent given by its key: the one that its attributes name, or the only one possible."""
        attributes = given.get("attributes")
        named = attributes.get("type") if isinstance(attributes, Mapping) else None
        target = self._work.schema.get(str(named) if named else reference.reference_to[0])
        return target if target is not None and target.name in reference.reference_to else None

    def _set_parents(self, reference: str, target: str, key: str, members: list[tuple[Draft, Value]]) -> None:
        wanted = list({value for _, value in members})
        rows = select_by(self._work.connection, target, (key, "Id", "IsDeleted"), key, wanted, any_case=key != "Id")
        found: dict[str, list[Value]] = {}
        for value, parent_id, deleted in rows:
            if not deleted:
                found.setdefault(str(value).lower(), []).append(parent_id)
        for draft, value in members:
            parents = found.get(str(value).lower(), [])
            if len(parents) > 1:
                ids = ", ".join(map(str, parents))
                message = f"{key}: more than one record found for external id field: {value}: [{ids}]"
                draft.errors.append(OrgError("DUPLICATE_EXTERNAL_ID", message, (key,)))
            elif not parents:
                message = f"Foreign key external ID: {str(value).lower()} not found for field {key} in entity {target}"
                draft.errors.append(OrgError("INVALID_FIELD", message))
            else:
                draft.values[reference] = parents[0]


def _no_column(work: Work, key: str) -> OrgError:
    return OrgError("INVALID_FIELD", f"No such column '{key}' on sobject of type {work.sobject.name}")


def _bad_parent(reference: Field, given: Mapping[str, object]) -> OrgError:
    names = ", ".join(given) or "nothing"
    message = (
        f"{reference.relationship_name}: expected one external id field of {reference.reference_to[0]}, got {names}"
    )
    return OrgError("INVALID_FIELD", message)
