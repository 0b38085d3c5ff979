"""Whatever a client sends as a row: it is written, or refused with a code of Salesforce; its neighbours are written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.errors import OrgError
from tests.localorg.behaviour.conftest import DEAL, Desk, codes, error

SAMPLES = (
    "001000000000001AAA",
    "2026-12-31",
    "2026-02-30",
    "9999-99-99T99:99:99Z",
    "2026-11-22T12:00:00.000+0000",
    "true",
    "1e5",
    "1_000",
    "nan",
    "Closed Won",
    "a@b.example",
    "a;b",
    "\ud800",
    "a\0b",
    "#N/A",
    "-0",
    "٣",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(2**63) - 1, 2**63, 1e308, -1e-320])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(), max_size=30)
    | st.sampled_from(SAMPLES),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=3,
)
OBJECTS = {
    "Account": {"Name": "A"},
    "Opportunity": DEAL,
    "Contact": {"LastName": "L"},
    "Case": {"Subject": "S"},
    "Task": {"Subject": "S"},
    "Event": {"Subject": "S", "DurationInMinutes": 5, "ActivityDateTime": "2026-11-22T12:00:00Z"},
    "User": {"LastName": "U"},
    "Asset": {"Name": "A"},
    "OpportunityLineItem": {"Quantity": 1},
    "CurrencyType": {"ConversionRate": 1},
    "Organization": {},
}
KNOWN = {
    "DUPLICATE_VALUE",
    "ENTITY_IS_DELETED",
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_CROSS_REFERENCE_KEY",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "INVALID_TYPE_FOR_OPERATION",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "JSON_PARSER_ERROR",
    "MALFORMED_ID",
    "MISSING_ARGUMENT",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "REQUIRED_FIELD_MISSING",
    "STRING_TOO_LONG",
}


@pytest.mark.shows("behaviour.refusals")
@settings(max_examples=40)
@given(st.data())
def test_a_row_of_anything_is_written_or_refused_and_its_neighbour_is_written(desk: Desk, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(OBJECTS)))
    fields = [*desk.org.schema.objects[name].fields, "Account", "Owner", "attributes", "Foo", ""]
    row: dict[str, Any] = OBJECTS[name] | data.draw(st.dictionaries(st.sampled_from(fields), VALUES, min_size=3))
    results = desk.records.insert(name, [row])
    key = data.draw(
        st.sampled_from(["Id", *[f.name for f in desk.org.schema.objects[name].fields.values() if f.external_id]])
    )
    results += desk.records.upsert(name, key, [row])
    results += desk.records.update(name, [row])
    assert all(result.success or {each.code for each in result.errors} <= KNOWN for result in results), results
    assert desk.made("Account", Name="neighbour")


@pytest.mark.parametrize(
    ("sobject", "values", "code", "field"),
    [
        ("Account", {"NumberOfEmployees": 10**400}, "NUMBER_OUTSIDE_VALID_RANGE", "NumberOfEmployees"),
        ("Account", {"AnnualRevenue": 10**400}, "NUMBER_OUTSIDE_VALID_RANGE", "AnnualRevenue"),
        ("Account", {"AnnualRevenue": "many"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "AnnualRevenue"),
        ("Account", {"Description": {"a": 1}}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "Description"),
        ("Account", {"Phone": "1" * 41}, "STRING_TOO_LONG", "Phone"),
        ("Contact", {"LastName": "L", "Email": "not-an-email"}, "INVALID_EMAIL_ADDRESS", "Email"),
        ("Opportunity", {**DEAL, "Probability": 1000}, "NUMBER_OUTSIDE_VALID_RANGE", "Probability"),
        ("Opportunity", {**DEAL, "CloseDate": "2026-02-30"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "CloseDate"),
        ("Opportunity", {**DEAL, "IsPrivate": "maybe"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", "IsPrivate"),
        ("Opportunity", {**DEAL, "AccountId": "003000000000001AAA"}, "MALFORMED_ID", "AccountId"),
    ],
)
def test_values_that_a_field_cannot_hold_have_their_code_and_field(
    desk: Desk, sobject: str, values: dict[str, object], code: str, field: str
) -> None:
    refusal: OrgError = error(
        desk.records.insert(sobject, [{"Name": "A", **values} if sobject == "Account" else values])[0]
    )
    assert (refusal.code, refusal.fields) == (code, (field,))


def test_text_that_no_database_can_hold_is_refused_alone(desk: Desk) -> None:
    results = desk.records.insert("Account", [{"Name": "a"}, {"Name": "half \ud800 pair"}, {"Name": "c"}])
    assert codes(results) == [None, "JSON_PARSER_ERROR", None]


@pytest.mark.shows("behaviour.refusals")
def test_a_product_of_another_price_book_is_refused(desk: Desk) -> None:
    standard = str(desk.rows('SELECT "Id" FROM "Pricebook2"')[0][0])
    other = desk.made("Pricebook2", Name="Other", IsActive=True)
    product = desk.made("Product2", Name="P", IsActive=True)
    price = desk.made("PricebookEntry", Pricebook2Id=standard, Product2Id=product, UnitPrice=10, IsActive=True)
    item = {"PricebookEntryId": price, "Quantity": 1, "UnitPrice": 1}
    deals = [desk.deal(Pricebook2Id=book) for book in (standard, None, other)]
    results = desk.records.insert("OpportunityLineItem", [{**item, "OpportunityId": deal} for deal in deals])
    assert codes(results) == [None, None, "FIELD_INTEGRITY_EXCEPTION"]
    assert error(results[2]).message.endswith("different pricebook than the one assigned to the opportunity)")
