from __future__ import annotations

from datetime import timedelta

import pytest

from localorg.errors import OrgError
from localorg.ids import id18
from localorg.org import LocalOrg
from localorg.store.records import Records, RowResult

ADMIN, INTEGRATION = "admin@local.example", "integration@local.example"
NOON = "2026-11-22T12:00:00.000Z"
DEAL = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-15"}
NOWHERE = id18("0010000000000zz")


@pytest.fixture
def admin(packaged_org: LocalOrg) -> Records:
    return packaged_org.records(packaged_org.user(ADMIN))


@pytest.fixture
def integration(packaged_org: LocalOrg) -> Records:
    return packaged_org.records(packaged_org.user(INTEGRATION))


def rows(org: LocalOrg, query: str, *values: object) -> list[tuple[object, ...]]:
    with org.database.reader() as connection:
        return connection.execute(query, values).fetchall()


def made(records: Records, sobject: str, **values: object) -> str:
    (result,) = records.insert(sobject, [values])
    assert result.success, result.errors
    assert result.id is not None
    return result.id


def code(result: RowResult) -> str:
    assert not result.success
    return result.errors[0].code


def refused(records: Records, sobject: str, row: dict[str, object]) -> OrgError:
    (result,) = records.insert(sobject, [row])
    assert not result.success
    assert result.id is None
    return result.errors[0]


def test_an_insert_stamps_the_row_and_sets_defaults(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "account", name="Acme", industry="")
    user = packaged_org.user(ADMIN).id
    wanted = (account, "Acme", None, 0, NOON, user, NOON, user, NOON, user)
    columns = (
        "Id, Name, Industry, IsDeleted, CreatedDate, CreatedById, LastModifiedDate, LastModifiedById, SystemModstamp"
    )
    assert rows(packaged_org, f"SELECT {columns}, OwnerId FROM Account") == [wanted]


@pytest.mark.shows("behaviour.defaults")
def test_a_custom_row_gets_number_defaults_and_owner(packaged_org: LocalOrg, admin: Records) -> None:
    for _ in range(2):
        made(admin, "Plan__c", Key__c=None)
    found = rows(packaged_org, "SELECT Name, Segment__c, Active__c, OwnerId IS NOT NULL FROM Plan__c ORDER BY Id")
    assert found == [("PLAN-00001", "Upsell", 1, 1), ("PLAN-00002", "Upsell", 1, 1)]


@pytest.mark.shows("behaviour.refusals")
@pytest.mark.parametrize(
    ("sobject", "row", "wanted", "fields", "message"),
    [
        ("Account", {"Name": "A", "Foo": 1}, "INVALID_FIELD", (), "No such column 'Foo' on sobject of type Account"),
        ("Account", {}, "REQUIRED_FIELD_MISSING", ("Name",), "Required fields are missing: [Name]"),
        ("Account", {"Name": ""}, "REQUIRED_FIELD_MISSING", ("Name",), "Required fields are missing: [Name]"),
        ("Account", {"Name": "x" * 256}, "STRING_TOO_LONG", ("Name",), "(max length=255)"),
        (
            "Account",
            {"Name": "A", "Health__c": 1000},
            "NUMBER_OUTSIDE_VALID_RANGE",
            ("Health__c",),
            "numeric field: 1000",
        ),
        (
            "Account",
            {"Name": "A", "ParentId": NOWHERE},
            "INVALID_CROSS_REFERENCE_KEY",
            ("ParentId",),
            "invalid cross ref",
        ),
        ("Account", {"Name": "A", "ParentId": "x"}, "MALFORMED_ID", ("ParentId",), "id value of incorrect type: x"),
        (
            "Account",
            {"Name": "A", "CreatedDate": NOON},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            ("CreatedDate",),
            "CreatedDate",
        ),
        ("Account", {"Name": "A", "Id": NOWHERE}, "INVALID_FIELD_FOR_INSERT_UPDATE", ("Id",), "cannot specify Id"),
        (
            "Opportunity",
            {**DEAL, "Age__c": 1},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            ("Age__c",),
            "Unable to create/update",
        ),
        (
            "Opportunity",
            {**DEAL, "StageName": "Nowhere"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            ("StageName",),
            "Nowhere",
        ),
        ("Opportunity", {**DEAL, "Trust__c": "None"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ("Trust__c",), "None"),
        ("Opportunity", {**DEAL, "CloseDate": "soon"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ("CloseDate",), "soon"),
        ("Opportunity", {"Name": "D"}, "REQUIRED_FIELD_MISSING", ("StageName", "CloseDate"), "[StageName, CloseDate]"),
        ("Asset", {"Name": "X"}, "FIELD_INTEGRITY_EXCEPTION", ("ContactId", "AccountId"), "Every asset needs"),
        ("OpportunityHistory", {}, "INVALID_TYPE_FOR_OPERATION", (), "cannot be inserted: OpportunityHistory"),
    ],
)
def test_refusals_are_salesforces(
    admin: Records, sobject: str, row: dict[str, object], wanted: str, fields: tuple[str, ...], message: str
) -> None:
    error = refused(admin, sobject, row)
    assert (error.code, error.fields) == (wanted, fields)
    assert message in error.message


@pytest.mark.shows("behaviour.partial")
def test_a_refused_row_leaves_the_others_alone(packaged_org: LocalOrg, admin: Records) -> None:
    results = admin.insert("Account", [{"Name": "A"}, {}, {"Name": "C"}])
    assert [result.success for result in results] == [True, False, True]
    assert rows(packaged_org, "SELECT Name FROM Account ORDER BY Id") == [("A",), ("C",)]


@pytest.mark.shows("behaviour.partial")
def test_all_or_none_writes_nothing_if_one_row_is_refused(packaged_org: LocalOrg, admin: Records) -> None:
    results = admin.insert("Account", [{"Name": "A"}, {}], all_or_none=True)
    assert [code(result) for result in results] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert rows(packaged_org, "SELECT count(*) FROM Account") == [(0,)]


def test_all_or_none_inside_a_larger_write_undoes_itself_only(packaged_org: LocalOrg, admin: Records) -> None:
    with packaged_org.database.writer():
        made(admin, "Account", Name="kept")
        admin.insert("Account", [{"Name": "A"}, {}], all_or_none=True)
    assert rows(packaged_org, "SELECT Name FROM Account") == [("kept",)]


def test_an_unknown_object_is_no_row_error(admin: Records, integration: Records) -> None:
    for records, name in ((admin, "Nothing__c"), (integration, "Contact")):
        with pytest.raises(OrgError, match=f"sObject type '{name}' is not supported"):
            records.insert(name, [{}])


@pytest.mark.shows("behaviour.stamps")
def test_updates_change_what_they_name_and_stamp_the_row(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="Acme", Industry="Energy", Phone="1")
    packaged_org.clock.advance(timedelta(seconds=90))
    (result,) = admin.update("Account", [{"Id": account[:15], "Phone": None, "Health__c": "71.5"}])
    assert (result.id, result.success, result.created) == (account, True, False)
    found = rows(packaged_org, "SELECT Name, Industry, Phone, Health__c, CreatedDate, SystemModstamp FROM Account")
    assert found == [("Acme", "Energy", None, 72.0, NOON, "2026-11-22T12:01:30.000Z")]


@pytest.mark.parametrize(
    ("row", "wanted", "status"),
    [
        ({"Name": "B"}, "MISSING_ARGUMENT", 400),
        ({"Id": "nonsense"}, "MALFORMED_ID", 400),
        ({"Id": id18("006000000000001")}, "MALFORMED_ID", 400),
        ({"Id": NOWHERE, "Name": "B"}, "INVALID_CROSS_REFERENCE_KEY", 404),
    ],
)
def test_updates_of_rows_that_cannot_be_found(admin: Records, row: dict[str, object], wanted: str, status: int) -> None:
    (result,) = admin.update("Account", [row])
    assert (code(result), result.errors[0].status) == (wanted, status)


def test_a_required_value_cannot_be_cleared(admin: Records) -> None:
    account = made(admin, "Account", Name="Acme")
    (result,) = admin.update("Account", [{"Id": account, "Name": None}])
    assert code(result) == "REQUIRED_FIELD_MISSING"


def test_the_same_row_twice_in_a_call_is_refused_the_second_time(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="Acme")
    first, second = admin.update("Account", [{"Id": account, "Name": "B"}, {"Id": account, "Name": "C"}])
    assert first.success
    assert code(second) == "DUPLICATE_VALUE"
    assert rows(packaged_org, "SELECT Name FROM Account") == [("B",)]


@pytest.mark.shows("behaviour.field_security")
def test_field_level_security_hides_and_protects(admin: Records, integration: Records) -> None:
    deal = made(admin, "Opportunity", **DEAL)
    hidden, readable, writable = integration.update(
        "Opportunity", [{"Id": deal, "NextStep": "x"}, {"Id": id18(deal), "Amount": 5}, {"Id": deal, "Chance__c": 50}]
    )
    assert code(hidden) == "INVALID_FIELD"
    assert "No such column 'NextStep'" in hidden.errors[0].message
    assert code(readable) == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert readable.errors[0].fields == ("Amount",)
    assert not writable.success  # the third time this id comes in the call
    assert integration.update("Opportunity", [{"Id": deal, "Chance__c": 50}])[0].success


@pytest.mark.shows("behaviour.object_rights")
def test_object_permissions_are_asked(admin: Records, integration: Records) -> None:
    account = made(admin, "Account", Name="Acme")
    deal = made(admin, "Opportunity", **DEAL)
    outcomes = [
        integration.insert("Account", [{"Name": "B"}])[0],
        integration.update("Account", [{"Id": account, "Health__c": 5}])[0],
        integration.delete("Opportunity", [deal])[0],
    ]
    assert [code(result) for result in outcomes] == ["INSUFFICIENT_ACCESS_OR_READONLY"] * 3
    assert outcomes[0].errors[0].status == 403
    assert integration.insert("Plan__c", [{"Key__c": "k"}])[0].success


def test_upsert_inserts_then_updates_by_key_in_any_case(packaged_org: LocalOrg, integration: Records) -> None:
    (first,) = integration.upsert("Plan__c", "key__c", [{"Key__c": "K-1", "Amount__c": 5}])
    (second,) = integration.upsert("Plan__c", "Key__c", [{"Key__c": "k-1", "Amount__c": 6}])
    assert (first.success, first.created) == (True, True)
    assert (second.success, second.created, second.id) == (True, False, first.id)
    assert rows(packaged_org, "SELECT Key__c, Amount__c FROM Plan__c") == [("K-1", 6.0)]


def test_upsert_by_id_updates_or_inserts(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="A")
    results = admin.upsert("Account", "Id", [{"Id": account, "Name": "B"}, {"Id": None, "Name": "C"}, {"Name": "D"}])
    assert [(result.success, result.created) for result in results] == [(True, False), (True, True), (True, True)]
    (missing,) = admin.upsert("Account", "Id", [{"Id": NOWHERE, "Name": "E"}])
    assert code(missing) == "INVALID_CROSS_REFERENCE_KEY"
    assert rows(packaged_org, "SELECT Name FROM Account ORDER BY Id") == [("B",), ("C",), ("D",)]


def test_upsert_needs_an_external_id_the_user_sees(admin: Records, integration: Records) -> None:
    for records, field in ((admin, "Amount__c"), (admin, "Nothing__c")):
        with pytest.raises(OrgError, match="Provided external ID field does not exist or is not accessible") as caught:
            records.upsert("Plan__c", field, [])
        assert (caught.value.code, caught.value.status) == ("NOT_FOUND", 404)
    (blank,) = integration.upsert("Plan__c", "Key__c", [{"Key__c": "", "Amount__c": 1}])
    assert code(blank) == "MISSING_ARGUMENT"


def test_upsert_refuses_a_key_that_comes_twice(packaged_org: LocalOrg, admin: Records) -> None:
    first, second = admin.upsert("Plan__c", "Key__c", [{"Key__c": "k"}, {"Key__c": "K"}])
    assert first.success
    assert code(second) == "DUPLICATE_VALUE"
    assert rows(packaged_org, "SELECT count(*) FROM Plan__c") == [(1,)]


@pytest.mark.shows("behaviour.unique")
def test_unique_values_are_unique_in_the_store_and_in_a_call(admin: Records) -> None:
    first = made(admin, "Plan__c", Key__c="k")
    results = admin.insert("Plan__c", [{"Key__c": "K"}, {"Key__c": "new"}, {"Key__c": "new"}])
    assert [result.success for result in results] == [False, True, False]
    assert code(results[0]) == code(results[2]) == "DUPLICATE_VALUE"
    assert first in results[0].errors[0].message
    assert admin.update("Plan__c", [{"Id": first, "Key__c": "k"}])[0].success


def test_a_deleted_rows_key_is_free_again(admin: Records) -> None:
    first = made(admin, "Plan__c", Key__c="k")
    admin.delete("Plan__c", [first])
    (again,) = admin.upsert("Plan__c", "Key__c", [{"Key__c": "k"}])
    assert (again.created, again.id != first) == (True, True)


@pytest.mark.shows("behaviour.references")
def test_a_parent_may_be_given_by_its_key(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="A")
    results = admin.insert(
        "Plan__c",
        [
            {"Account__r": {"attributes": {"type": "Account"}, "Id": account}},
            {"Account__r": None},
            {"Account__r": {"Id": NOWHERE}},
            {"Account__r": {"Name": "A"}},
            {"Account__r": "A"},
            {"Nothing__r": {"Id": account}},
        ],
    )
    assert [result.success for result in results] == [True, True, False, False, False, False]
    assert "Foreign key external ID" in results[2].errors[0].message
    assert {code(result) for result in results[2:]} == {"INVALID_FIELD"}
    assert rows(packaged_org, "SELECT Account__c FROM Plan__c ORDER BY Id") == [(account,), (None,)]


@pytest.mark.shows("behaviour.references", "behaviour.recycle_bin")
def test_deleted_rows_are_in_the_bin_and_cannot_be_used(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="A")
    packaged_org.clock.advance(timedelta(minutes=1))
    assert admin.delete("Account", [account])[0].success
    later = "2026-11-22T12:01:00.000Z"
    assert rows(packaged_org, "SELECT IsDeleted, SystemModstamp FROM Account") == [(1, later)]
    assert code(admin.delete("Account", [account])[0]) == "ENTITY_IS_DELETED"
    assert code(admin.update("Account", [{"Id": account, "Name": "B"}])[0]) == "ENTITY_IS_DELETED"
    error = refused(admin, "Opportunity", {**DEAL, "AccountId": account})
    assert (error.code, error.fields) == ("ENTITY_IS_DELETED", ("AccountId",))


@pytest.mark.shows("behaviour.delete_refused")
def test_children_go_with_their_parent_and_lookups_are_cleared(packaged_org: LocalOrg, admin: Records) -> None:
    account = made(admin, "Account", Name="A")
    other = made(admin, "Account", Name="B")
    deal = made(admin, "Opportunity", **DEAL, AccountId=account)
    kept = made(admin, "Opportunity", **DEAL, AccountId=other)
    made(admin, "Plan__c", Key__c="k", Account__c=account)
    admin.delete("Account", [account])
    assert dict(rows(packaged_org, "SELECT Id, IsDeleted FROM Opportunity")) == {deal: 1, kept: 0}
    assert rows(packaged_org, "SELECT DISTINCT OpportunityId FROM OpportunityHistory WHERE IsDeleted = 1") == [(deal,)]
    assert rows(packaged_org, "SELECT Account__c, IsDeleted FROM Plan__c") == [(None, 0)]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("nonsense", "MALFORMED_ID"), (id18("006000000000001"), "MALFORMED_ID"), (NOWHERE, "INVALID_CROSS_REFERENCE_KEY")],
)
def test_deleting_what_is_not_there(admin: Records, given: str, wanted: str) -> None:
    assert code(admin.delete("Account", [given])[0]) == wanted


def test_many_rows_go_in_one_call(packaged_org: LocalOrg, admin: Records) -> None:
    results = admin.insert("Account", [{"Name": f"A{number}", "Health__c": number % 100} for number in range(2500)])
    assert len({result.id for result in results}) == 2500
    ids = [{"Id": result.id, "Health__c": 7} for result in results]
    assert all(result.success for result in admin.update("Account", ids))
    assert rows(packaged_org, "SELECT DISTINCT Health__c FROM Account") == [(7.0,)]
