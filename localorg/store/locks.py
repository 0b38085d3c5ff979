"""Record locks: who writes a row holds it, and the parents that the write touches, until it is committed.

Writes of one process are serialised anyway. Locks show once a write takes its time (`automation_seconds`, as triggers
and flows do, or a write that was ordered to commit late): others that need the same parent wait for it, and give up
after `wait_seconds`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from localorg.clock import Clock
from localorg.errors import OrgError
from localorg.faults import Faults
from localorg.store.draft import Draft, Work
from localorg.store.sql import Value, select_by

WAIT_SECONDS = 10.0
# References whose target a write of the row locks: always, or only when the row is new or refers to another one.
_ALWAYS = {"Opportunity": ("AccountId",), "OpportunityLineItem": ("OpportunityId",)}
_WHEN_CHANGED = {"Case": ("AccountId",), "Contact": ("AccountId",)}


class LockTable:
    """The locks of one org, by record id. Safe to use from several threads."""

    def __init__(self) -> None:
        self.wait_seconds = WAIT_SECONDS
        self.automation_seconds = 0.0
        self._owners: dict[str, object] = {}
        self._changed = threading.Condition()

    @property
    def held(self) -> list[str]:
        """The ids that are locked now."""
        with self._changed:
            return sorted(self._owners)

    @property
    def oldest(self) -> str | None:
        """The earliest stamp of the writes that hold locks and are not committed yet."""
        with self._changed:
            return min((owner.now for owner in self._owners.values() if isinstance(owner, Turn)), default=None)

    @property
    def in_use(self) -> bool:
        """Whether anything is locked, or writes take time."""
        return bool(self._owners) or self.automation_seconds > 0

    def take(self, keys: Iterable[str], owner: object, deadline: float | None = None) -> set[str]:
        """Lock ids for an owner, in sorted order so that two owners cannot wait for one another.

        deadline: until when (`time.monotonic()`) to wait for locks of others; None does not wait.
        Returns the ids that others still hold.
        """
        missing = set()
        with self._changed:
            for key in sorted(keys):
                while self._owners.get(key, owner) is not owner:
                    left = 0.0 if deadline is None else deadline - time.monotonic()
                    if left <= 0 or not self._changed.wait(left):
                        break
                if self._owners.setdefault(key, owner) is not owner:
                    missing.add(key)
        return missing

    def release(self, owner: object) -> None:
        """Unlock all that the owner holds."""
        with self._changed:
            self._owners = {key: holder for key, holder in self._owners.items() if holder is not owner}
            self._changed.notify_all()


class WaitError(Exception):
    """Undoes a write, of which nothing is saved yet, so that it can wait outside the transaction."""


class Turn:
    """One write's locks and its time. `now` is the stamp of its rows, whenever it commits."""

    def __init__(self, locks: LockTable, faults: Faults, clock: Clock, *, nested: bool) -> None:
        """nested: the write is part of a larger transaction, so that it must not wait."""
        self.now = clock.stamp()
        self._locks = locks
        self._faults = faults
        self._nested = nested
        self._wanted: set[str] = set()
        self._refused: set[str] = set()
        self._deadline: float | None = None
        self._delay: Callable[[], None] | None = None
        self._delayed = nested

    def concerns(self, sobject: str) -> bool:
        """Whether a write of the object's rows has to look after locks at all."""
        if self._locks.in_use or self._faults.has("lock"):
            return True
        return not self._delayed and self._faults.has("late", sobject)

    def secure(self, sobject: str, keys: set[str]) -> set[str]:
        """Lock ids. Returns those that cannot be had. Raises WaitError when they have to be waited for."""
        if not self._delayed and self._delay is None:
            self._delay = self._ordered_delay(sobject)
        self._wanted |= keys
        missing = self._locks.take(keys, self, None) - self._refused
        if self._nested:
            return missing
        if missing or not self._delayed:
            raise WaitError
        return keys & self._refused

    def wait(self) -> None:
        """Wait for the locks, and for as long as the write takes; locks that do not come in time are given up."""
        self._locks.release(self)
        if self._deadline is None:
            self._deadline = time.monotonic() + self._locks.wait_seconds
        self._refused = self._locks.take(self._wanted, self, self._deadline)
        if not self._delayed and self._delay is not None:
            self._delayed = True
            self._delay()

    def end(self) -> None:
        """Unlock everything."""
        self._locks.release(self)

    def _ordered_delay(self, sobject: str) -> Callable[[], None] | None:
        late = self._faults.take("late", sobject=sobject)
        if late is not None:
            return lambda: self._faults.withhold(late.seconds)
        seconds = self._locks.automation_seconds
        if seconds > 0:
            return lambda: time.sleep(seconds)
        self._delayed = True
        return None


def hold(work: Work, drafts: Sequence[Draft]) -> None:
    """Lock what the drafts touch; those whose locks cannot be had are refused with UNABLE_TO_LOCK_ROW.

    Raises WaitError when the write has to begin again after waiting.
    """
    turn = work.turn
    good = [draft for draft in drafts if not draft.errors]
    if turn is None or not good or not turn.concerns(work.sobject.name):
        return
    keys = _keys(work, good)
    missing = turn.secure(work.sobject.name, set().union(*keys))
    ordered = work.conduct.faults if work.conduct is not None and work.conduct.faults.has("lock") else None
    related = _related(work, good) if ordered else keys
    for draft, own, all_ids in zip(good, keys, related, strict=True):
        parent = min(own & missing, default=None) or (ordered.locked(all_ids) if ordered else None)
        if parent is not None:
            message = f"unable to obtain exclusive access to this record or 1 records: {parent}"
            draft.errors.append(OrgError("UNABLE_TO_LOCK_ROW", message))


def _keys(work: Work, drafts: Sequence[Draft]) -> list[set[str]]:
    """The ids that each draft locks: its own and those of parents it touches, before and after the write."""
    always = [name for name in _ALWAYS.get(work.sobject.name, ()) if name in work.sobject.fields]
    always += [f.name for f in work.sobject.stored_fields if f.custom and f.cascade_delete and not f.nillable]
    changed = [name for name in _WHEN_CHANGED.get(work.sobject.name, ()) if name in work.sobject.fields]
    present = _stored(work, drafts, [*always, *changed])
    found = []
    for draft in drafts:
        before = present.get(str(draft.id), {})
        own = {draft.id} if draft.id else set()
        for name in (*always, *changed):
            after = draft.values.get(name, before.get(name))
            if name in always or after != before.get(name):
                own |= {str(value) for value in (before.get(name), after) if value}
        found.append({key for key in own if key})
    if work.sobject.name == "OpportunityLineItem":
        _add_accounts(work, found)
    return found


def _add_accounts(work: Work, keys: list[set[str]]) -> None:
    prefix = work.schema.objects["Opportunity"].key_prefix
    deals: list[Value] = list({key for each in keys for key in each if key.startswith(prefix)})
    rows = select_by(work.connection, "Opportunity", ("Id", "AccountId"), "Id", deals)
    accounts = {str(deal): str(account) for deal, account in rows if account}
    for each in keys:
        each |= {accounts[key] for key in each if key in accounts}


def _related(work: Work, drafts: Sequence[Draft]) -> list[set[str]]:
    """The ids that each draft has anything to do with: its own and those of all references, before and after."""
    references = [field.name for field in work.sobject.stored_fields if field.type == "reference"]
    present = _stored(work, drafts, references)
    return [
        {str(value) for value in (draft.id, *present.get(str(draft.id), {}).values()) if value}
        | {str(draft.values[name]) for name in references if draft.values.get(name)}
        for draft in drafts
    ]


def _stored(work: Work, drafts: Sequence[Draft], columns: Sequence[str]) -> dict[str, dict[str, Value]]:
    ids: list[Value] = [draft.id for draft in drafts if draft.id]
    if not ids or not columns:
        return {}
    rows = select_by(work.connection, work.sobject.name, ("Id", *columns), "Id", ids)
    return {str(row[0]): dict(zip(columns, row[1:], strict=True)) for row in rows}
