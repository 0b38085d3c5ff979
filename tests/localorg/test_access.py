from __future__ import annotations

from dataclasses import replace

import pytest

from localorg.access import STANDARD_PROFILE
from localorg.errors import OrgError
from localorg.org import LocalOrg

ADMIN, INTEGRATION = "admin@local.example", "integration@local.example"


def test_a_fresh_org_has_an_admin_and_an_integration_user(plain_org: LocalOrg) -> None:
    assert [(user.username, user.is_admin) for user in plain_org.users()] == [(ADMIN, True), (INTEGRATION, False)]


def test_a_user_is_found_by_name_in_any_case_and_by_both_ids(plain_org: LocalOrg) -> None:
    admin = plain_org.user("Admin@LOCAL.example")
    assert plain_org.user(admin.id).username == ADMIN
    assert plain_org.user(admin.id[:15]).username == ADMIN


def test_an_unknown_user_is_an_error(plain_org: LocalOrg) -> None:
    with pytest.raises(OrgError, match="nobody@x"):
        plain_org.user("nobody@x")


def test_without_the_package_the_integration_user_sees_only_what_all_see(plain_org: LocalOrg) -> None:
    user = plain_org.user(INTEGRATION)
    assert not user.may_read_object("Account")
    assert not user.may_read("Account", "Name")
    assert not user.may_read_object("OpportunityHistory")
    assert user.may_read_object("Organization")
    assert not user.may_edit_object("Organization")
    assert user.may_read_object("User")
    assert user.may_create("Task")


def test_the_admin_sees_and_writes_all_that_can_be_written(packaged_org: LocalOrg) -> None:
    admin = packaged_org.user(ADMIN)
    for sobject in packaged_org.schema.objects.values():
        assert admin.readable_fields(sobject.name) == tuple(sobject.fields.values())
    assert admin.may_edit("Opportunity", "Amount")
    assert not admin.may_edit("Opportunity", "Age__c")
    assert not admin.may_edit("Opportunity", "CreatedDate")
    assert not admin.may_create("OpportunityHistory")
    assert not admin.may_read_object("Nothing__c")


def test_the_permission_set_is_assigned_at_deployment(packaged_org: LocalOrg) -> None:
    assert packaged_org.user(INTEGRATION).permission_sets == ("Sidecar_Integration",)


def test_the_integration_user_has_just_what_its_permission_set_grants(packaged_org: LocalOrg) -> None:
    user = packaged_org.user(INTEGRATION)
    assert (user.may_read_object("Account"), user.may_edit_object("Account")) == (True, False)
    assert (user.may_edit_object("Opportunity"), user.may_create("Opportunity")) == (True, False)
    assert (user.may_create("Plan__c"), user.may_delete("Plan__c")) == (True, True)
    assert not user.may_read_object("Contact")
    assert user.may_edit("Account", "Health__c")
    assert not user.may_read("Account", "Detail__c")
    assert not user.may_read("Account", "Industry")
    assert user.may_read("Opportunity", "Amount")
    assert not user.may_edit("Opportunity", "Amount")
    assert user.may_read("Opportunity", "Age__c")


def test_required_and_system_fields_are_always_visible(packaged_org: LocalOrg) -> None:
    user = packaged_org.user(INTEGRATION)
    for name in ("Id", "Name", "StageName", "CloseDate", "OwnerId", "IsClosed", "CreatedDate", "SystemModstamp"):
        assert user.may_read("opportunity", name.lower())


def test_a_granted_address_opens_its_parts(packaged_org: LocalOrg) -> None:
    user = packaged_org.user(INTEGRATION)
    assert user.may_read("Account", "BillingAddress")
    assert user.may_read("Account", "BillingCountry")
    assert not user.may_read("Account", "ShippingCountry")


def test_children_follow_their_parents_rights(packaged_org: LocalOrg) -> None:
    user = packaged_org.user(INTEGRATION)
    assert user.may_read_object("OpportunityHistory")
    assert user.may_read("OpportunityHistory", "StageName")
    assert user.may_create("OpportunityLineItem")
    assert not user.may_read_object("PricebookEntry")


def test_a_standard_user_has_the_standard_but_not_the_custom(packaged_org: LocalOrg) -> None:
    user = replace(packaged_org.user(INTEGRATION), profile=STANDARD_PROFILE, grants=())
    assert user.may_create("Account")
    assert user.may_edit("Opportunity", "Amount")
    assert not user.may_read("Account", "Health__c")
    assert not user.may_read_object("Plan__c")


def test_a_removed_assignment_takes_the_rights_away(packaged_org: LocalOrg) -> None:
    with packaged_org.database.reader() as connection:
        ids = [row[0] for row in connection.execute('SELECT "Id" FROM "PermissionSetAssignment"')]
    admin = packaged_org.records(packaged_org.user(ADMIN))
    assert [result.success for result in admin.delete("PermissionSetAssignment", ids)] == [True]
    assert not packaged_org.user(INTEGRATION).may_read_object("Account")
