"""What each object's rows take on when they are written, beyond the values given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from localorg.errors import OrgError
from localorg.schema.model import Field
from localorg.store import opportunities
from localorg.store.currencies import set_currencies
from localorg.store.draft import Draft, Work
from localorg.store.sql import Value, select_by
from localorg.store.tracking import needed_for_history
from localorg.store.values import converter

CLOSED_CASE_STATUSES = frozenset({"Closed"})
COMPLETED_TASK_STATUSES = frozenset({"Completed"})
OTHER_PRICE_BOOK = (
    "field integrity exception: PricebookEntryId (pricebook entry is in a different pricebook than the one assigned to "
    "the opportunity)"
)
_PERSON_PARTS = ("FirstName", "LastName")
# Objects with an AccountId through which an activity about one of their rows belongs to an account.
_ACCOUNT_OF = ("Opportunity", "Case", "Asset", "Contract", "Contact")

# Columns of the stored row that the behaviour of an object looks at when the row is updated.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "Opportunity": opportunities.NEEDED,
    "Contact": _PERSON_PARTS,
    "User": _PERSON_PARTS,
    "Case": ("Status", "IsClosed"),
    "Task": ("Status", "WhoId", "WhatId", "AccountId", "IsClosed"),
    "Event": ("WhoId", "WhatId", "AccountId"),
    "Asset": ("AccountId", "ContactId"),
    "OpportunityLineItem": ("OpportunityId", "Quantity", "UnitPrice", "TotalPrice", "Discount"),
}


def needed(work: Work) -> tuple[str, ...]:
    """The columns of present rows that an update of the object looks at."""
    own = NEEDED.get(work.sobject.name, ())
    return own if work.conduct is None else (*own, *needed_for_history(work))


def set_defaults(work: Work, drafts: Sequence[Draft]) -> None:
    """Give new rows the defaults of the fields they leave blank, their owner, and their numbers."""
    defaults = {
        field.name: converter(work.schema, work.sobject, field)(field.default_value)
        for field in work.sobject.stored_fields
        if field.default_value is not None
    }
    if "OwnerId" in work.sobject.fields:
        defaults["OwnerId"] = work.user.id
    for draft in drafts:
        for name, value in defaults.items():
            if draft.values.get(name) is None:
                draft.values[name] = value
    set_currencies(work, drafts)


def set_numbers(work: Work, drafts: Sequence[Draft]) -> None:
    """Give new rows, which have their ids, their auto-numbers; a custom object's blank Name becomes its id."""
    for field in work.sobject.stored_fields:
        if field.auto_number:
            numbers = work.allocator.take_numbers(f"{work.sobject.name}.{field.name}", len(drafts))
            for draft, number in zip(drafts, numbers, strict=True):
                draft.values[field.name] = format_number(field, number)
        elif field.name == "Name" and work.sobject.custom:
            for draft in drafts:
                draft.values["Name"] = draft.values.get("Name") or draft.id


def format_number(field: Field, number: int) -> str:
    """An auto-number in its field's display format, such as `P-{00000}`."""
    before, opening, rest = (field.display_format or "{0}").partition("{")
    digits, _, after = rest.partition("}")
    return f"{before}{number:0{len(digits)}d}{after}" if opening else f"{before}{number}"


def before_save(work: Work, drafts: Sequence[Draft]) -> None:
    """Let the object's own behaviour add its values to the drafts or refuse them."""
    act = _BEHAVIOURS.get(work.sobject.name)
    if act is not None:
        act(work, [draft for draft in drafts if not draft.errors])


def _person(_: Work, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if not draft.present or any(part in draft.values for part in _PERSON_PARTS):
            draft.values["Name"] = " ".join(str(part) for part in map(draft.after, _PERSON_PARTS) if part)


def _user(work: Work, drafts: Sequence[Draft]) -> None:
    _person(work, drafts)
    profile = work.connection.execute('SELECT "Id" FROM "Profile" WHERE "Name" = \'Standard User\'').fetchone()[0]
    for draft in drafts:
        if not draft.present:
            last_name = str(draft.values["LastName"])
            draft.values.setdefault("ProfileId", profile)
            draft.values.setdefault("Alias", last_name.lower()[:8])
            draft.values.setdefault("CommunityNickname", str(draft.values["Username"]).partition("@")[0][:40])


def _case(work: Work, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if "Status" in draft.values:
            closed = draft.values["Status"] in CLOSED_CASE_STATUSES
            draft.values["IsClosed"] = int(closed)
            if not draft.present:
                draft.values["IsClosedOnCreate"] = int(closed)
            if draft.changes("IsClosed"):
                draft.values["ClosedDate"] = work.now if closed else None


def _task(work: Work, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if "Status" in draft.values:
            closed = draft.values["Status"] in COMPLETED_TASK_STATUSES
            draft.values["IsClosed"] = int(closed)
            if draft.changes("IsClosed"):
                draft.values["CompletedDateTime"] = work.now if closed else None
        if "Priority" in draft.values:
            draft.values["IsHighPriority"] = int(draft.values["Priority"] == "High")
    _activity(work, drafts)


def _activity(work: Work, drafts: Sequence[Draft]) -> None:
    """An activity belongs to the account it is about, or to that of the record or person it is about."""
    concerned = [draft for draft in drafts if "WhatId" in draft.values or "WhoId" in draft.values]
    related = {str(value) for draft in concerned for value in (draft.after("WhatId"), draft.after("WhoId")) if value}
    accounts = _accounts_of(work, related)
    for draft in concerned:
        what, who = (accounts.get(str(draft.after(name))) for name in ("WhatId", "WhoId"))
        draft.values["AccountId"] = what or who


def _accounts_of(work: Work, ids: set[str]) -> dict[str, Value]:
    accounts: dict[str, Value] = {record_id: record_id for record_id in ids if record_id.startswith("001")}
    for name in _ACCOUNT_OF:
        prefix = work.schema.objects[name].key_prefix
        members: list[Value] = [record_id for record_id in ids if record_id.startswith(prefix)]
        rows = select_by(work.connection, name, ("Id", "AccountId"), "Id", members)
        accounts.update((str(record_id), account_id) for record_id, account_id in rows)
    return accounts


def _asset(_: Work, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if draft.after("AccountId") is None and draft.after("ContactId") is None:
            message = "Every asset needs an account, a contact, or both."
            draft.errors.append(OrgError("FIELD_INTEGRITY_EXCEPTION", message, ("ContactId", "AccountId")))


def _price_book_entry(work: Work, drafts: Sequence[Draft]) -> None:
    products = [draft.values["Product2Id"] for draft in drafts if draft.values.get("Product2Id")]
    rows = select_by(work.connection, "Product2", ("Id", "Name", "ProductCode"), "Id", products)
    facts = {row[0]: row[1:] for row in rows}
    for draft in drafts:
        if draft.values.get("Product2Id") in facts:
            draft.values["Name"], draft.values["ProductCode"] = facts[draft.values["Product2Id"]]


def _line_item(work: Work, drafts: Sequence[Draft]) -> None:
    """Unit and total price follow from one another; the product's facts come from its price book entry."""
    keys = [draft.values["PricebookEntryId"] for draft in drafts if draft.values.get("PricebookEntryId")]
    columns = ("Id", "Pricebook2Id", "Product2Id", "Name", "ProductCode", "UnitPrice")
    entries = {row[0]: row[1:] for row in select_by(work.connection, "PricebookEntry", columns, "Id", keys)}
    deals = list({draft.values["OpportunityId"] for draft in drafts if draft.values.get("OpportunityId")})
    books = {row[0]: row[1] for row in select_by(work.connection, "Opportunity", ("Id", "Pricebook2Id"), "Id", deals)}
    for draft in drafts:
        entry = entries.get(draft.values.get("PricebookEntryId"))
        if entry is not None:
            names = ("Product2Id", "Name", "ProductCode", "ListPrice")
            draft.values.update(zip(names, entry[1:], strict=True))
            if books.get(draft.values.get("OpportunityId")) not in (None, entry[0]):
                draft.errors.append(OrgError("FIELD_INTEGRITY_EXCEPTION", OTHER_PRICE_BOOK, ("PricebookEntryId",)))
        _price(draft)


def _price(draft: Draft) -> None:
    given = draft.values
    if given.get("UnitPrice") is not None and given.get("TotalPrice") is not None:
        message = "field integrity exception: write either UnitPrice or TotalPrice, not both"
        draft.errors.append(OrgError("FIELD_INTEGRITY_EXCEPTION", message, ("TotalPrice", "UnitPrice")))
        return
    quantity, discount = float(draft.after("Quantity") or 0), float(draft.after("Discount") or 0)
    factor = quantity * (1 - discount / 100)
    if given.get("TotalPrice") is not None:
        given["UnitPrice"] = round(float(given["TotalPrice"] or 0) / factor, 2) if factor else None
    elif not {"UnitPrice", "Quantity", "Discount"}.isdisjoint(given):
        given["TotalPrice"] = round(float(draft.after("UnitPrice") or 0) * factor, 2)
    given["Subtotal"] = round(float(draft.after("UnitPrice") or 0) * quantity, 2)


_BEHAVIOURS: dict[str, Callable[[Work, Sequence[Draft]], None]] = {
    "Opportunity": opportunities.before_save,
    "Contact": _person,
    "User": _user,
    "Case": _case,
    "Task": _task,
    "Event": _activity,
    "Asset": _asset,
    "PricebookEntry": _price_book_entry,
    "OpportunityLineItem": _line_item,
}
