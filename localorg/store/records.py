"""Writes as Salesforce does them: every row on its own, or all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from localorg.access import User
from localorg.clock import Clock
from localorg.errors import OrgError
from localorg.ids import id18
from localorg.schema.model import Field, Schema, SObject
from localorg.store import behaviour
from localorg.store.checks import check_references, check_required, check_unique
from localorg.store.conduct import Conduct
from localorg.store.database import Database
from localorg.store.draft import Draft, Work, present_rows
from localorg.store.intake import Intake
from localorg.store.interference import interfere
from localorg.store.keys import ambiguous, ids_by_key, key_of, repeated
from localorg.store.locks import Turn, WaitError, hold
from localorg.store.removal import remove
from localorg.store.rules import check_rules
from localorg.store.saving import save_inserts, save_updates
from localorg.store.sql import Value

Row = Mapping[str, object]
Also = Callable[["list[RowResult]"], None]
SETTINGS = frozenset({"CurrencyType", "Organization"})  # their rows say how the org behaves
UNKNOWN_OBJECT = (
    "sObject type '{}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' "
    "after the entity name. Please reference your WSDL or the describe call for the appropriate names."
)
NO_RIGHTS = "insufficient access rights on object id"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row: its id, whether it was written, whether it is new, and the errors if not."""

    id: str | None
    success: bool
    created: bool | None
    errors: tuple[OrgError, ...] = ()


class Records:
    """Inserts, updates, upserts and deletes as one user.

    Every method answers with one result per row, in the rows' order. A row that is refused leaves the others alone,
    unless `all_or_none` is set: then one refusal undoes the call. Each call is one transaction.
    All methods raise OrgError if the object does not exist for the user.
    """

    def __init__(
        self, database: Database, schema: Schema, clock: Clock, user: User, conduct: Conduct, also: Also | None = None
    ) -> None:
        """also: called with a call's results inside its transaction."""
        self._conduct = conduct
        self._also = also
        self._database = database
        self._schema = schema
        self._clock = clock
        self._user = user

    def insert(self, sobject: str, rows: Sequence[Row], *, all_or_none: bool = False) -> list[RowResult]:
        """Insert rows: field name -> value; a parent may be given as `{"Account": {"Key__c": "A-1"}}`."""
        return self._run(sobject, lambda work: self._inserted(work, rows), all_or_none)

    def update(self, sobject: str, rows: Sequence[Row], *, all_or_none: bool = False) -> list[RowResult]:
        """Update rows, each with its `Id`; fields that a row does not name stay as they are."""
        return self._run(sobject, lambda work: self._updated(work, rows), all_or_none)

    def upsert(
        self, sobject: str, external_id_field: str, rows: Sequence[Row], *, all_or_none: bool = False
    ) -> list[RowResult]:
        """Update the rows that exist by an external id field (or by `Id`), insert the others.

        Raises OrgError (404) if the field is no external id or does not exist for the user.
        """
        found = self._object(sobject)
        key = found.field(external_id_field)
        if key is None or not key.id_lookup or not self._user.may_read(found.name, key.name):
            message = f"Provided external ID field does not exist or is not accessible: {external_id_field}"
            raise OrgError("NOT_FOUND", message, status=404)
        return self._run(sobject, lambda work: self._upserted(work, key, rows), all_or_none)

    def delete(
        self, sobject: str, ids: Sequence[str], *, all_or_none: bool = False, hard: bool = False
    ) -> list[RowResult]:
        """Put rows into the recycle bin, and with them the children that go with their parent.

        hard: let them be gone at once, without the bin.
        """
        return self._run(sobject, lambda work: self._deleted(work, ids, hard), all_or_none)

    def _run(
        self, name: str, write: Callable[[Work], list[tuple[Draft, bool | None]]], all_or_none: bool
    ) -> list[RowResult]:
        sobject = self._object(name)
        nested = self._database.writing
        turn = Turn(self._conduct.locks, self._conduct.faults, self._clock, nested=nested)
        try:
            while True:
                try:
                    return self._attempt(sobject, write, all_or_none, turn)
                except WaitError:
                    turn.wait()
        finally:
            if nested:
                self._database.at_end(turn.end)
            else:
                turn.end()

    def _attempt(
        self,
        sobject: SObject,
        write: Callable[[Work], list[tuple[Draft, bool | None]]],
        all_or_none: bool,
        turn: Turn,
    ) -> list[RowResult]:
        try:
            with self._database.writer() as connection:
                self._conduct.bin.tidy(turn.now)
                sobject = self._object(sobject.name)  # as it is now that nobody else can change it
                work = Work(connection, self._schema, sobject, self._user, turn.now, turn=turn, conduct=self._conduct)
                outcome = write(work)
                if all_or_none and any(draft.errors for draft, _ in outcome):
                    raise _RolledBackError(outcome)
                results = [_result(draft, created) for draft, created in outcome]
                if self._also is not None:
                    self._also(results)
        except _RolledBackError as rolled_back:
            return [_rolled_back(draft) for draft, _ in rolled_back.outcome]
        if sobject.name in SETTINGS and any(result.success for result in results):
            if self._database.writing:
                self._database.at_end(self._conduct.settled)
            else:
                self._conduct.settled()
        return results

    def _object(self, name: str) -> SObject:
        sobject = self._schema.get(name)
        if sobject is None or not self._user.may_read_object(sobject.name):
            raise OrgError("INVALID_TYPE", UNKNOWN_OBJECT.format(name))
        return sobject

    def _inserted(self, work: Work, rows: Iterable[Row]) -> list[tuple[Draft, bool | None]]:
        drafts = Intake(work, creating=True).read(rows)
        self._may_insert(work, drafts)
        hold(work, drafts)
        self._insert(work, drafts)
        return [(draft, True) for draft in drafts]

    def _may_insert(self, work: Work, drafts: Sequence[Draft]) -> None:
        _demand(drafts, work.sobject, self._user.may_create(work.sobject.name), work.sobject.createable, "inserted")

    def _insert(self, work: Work, drafts: Sequence[Draft]) -> None:
        behaviour.set_defaults(work, _good(drafts))
        interfere(work, drafts, "BeforeInsert")
        check_required(work, _good(drafts), creating=True)
        self._check(work, _good(drafts))
        save_inserts(work, _good(drafts))

    def _updated(self, work: Work, rows: Sequence[Row]) -> list[tuple[Draft, bool | None]]:
        drafts = Intake(work, creating=False).read(rows)
        self._find_for_update(work, drafts)
        hold(work, drafts)
        self._update(work, drafts)
        return [(draft, False) for draft in drafts]

    def _find_for_update(self, work: Work, drafts: Sequence[Draft]) -> None:
        _demand(drafts, work.sobject, self._user.may_edit_object(work.sobject.name), work.sobject.updateable, "updated")
        seen: set[str] = set()
        for draft in drafts:
            draft.id = _taken_id(draft, seen)
        self._find(work, drafts)

    def _update(self, work: Work, drafts: Sequence[Draft]) -> None:
        interfere(work, drafts, "BeforeUpdate")
        check_required(work, _good(drafts), creating=False)
        self._check(work, _good(drafts))
        save_updates(work, _good(drafts))

    def _find(self, work: Work, drafts: Sequence[Draft]) -> None:
        needed = behaviour.needed(work)
        present = present_rows(work, needed, [draft.id for draft in drafts if draft.id and not draft.errors])
        for draft in drafts:
            if not draft.errors:
                row = present.get(draft.id)
                _judge_present(draft, row)
                draft.present = row or {}

    def _check(self, work: Work, drafts: Sequence[Draft]) -> None:
        behaviour.before_save(work, _good(drafts))
        check_references(work, drafts)
        check_unique(work, drafts)
        check_rules(work, drafts)

    def _upserted(self, work: Work, key: Field, rows: Sequence[Row]) -> list[tuple[Draft, bool | None]]:
        keys = [key_of(work, key, row) for row in rows]
        ids = ids_by_key(work, key, [value for value, _ in keys if value is not None])
        outcome: list[tuple[Draft, bool | None]] = []
        to_insert: list[Draft] = []
        to_update: list[Draft] = []
        creating, updating = Intake(work, creating=True), Intake(work, creating=False)
        seen: set[str] = set()
        for row, (value, error) in zip(rows, keys, strict=True):
            matches = ids.get(str(value).lower(), []) if value is not None else []
            error = error or repeated(key, value, seen) or ambiguous(key, value, matches)
            without_key = {name: item for name, item in row.items() if name.lower() != key.name.lower()}
            if error is not None:
                outcome.append((Draft(None, errors=[error]), None))
            elif matches or (key.type == "id" and value is not None):
                (draft,) = updating.read([without_key])
                draft.values["Id"] = matches[0] if matches else value
                to_update.append(draft)
                outcome.append((draft, False))
            else:
                (draft,) = creating.read([without_key if key.type == "id" else {**without_key, key.name: value}])
                to_insert.append(draft)
                outcome.append((draft, True))
        self._may_insert(work, to_insert)
        self._find_for_update(work, to_update)
        hold(work, [draft for draft, _ in outcome])
        self._insert(work, to_insert)
        self._update(work, to_update)
        return outcome

    def _deleted(self, work: Work, ids: Iterable[str], hard: bool) -> list[tuple[Draft, bool | None]]:
        drafts = []
        for given in ids:
            draft = Draft(None)
            try:
                draft.id = id18(given)
                if draft.id[:3] != work.sobject.key_prefix:
                    raise ValueError(given)
            except ValueError:
                draft.errors.append(OrgError("MALFORMED_ID", f"malformed id {given}", ("Id",)))
            drafts.append(draft)
        _demand(drafts, work.sobject, self._user.may_delete(work.sobject.name), work.sobject.deletable, "deleted")
        self._find(work, drafts)
        hold(work, drafts)
        interfere(work, drafts, "BeforeDelete")
        remove(work, _good(drafts))
        if hard:
            self._conduct.bin.purge([str(draft.id) for draft in _good(drafts)])
        return [(draft, None) for draft in drafts]


class _RolledBackError(Exception):
    """Undoes a call of which one row was refused."""

    def __init__(self, outcome: list[tuple[Draft, bool | None]]) -> None:
        super().__init__()
        self.outcome = outcome


def _good(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for draft in drafts if not draft.errors]


def _result(draft: Draft, created: bool | None) -> RowResult:
    if draft.errors:
        return RowResult(None if created else draft.id, False, created, tuple(draft.errors))
    return RowResult(draft.id, True, created)


def _rolled_back(draft: Draft) -> RowResult:
    if draft.errors:
        return RowResult(None, False, None, tuple(draft.errors))
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    return RowResult(None, False, None, (OrgError("ALL_OR_NONE_OPERATION_ROLLED_BACK", message),))


def _demand(drafts: Iterable[Draft], sobject: SObject, allowed: bool, possible: bool, what: str) -> None:
    """Refuse all drafts if the object's rows cannot be written so, or the user may not."""
    if allowed:
        return
    error = OrgError("INSUFFICIENT_ACCESS_OR_READONLY", NO_RIGHTS, status=403)
    if not possible:
        error = OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type cannot be {what}: {sobject.name}")
    for draft in drafts:
        draft.errors = [error]


def _taken_id(draft: Draft, seen: set[str]) -> str | None:
    record_id = draft.values.pop("Id", None)
    if record_id is None:
        if not draft.errors:
            draft.errors.append(OrgError("MISSING_ARGUMENT", "Id not specified in an update call", ("Id",)))
        return None
    if record_id in seen:
        draft.errors.append(OrgError("DUPLICATE_VALUE", f"duplicate id specified: {record_id}", ("Id",)))
    seen.add(str(record_id))
    return str(record_id)


def _judge_present(draft: Draft, row: Mapping[str, Value] | None) -> None:
    if row is None:
        draft.errors.append(OrgError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404))
    elif row["IsDeleted"]:
        draft.errors.append(OrgError("ENTITY_IS_DELETED", "entity is deleted", status=404))
