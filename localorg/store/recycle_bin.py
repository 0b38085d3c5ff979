"""The recycle bin: deleted rows stay for fifteen days of the org's clock, and may be taken back until then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from localorg.access import User
from localorg.clock import Clock, stamp
from localorg.errors import OrgError
from localorg.ids import id18
from localorg.schema.model import Schema, SObject
from localorg.store.database import Database
from localorg.store.sql import Value, delete_statement, quoted, select_by

LIFE = timedelta(days=15)
NEVER_ALONE = frozenset({"OpportunityLineItem"})  # they come back with their parent only


class RecycleBin:
    """The deleted rows of one org."""

    def __init__(self, database: Database, schema: Schema, clock: Clock) -> None:
        self._database = database
        self._schema = schema
        self._clock = clock
        self._tidied = ""

    def undelete(self, user: User, ids: Sequence[str]) -> dict[str, OrgError | None]:
        """Take rows back, with the children that went with them and the references that were cleared.

        Returns for each id why it stays deleted, None for one that is back.
        """
        answers: dict[str, OrgError | None] = {}
        with self._database.writer():
            for given in ids:
                try:
                    self._undelete(user, given)
                    answers[given] = None
                except OrgError as error:
                    answers[given] = error
        return answers

    def purge(self, ids: Iterable[str]) -> int:
        """Let deleted rows be gone for good, with the children that went with them. Returns how many rows that were.

        Rows which are not in the bin stay.
        """
        with self._database.writer() as connection:
            going = {
                row[0]: row[1]
                for root in ids
                for row in connection.execute('SELECT id, object FROM "_bin" WHERE id = ?1 OR root = ?1', (root,))
            }
            self._forget(going)
        return len(going)

    def empty(self) -> int:
        """Purge everything. Returns how many rows that were."""
        with self._database.writer() as connection:
            going = dict(connection.execute('SELECT id, object FROM "_bin"').fetchall())
            self._forget(going)
        return len(going)

    def expire(self) -> int:
        """Purge what was deleted more than fifteen days ago. Returns how many rows that were."""
        limit = stamp(self._clock.now() - LIFE)
        with self._database.writer() as connection:
            rows = connection.execute('SELECT id, object FROM "_bin" WHERE deleted < ?', (limit,)).fetchall()
            self._forget(dict(rows))
            connection.execute('DELETE FROM "_purged" WHERE deleted < ?', (limit,))
        return len(rows)

    def tidy(self, now: str) -> None:
        """Purge what is too old, once a day: `now` is a stamp of the org's clock."""
        if now[:10] != self._tidied:
            self._tidied = now[:10]
            self.expire()

    def _undelete(self, user: User, given: str) -> None:
        record_id, sobject = self._found(user, given)
        with self._database.writer() as connection:
            query = 'SELECT id, object FROM "_bin" WHERE root = ?'
            back = {record_id: sobject.name, **dict(connection.execute(query, (record_id,)).fetchall())}
            self._check_unique(back)
            for name, ids in _by_object(back).items():
                self._restore(user, self._schema.objects[name], ids)
            query = 'SELECT object, field, id, value FROM "_cleared" WHERE root = ?'
            for name, field, child, value in connection.execute(query, (record_id,)).fetchall():
                # a reference that was set anew meanwhile stays as it is
                connection.execute(
                    f'UPDATE {quoted(name)} SET {quoted(field)} = ?, "SystemModstamp" = ? '
                    f'WHERE "Id" = ? AND {quoted(field)} IS NULL',
                    (value, self._clock.stamp(), child),
                )
            self._leave(back)

    def _found(self, user: User, given: str) -> tuple[str, SObject]:
        try:
            record_id = id18(given)
        except ValueError as error:
            raise OrgError("MALFORMED_ID", f"malformed id {given}", ("Id",)) from error
        sobject = self._schema.by_prefix(record_id[:3])
        if sobject is None or not user.may_read_object(sobject.name):
            raise OrgError("INVALID_ID_FIELD", "invalid record id", ("Id",))
        if sobject.name in NEVER_ALONE or not user.may_delete(sobject.name):
            raise OrgError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        with self._database.writer() as connection:
            rows = select_by(connection, sobject.name, ("IsDeleted",), "Id", [record_id])
        if not rows or not rows[0][0]:
            raise OrgError("UNDELETE_FAILED", "Entity is not in the recycle bin")
        return record_id, sobject

    def _check_unique(self, back: Mapping[str, str]) -> None:
        """Raises OrgError when another row has taken a unique value meanwhile."""
        with self._database.writer() as connection:
            for name, ids in _by_object(back).items():
                for field in self._schema.objects[name].stored_fields:
                    if not field.unique:
                        continue
                    mine = [row[0] for row in select_by(connection, name, (field.name,), "Id", list(ids)) if row[0]]
                    columns, any_case = ("Id", "IsDeleted"), not field.case_sensitive
                    rows = select_by(connection, name, columns, field.name, mine, any_case=any_case)
                    holder = next((record_id for record_id, deleted in rows if not deleted), None)
                    if holder is not None:
                        message = f"duplicate value found: {field.name} duplicates value on record with id: {holder}"
                        raise OrgError("DUPLICATE_VALUE", message, (field.name,))

    def _restore(self, user: User, sobject: SObject, ids: Sequence[str]) -> None:
        now = self._clock.stamp()
        stamps: dict[str, Value] = {
            name: user.id if name.endswith("ById") else now
            for name in ("LastModifiedDate", "LastModifiedById", "SystemModstamp")
            if name in sobject.fields
        }
        assignments = "".join(f", {quoted(name)} = ?" for name in stamps)
        with self._database.writer() as connection:
            connection.executemany(
                f'UPDATE {quoted(sobject.name)} SET "IsDeleted" = 0{assignments} WHERE "Id" = ?',
                [(*stamps.values(), record_id) for record_id in ids],
            )

    def _forget(self, going: Mapping[str, str]) -> None:
        """Remove rows for good; who asks what was deleted is told of them as of the others, fifteen days long."""
        with self._database.writer() as connection:
            connection.executemany(
                'INSERT OR REPLACE INTO "_purged" SELECT id, object, deleted FROM "_bin" WHERE id = ?',
                [(record_id,) for record_id in going],
            )
            for name, ids in _by_object(going).items():
                if name in self._schema.objects:
                    statement = delete_statement(name, '"Id" = ? AND "IsDeleted" = 1')
                    connection.executemany(statement, [(record_id,) for record_id in ids])
        self._leave(going)

    def _leave(self, ids: Iterable[str]) -> None:
        """Nothing is in the bin under these ids any more."""
        listed = [(record_id,) for record_id in ids]
        with self._database.writer() as connection:
            connection.executemany('DELETE FROM "_bin" WHERE id = ?', listed)
            connection.executemany('DELETE FROM "_cleared" WHERE root = ?', listed)


def _by_object(rows: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record_id, name in rows.items():
        found.setdefault(name, []).append(record_id)
    return found
