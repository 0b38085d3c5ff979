"""Several currencies: once more than one CurrencyType is active, rows have a CurrencyIsoCode."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

from localorg.schema.model import Field, Schema, SObject
from localorg.store.database import Database
from localorg.store.draft import Draft, Work
from localorg.store.sql import Value, quoted, select_by

ISO_CODE = "CurrencyIsoCode"
DEFAULT_OF_USER = "DefaultCurrencyIsoCode"
# Rows whose currency is that of the opportunity they belong to.
_OF_OPPORTUNITY = ("OpportunityLineItem", "OpportunityHistory")


def show_currencies(database: Database, connection: sqlite3.Connection, schema: Schema) -> None:
    """Give objects their CurrencyIsoCode if the org has several active currencies; a field once given stays.

    The rows that are there then take the corporate currency.
    """
    codes = _active(connection)
    if len(codes) < 2 and ISO_CODE not in schema.objects["Account"].fields:
        return
    changed = [_with_fields(sobject, codes) for sobject in schema.objects.values() if _has_currency(sobject)]
    database.ensure_tables(changed)
    for sobject in changed:
        if ISO_CODE in schema.objects[sobject.name].fields:
            continue
        table, column = quoted(sobject.name), quoted(ISO_CODE)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} IS NULL", (codes[0],))
    schema.put(changed)


def set_currencies(work: Work, drafts: Sequence[Draft]) -> None:
    """Give new rows the currency of their opportunity, of the user who writes them, or of the corporation."""
    if ISO_CODE not in work.sobject.fields:
        return
    blank = [draft for draft in drafts if draft.values.get(ISO_CODE) is None]
    inherited: dict[Value, Value] = {}
    if work.sobject.name in _OF_OPPORTUNITY:
        inherited = currencies_of(work, (draft.values.get("OpportunityId") for draft in blank))
    own = _own_currency(work) if blank else None
    for draft in blank:
        draft.values[ISO_CODE] = inherited.get(draft.values.get("OpportunityId")) or own


def currencies_of(work: Work, opportunities: Iterable[Value]) -> dict[Value, Value]:
    """The currency of each of these opportunities."""
    ids = list({record_id for record_id in opportunities if record_id})
    return {row[0]: row[1] for row in select_by(work.connection, "Opportunity", ("Id", ISO_CODE), "Id", ids)}


def _own_currency(work: Work) -> Value:
    (code,) = work.connection.execute(
        f'SELECT {quoted(DEFAULT_OF_USER)} FROM "User" WHERE "Id" = ?', (work.user.id,)
    ).fetchone()
    return code or next(iter(_active(work.connection)), None)


def _active(connection: sqlite3.Connection) -> list[str]:
    """The active currencies, the corporate one first."""
    rows = connection.execute(
        'SELECT "IsoCode" FROM "CurrencyType" WHERE "IsActive" = 1 AND "IsDeleted" = 0 '
        'ORDER BY "IsCorporate" DESC, "IsoCode"'
    )
    return [code for (code,) in rows if code]


def _has_currency(sobject: SObject) -> bool:
    """Objects with amounts or with object permissions of their own, and users."""
    if sobject.access == "own" or sobject.name in ("User", *_OF_OPPORTUNITY):
        return True
    return sobject.createable and any(field.type == "currency" for field in sobject.fields.values())


def _with_fields(sobject: SObject, codes: Sequence[str]) -> SObject:
    names = [ISO_CODE, *([DEFAULT_OF_USER] if sobject.name == "User" else [])]
    return replace(sobject, fields={**sobject.fields, **{name: _field(sobject, name, codes) for name in names}})


def _field(sobject: SObject, name: str, codes: Sequence[str]) -> Field:
    writable = sobject.name not in _OF_OPPORTUNITY
    return Field(
        name=name,
        label="Currency ISO Code" if name == ISO_CODE else "Default Currency ISO Code",
        type="picklist",
        length=3,
        createable=writable,
        updateable=writable,
        defaulted_on_create=True,
        restricted_picklist=True,
        picklist_values=tuple((code, code) for code in codes),
    )
