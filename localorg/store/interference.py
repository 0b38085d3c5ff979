"""Rows refused on order: by a code of one's choice, or by a trigger that fails for its chunk of rows."""

from __future__ import annotations

from collections.abc import Sequence

from localorg.errors import OrgError
from localorg.faults import Fault, Faults
from localorg.store.draft import Draft, Work
from localorg.store.tentative import true_for

CHUNK_ROWS = 200  # how many rows a trigger sees at once
REFUSAL_CODE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
REFUSAL_MESSAGE = "This record cannot be saved"
EXCEPTION = "System.NullPointerException: Attempt to de-reference a null object"


def interfere(work: Work, drafts: Sequence[Draft], event: str) -> None:
    """Let ordered refusals and triggers act on the drafts that are still good.

    event: `BeforeInsert`, `BeforeUpdate` or `BeforeDelete`, as a failing trigger names it.
    """
    faults = work.conduct.faults if work.conduct is not None else None
    if faults is None:
        return
    name = work.sobject.name
    if faults.has("refuse", name):
        for draft in drafts:
            order = None if draft.errors else faults.take("refuse", sobject=name)
            if order is not None:
                fields = (order.field,) if order.field else ()
                code, message = order.code or REFUSAL_CODE, order.message or REFUSAL_MESSAGE
                draft.errors.append(OrgError(code, message, fields))
    if faults.has("trigger", name):
        good = [draft for draft in drafts if not draft.errors]
        for start in range(0, len(good), CHUNK_ROWS):
            _run_trigger(work, faults, good[start : start + CHUNK_ROWS], event)


def _run_trigger(work: Work, faults: Faults, chunk: Sequence[Draft], event: str) -> None:
    name = work.sobject.name
    order = faults.first("trigger", name)
    if order is None or (order.condition and not true_for(work, chunk, order.condition)):
        return
    if faults.take("trigger", sobject=name) is not None:
        for draft in chunk:
            draft.errors.append(_trigger_error(order, name, event))


def _trigger_error(order: Fault, sobject: str, event: str) -> OrgError:
    trigger = f"{sobject.removesuffix('__c')}Trigger"
    message = (
        f"{trigger}: execution of {event}\n\ncaused by: {order.message or EXCEPTION}\n\n"
        f"Trigger.{trigger}: line 3, column 1"
    )
    return OrgError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message)
