from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localorg.errors import PackageError
from localorg.org import LocalOrg
from localorg.schema.model import Schema
from localorg.schema.standard import standard_objects
from localorg.schema.stored import field_from_json, field_to_json, object_from_json, object_to_json

from .conftest import field_xml, write_package

SCHEMA = Schema({value.name: value for value in standard_objects()})
AUDIT = {"Id", "CreatedDate", "SystemModstamp"}


def test_key_prefixes_are_those_of_salesforce() -> None:
    wanted = {
        "001": "Account",
        "006": "Opportunity",
        "00k": "OpportunityLineItem",
        "00K": "OpportunityContactRole",
        "00D": "Organization",
    }
    assert {prefix: SCHEMA.by_prefix(prefix).name for prefix in wanted} == wanted  # type: ignore[union-attr] # None fails here
    assert len({value.key_prefix for value in SCHEMA.objects.values()}) == len(SCHEMA.objects)


@pytest.mark.parametrize("name", sorted(SCHEMA.objects))
def test_every_standard_object_is_consistent(name: str) -> None:
    sobject = SCHEMA.objects[name]
    assert "Id" in sobject.fields
    assert "SystemModstamp" in sobject.fields or name == "ForecastingType"
    for field in sobject.fields.values():
        assert field.label
        assert (field.type == "reference") == bool(field.reference_to)
        assert field.compound_field_name is None or field.compound_field_name in sobject.fields
        if field.type in ("double", "currency", "percent"):
            assert field.precision > 0
        if field.type in ("string", "picklist", "textarea"):
            assert field.length > 0
        if field.type == "boolean":
            assert not field.nillable
        assert not (field.unique and not field.createable)


def test_recorded_facts_of_opportunity_hold() -> None:
    opportunity = SCHEMA.objects["Opportunity"]
    amount, stage, description = (opportunity.fields[name] for name in ("Amount", "StageName", "Description"))
    assert (amount.type, amount.precision, amount.scale, amount.nillable, amount.groupable) == (
        "currency",
        18,
        2,
        True,
        False,
    )
    assert (stage.nillable, stage.createable, stage.permissionable) == (False, True, False)
    assert (description.length, description.filterable, description.sortable) == (32000, False, False)
    assert opportunity.fields["ContactId"].relationship_name is None
    assert {"PushCount", "LastStageChangeDate"} <= opportunity.fields.keys()


@pytest.mark.parametrize(
    ("parent", "names"),
    [
        ("Account", {"Opportunities", "Contacts", "Assets", "Cases", "Tasks", "Events", "ChildAccounts", "Contracts"}),
        ("Opportunity", {"OpportunityLineItems", "OpportunityContactRoles", "OpportunityHistories", "Tasks", "Events"}),
    ],
)
def test_child_relationships_have_salesforces_names(parent: str, names: set[str]) -> None:
    sobject = SCHEMA.objects[parent]
    found = [child.name for child in sobject.child_relationships if child.name]
    assert names <= set(found)
    assert len(found) == len(set(found))
    assert sobject.child_relationship("tasks").child_object == "Task"  # type: ignore[union-attr] # None fails here


def test_names_are_found_in_any_case() -> None:
    account = SCHEMA.get("aCCOUNT")
    assert account is not None
    assert account.name == "Account"
    assert account.field("industry") is account.fields["Industry"]
    assert account.field("Nothing") is None
    assert SCHEMA.get("Nothing") is None
    relation = SCHEMA.objects["Opportunity"].relationship("owner")
    assert relation is not None
    assert relation.name == "OwnerId"


def test_package_fields_become_describe_types(packaged_org: LocalOrg) -> None:
    plan = packaged_org.schema.objects["Plan__c"]
    added = packaged_org.schema.objects["Opportunity"].fields
    assert (added["Chance__c"].type, added["Chance__c"].precision, added["Chance__c"].scale) == ("percent", 4, 1)
    assert added["Age__c"].calculated
    assert not added["Age__c"].stored
    assert not added["Age__c"].createable
    assert added["Tags__c"].picklist_values == (("Stalled", "Stalled"), ("Slipping", "Slipping"), ("Pushed", "Pushed"))
    assert added["Tags__c"].restricted_picklist
    key, account, name = (plan.fields[n] for n in ("Key__c", "Account__c", "Name"))
    assert (key.unique, key.external_id, key.length) == (True, True, 80)
    assert (account.relationship_name, account.child_relationship_name) == ("Account__r", "Plans__r")
    assert (name.auto_number, name.createable, name.display_format) == (True, False, "PLAN-{00000}")
    assert plan.fields["Segment__c"].default_value == "Upsell"


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (field_xml("Bad__c", "Hologram"), "'Hologram' is not a valid value for the enum 'FieldType'"),
        (field_xml("Bad__c", "Location", scale="2"), "'Location' is not supported"),
        (field_xml("Bad__c", "Number", precision="19", scale="0"), "must be between 1 and 18"),
        (field_xml("Bad__c", "Number", precision="3", scale="4"), "must be between 1 and 18"),
        (field_xml("Bad__c", "Text", length="256"), "must be between 1 and 255"),
        (field_xml("Bad__c", "LongTextArea", length="200000", visibleLines="3"), "must be between 256 and 131072"),
        (field_xml("Bad__c", "Lookup", referenceTo="Nothing__c"), "referenceTo value of 'Nothing__c' does not resolve"),
        (field_xml("Bad__c", "Number", scale="0", formula="Bad__c + 1"), "refer"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_the_reason(tmp_path: Path, xml: str, reason: str) -> None:
    package = write_package(tmp_path / "package", {"objects/Account/fields/Bad__c": xml})
    org = LocalOrg.open(tmp_path / "org.sqlite")
    report = org.deploy(package, rollback_on_error=False)
    org.close()
    (refusal,) = report.refused
    assert refusal.component == "Account.Bad__c"
    assert reason in refusal.reason
    assert refusal.place.startswith("main/default/objects/Account/fields/Bad__c.field-meta.xml:")
    assert "Bad__c" not in org.schema.objects["Account"].fields
    assert "Health__c" in org.schema.objects["Account"].fields


def test_one_refused_component_keeps_all_of_them_out(plain_org: LocalOrg, tmp_path: Path) -> None:
    extra = {"objects/Account/fields/Bad__c": field_xml("Bad__c", "Hologram")}
    report = plain_org.deploy(write_package(tmp_path / "package", extra))
    assert [refusal.component for refusal in report.refused] == ["Account.Bad__c"]
    assert report.objects == report.fields == report.permission_sets == ()
    assert "Health__c" not in plain_org.schema.objects["Account"].fields
    assert "Plan__c" not in plain_org.schema.objects


def test_an_org_does_not_open_with_a_package_that_cannot_be_deployed(tmp_path: Path) -> None:
    extra = {"objects/Account/fields/Bad__c": field_xml("Bad__c", "Hologram")}
    with pytest.raises(PackageError, match=r"Account\.Bad__c: .*'Hologram'.*Bad__c\.field-meta\.xml"):
        LocalOrg.open(tmp_path / "org.sqlite", write_package(tmp_path / "package", extra))


def test_fields_of_an_object_that_is_not_there_are_refused(tmp_path: Path) -> None:
    extra = {"objects/Invoice/fields/Sum__c": field_xml("Sum__c", "Date")}
    org = LocalOrg.open(tmp_path / "org.sqlite")
    report = org.deploy(write_package(tmp_path / "package", extra))
    org.close()
    assert [(r.component, r.reason) for r in report.refused] == [
        ("Invoice.Sum__c", "Entity of type 'CustomObject' named 'Invoice' cannot be found")
    ]


def test_a_missing_folder_changes_nothing(plain_org: LocalOrg, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="is not a folder"):
        plain_org.deploy(tmp_path / "nowhere")
    assert not any(sobject.custom for sobject in plain_org.schema.objects.values())


@pytest.mark.parametrize("text", ["<CustomField", "<Flow xmlns='http://soap.sforce.com/2006/04/metadata'/>"])
def test_a_broken_metadata_file_is_named(plain_org: LocalOrg, small_package: Path, text: str) -> None:
    (small_package / "main/default/objects/Account/fields/Health__c.field-meta.xml").write_text(text)
    report = plain_org.deploy(small_package)
    places = [refusal.place for refusal in report.refused if "Error parsing file" in refusal.reason]
    assert [place.partition(":")[0].rpartition("/")[2] for place in places] == ["Health__c.field-meta.xml"]
    assert "Plan__c" not in plain_org.schema.objects


def test_deploying_twice_changes_nothing(packaged_org: LocalOrg, small_package: Path) -> None:
    before = dict(packaged_org.schema.objects)
    with packaged_org.database.reader() as connection:
        assigned = connection.execute('SELECT count(*) FROM "PermissionSetAssignment"').fetchone()
    packaged_org.deploy(small_package)
    assert packaged_org.schema.objects == before
    with packaged_org.database.reader() as connection:
        assert connection.execute('SELECT count(*) FROM "PermissionSetAssignment"').fetchone() == assigned


def test_a_later_package_adds_and_keeps(packaged_org: LocalOrg, tmp_path: Path) -> None:
    extra = {"objects/Account/fields/New__c": field_xml("New__c", "Text", length="10")}
    later = write_package(tmp_path / "later", extra)
    (later / "main/default/objects/Account/fields/Detail__c.field-meta.xml").unlink()
    packaged_org.deploy(later)
    fields = packaged_org.schema.objects["Account"].fields
    assert {"New__c", "Detail__c", "Health__c"} <= fields.keys()
    admin = packaged_org.records(packaged_org.user("admin@local.example"))
    assert admin.insert("Account", [{"Name": "A", "New__c": "x", "Detail__c": "y"}])[0].success


def test_a_field_cannot_change_its_storage(packaged_org: LocalOrg, tmp_path: Path) -> None:
    extra = {"objects/Account/fields/Health__c": field_xml("Health__c", "Text", length="10")}
    report = packaged_org.deploy(write_package(tmp_path / "later", extra))
    assert report.refused[0].reason == "Cannot change type due to existing data"
    assert packaged_org.schema.objects["Account"].fields["Health__c"].type == "double"


def test_the_file_needs_no_package_to_be_opened_again(tmp_path: Path, packaged_org: LocalOrg) -> None:
    packaged_org.close()
    again = LocalOrg.open(tmp_path / "packaged.sqlite")
    assert again.schema.objects == packaged_org.schema.objects
    assert again.org_id == packaged_org.org_id
    assert again.user("integration@local.example").may_edit("Account", "Health__c")
    again.close()


def test_stored_facts_come_back_equal(packaged_org: LocalOrg) -> None:
    plan = packaged_org.schema.objects["Plan__c"]
    assert object_from_json(object_to_json(plan)).fields == plan.fields
    for field in packaged_org.schema.objects["Opportunity"].fields.values():
        assert field_from_json(field_to_json(field)) == field


def test_stage_values_in_the_schema_are_the_orgs_stages(plain_org: LocalOrg) -> None:
    values = plain_org.schema.objects["Opportunity"].fields["StageName"].picklist_values
    assert values[0] == ("Prospecting", "Prospecting")
    assert len(values) == 10


@pytest.mark.shows("deploy.crash")
def test_a_process_killed_while_it_deploys_leaves_nothing(tmp_path: Path, small_package: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "import localorg.deploy\n"
        "from localorg.org import LocalOrg\n"
        "localorg.deploy.keep = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "LocalOrg.open(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    file = tmp_path / "killed.sqlite"
    repository = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", program, file, small_package], cwd=repository, check=False)
    assert killed.returncode == -signal.SIGKILL
    org = LocalOrg.open(file)
    assert not any(sobject.custom for sobject in org.schema.objects.values())
    with org.database.reader() as connection:
        assert connection.execute('SELECT count(*) FROM "_deployed"').fetchone() == (0,)
        assert "Health__c" not in [row[1] for row in connection.execute('PRAGMA table_info("Account")')]
    assert org.deploy(small_package).refused == ()
    assert "Health__c" in org.schema.objects["Account"].fields
    org.close()


def test_a_field_that_an_order_took_away_comes_back_with_the_next_deployment(
    packaged_org: LocalOrg, small_package: Path
) -> None:
    packaged_org.faults.order("field_remove", object="Plan__c", field="Amount__c")
    assert "Amount__c" not in packaged_org.schema.objects["Plan__c"].fields
    assert packaged_org.deploy(small_package).refused == ()
    assert "Amount__c" in packaged_org.schema.objects["Plan__c"].fields
    admin = packaged_org.records(packaged_org.user("admin@local.example"))
    assert admin.insert("Plan__c", [{"Amount__c": 5}])[0].success
