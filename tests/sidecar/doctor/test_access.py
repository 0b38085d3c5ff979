"""What the org does not show, or not let be written."""

from localorg.access import FieldRights
from sidecar.configuration import MappingSection, OpportunityFields
from sidecar.doctor import access
from sidecar.doctor.finding import OK, PROBLEM, WARNING
from tests.sidecar.conftest import Clinic

HIDDEN, READ_ONLY = FieldRights(), FieldRights(read=True)


def test_an_org_without_the_package_is_told_to_deploy_it(clinic: Clinic) -> None:
    with clinic.with_nothing():
        [told] = clinic.findings(access.package)
    assert told.state == PROBLEM and told.text.startswith("nothing of the Sidecar package")
    assert told.remedy.startswith("deploy lwc_components, then assign the permission set Sidecar_Integration")


def test_a_field_of_the_package_that_is_missing_is_named(clinic: Clinic) -> None:
    with clinic.without(fields={"Account.Sidecar_Health__c": HIDDEN}):
        [told] = clinic.findings(access.package)
    assert told.state == PROBLEM and "no Account.Sidecar_Health__c" in told.text and "older than version" in told.text


def test_a_field_that_cannot_be_written_is_named(clinic: Clinic) -> None:
    with clinic.without(fields={"Opportunity.Sidecar_Win_Probability__c": READ_ONLY}):
        [told] = clinic.findings(access.writing)
    assert (told.state, told.text) == (PROBLEM, "cannot be written: Opportunity.Sidecar_Win_Probability__c")
    assert "Sidecar_Integration" in told.remedy


def test_answers_to_requests_must_be_writable_too(clinic: Clinic) -> None:
    with clinic.without(fields={"Sidecar_Request__c.Sidecar_Response__c": READ_ONLY}):
        [told] = clinic.findings(access.writing)
    assert told.state == PROBLEM and "Sidecar_Request__c.Sidecar_Response__c" in told.text


def test_an_optional_object_is_missed_with_what_is_switched_off(clinic: Clinic) -> None:
    with clinic.without(objects=("Case",)):
        [told] = clinic.findings(access.reading)
    assert told.state == WARNING and "Case (technical health is unknown)" in told.text


def test_a_field_that_the_configuration_names_is_needed(clinic: Clinic) -> None:
    mapping = MappingSection(opportunity=OpportunityFields(arr="Yearly__c"))
    [told] = clinic.findings(access.reading, mapping=mapping)
    assert (told.state, told.text) == (PROBLEM, "needed and not shown: Opportunity.Yearly__c")
    assert "map another field" in told.remedy


def test_nobody_who_sees_the_panels_is_worth_a_warning(own_clinic: Clinic) -> None:
    [told] = own_clinic.findings(access.users)
    assert told.state == WARNING and "assign Sidecar_User" in told.remedy
    inside = own_clinic.served.inside
    [(permission_set,)] = own_clinic.served.rows('SELECT "Id" FROM "PermissionSet" WHERE "Name" = \'Sidecar_User\'')
    assignee = inside.user("admin@local.example").id
    own_clinic.served.insert("PermissionSetAssignment", {"PermissionSetId": permission_set, "AssigneeId": assignee})
    [told] = own_clinic.findings(access.users)
    assert told.state == OK
