"""Field history of opportunities: who changed a tracked field, when, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from localorg.schema.model import Field, Schema
from localorg.schema.stored import save, saved
from localorg.store.database import Database
from localorg.store.draft import Draft, Work
from localorg.store.sql import Value, insert_tuples, select_by

KIND = "field history"
TRACKED = ("StageName", "Amount", "CloseDate", "OwnerId")  # of a fresh org
MOST_FIELDS = 20
_LONGEST = 255
_COLUMNS = (
    "Id",
    "OpportunityId",
    "Field",
    "DataType",
    "OldValue",
    "NewValue",
    "CreatedDate",
    "CreatedById",
    "SystemModstamp",
)
_Entry = tuple[Value, Value, Value, Value, Value]  # the row's own values: OpportunityId to NewValue
_DATA_TYPES = {
    "reference": "EntityId",
    "currency": "Currency",
    "percent": "Percent",
    "double": "Double",
    "int": "Double",
    "date": "DateOnly",
    "datetime": "DateTime",
    "boolean": "Boolean",
    "picklist": "DynamicEnum",
    "multipicklist": "MultiEnum",
    "textarea": "MultiLineText",
    "email": "Email",
    "phone": "Phone",
    "url": "Url",
}


class Tracking:
    """Which fields of Opportunity have their changes kept; the list lives in the org's file."""

    def __init__(self, database: Database, schema: Schema) -> None:
        self._database = database
        self._schema = schema
        self._fields: tuple[str, ...] = TRACKED
        self.refresh()

    @property
    def fields(self) -> tuple[str, ...]:
        """The API names of the tracked fields."""
        return self._fields

    def track(self, names: Iterable[str]) -> None:
        """Track these fields from now on, and no others.

        Raises ValueError for a field that Opportunity does not have or that cannot be tracked, and for too many.
        """
        sobject = self._schema.objects["Opportunity"]
        found = []
        for name in dict.fromkeys(names):
            field = sobject.field(name)
            if field is None or not field.stored or not (field.createable or field.updateable):
                raise ValueError(f"the history of Opportunity cannot track {name!r}")
            found.append(field.name)
        if len(found) > MOST_FIELDS:
            raise ValueError(f"at most {MOST_FIELDS} fields of an object can be tracked, got {len(found)}")
        with self._database.writer() as connection:
            save(connection, KIND, sobject.name, {"fields": found})
        self._fields = tuple(found)

    def refresh(self) -> None:
        """Read the list from the file anew."""
        with self._database.writer() as connection:
            kept = saved(connection, KIND).get("Opportunity")
        self._fields = tuple(kept["fields"]) if kept else TRACKED


def needed_for_history(work: Work) -> tuple[str, ...]:
    """The columns of present rows from which history is written."""
    if work.conduct is None or work.sobject.name != "Opportunity":
        return ()
    return work.conduct.tracking.fields


def write_field_history(work: Work, drafts: Sequence[Draft]) -> None:
    """Insert the rows of OpportunityFieldHistory for drafts with their ids: what changes, or that they are new."""
    if work.conduct is None or not drafts:
        return
    tracked = [field for name in work.conduct.tracking.fields if (field := work.sobject.fields.get(name)) is not None]
    names = _names_of_references(work, drafts, tracked)
    rows: list[_Entry] = []
    for draft in drafts:
        if not draft.present:
            rows.append(_row(draft, "created", "Text", None, None))
            continue
        for field in tracked:
            if field.name in draft.values and draft.values[field.name] != draft.present.get(field.name):
                rows += _rows_of(draft, field, names)
    ids = work.allocator.take(work.schema.objects["OpportunityFieldHistory"].key_prefix, len(rows))
    stamps = (work.now, work.user.id, work.now)
    history = [(history_id, *row, *stamps) for history_id, row in zip(ids, rows, strict=True)]
    insert_tuples(work.connection, "OpportunityFieldHistory", _COLUMNS, history)


def _rows_of(draft: Draft, field: Field, names: dict[Value, Value]) -> list[_Entry]:
    """One row; two for a reference, with the names of what it refers to and with their ids."""
    before, after = draft.present.get(field.name), draft.values[field.name]
    shown = field.name if field.custom else field.name.removesuffix("Id")
    data_type = _DATA_TYPES.get(field.type, "Text")
    if field.type == "reference":
        by_name = _row(draft, shown, "Text", names.get(before), names.get(after))
        return [by_name, _row(draft, shown, data_type, before, after)]
    if field.type == "multipicklist" or (field.type == "textarea" and field.length > _LONGEST):
        return [_row(draft, field.name, data_type, None, None)]
    return [_row(draft, field.name, data_type, _text(field, before), _text(field, after))]


def _row(draft: Draft, field: str, data_type: str, before: Value, after: Value) -> _Entry:
    return (draft.id, field, data_type, before, after)


def _text(field: Field, value: Value) -> Value:
    if field.type == "boolean":
        return "true" if value else "false"
    if value is None or (isinstance(value, str) and len(value) > _LONGEST):
        return None
    return str(value)


def _names_of_references(work: Work, drafts: Sequence[Draft], tracked: Sequence[Field]) -> dict[Value, Value]:
    """The names of the rows to which changed references point, before and after."""
    by_prefix: dict[str, set[Value]] = {}
    for field in tracked:
        if field.type == "reference":
            for draft in drafts:
                if draft.present and draft.changes(field.name):
                    for value in (draft.present.get(field.name), draft.values[field.name]):
                        if value:
                            by_prefix.setdefault(str(value)[:3], set()).add(value)
    names: dict[Value, Value] = {}
    for prefix, ids in by_prefix.items():
        target = work.schema.by_prefix(prefix)
        name_field = target.name_field if target is not None else None
        if target is not None and name_field is not None:
            names.update(
                (row[0], row[1])
                for row in select_by(work.connection, target.name, ("Id", name_field.name), "Id", list(ids))
            )
    return names
