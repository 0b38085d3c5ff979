"""`sf project deploy start` of the official command line, by SOAP and by REST."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.localorg.metadata.sent import component

from .conftest import PACKAGE, log_in
from .driving import Cli, Target

REPOSITORY = PACKAGE.parent
BY_REST = {"SF_ORG_METADATA_REST_DEPLOY": "true"}
FIELDS = {
    "Bad_Enum__c": "<label>A</label><type>Dat</type>",
    "Bad_Element__c": "<label>A</label><lable>A</lable><type>Date</type>",
    "Bad_Length__c": "<label>A</label><type>Text</type>",
    "Bad_Label__c": "<type>Date</type>",
    "Bad_Lookup__c": "<label>A</label><referenceTo>No__c</referenceTo><type>Lookup</type>",
    "Bad_Formula__c": "<label>A</label><formula>No__c + 1</formula><scale>0</scale><type>Number</type>",
    "Good__c": "<label>Good</label><type>Date</type>",
}
PAGE = (
    "<flexiPageRegions><itemInstances><componentInstance><componentName>noSuch</componentName></componentInstance>"
    "</itemInstances><name>main</name><type>Region</type></flexiPageRegions><masterLabel>P</masterLabel>"
    "<template><name>home:desktopTemplate</name></template><type>HomePage</type>"
)
BUNDLE = "<apiVersion>65.0</apiVersion><isExposed>true</isExposed><targets><target>lightning__Moon</target></targets>"
GRANT = (
    "<fieldPermissions><editable>true</editable><field>Account.No__c</field><readable>true</readable>"
    "</fieldPermissions>"
)
FILES = {
    "permissionsets/Bad_Field.permissionset-meta.xml": component("PermissionSet", f"{GRANT}<label>A</label>"),
    "permissionsets/Bad_Xml.permissionset-meta.xml": b"<PermissionSet>\n<label>A</lable>\n</PermissionSet>",
    "permissionsets/Bad_Part.permissionset-meta.xml": component("PermissionSet", "<description>A</description>"),
    "tabs/No__c.tab-meta.xml": component("CustomTab", "<customObject>true</customObject><motif>Custom1: Heart</motif>"),
    "flexipages/Bad_Page.flexipage-meta.xml": component("FlexiPage", PAGE),
    "lwc/badTarget/badTarget.js-meta.xml": component("LightningComponentBundle", BUNDLE),
    "lwc/badTarget/badTarget.js": b"export default class BadTarget {}",
}
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
EXPECTED = {
    ("CustomField", "Account.Bad_Enum__c"): "Error parsing file: 'Dat' is not a valid value for the enum 'FieldType'",
    ("CustomField", "Account.Bad_Element__c"): f"Error parsing file: Element {NAMESPACE}lable invalid at this location",
    ("CustomField", "Account.Bad_Length__c"): "Must specify 'length' for a CustomField of type Text",
    ("CustomField", "Account.Bad_Label__c"): "Must specify a non-empty label for the CustomField",
    ("CustomField", "Account.Bad_Lookup__c"): "referenceTo value of 'No__c' does not resolve to a valid sObject type",
    ("CustomField", "Account.Bad_Formula__c"): "Field No__c does not exist",
    ("PermissionSet", "Bad_Field"): "In field: field - no CustomField named Account.No__c found",
    ("PermissionSet", "Bad_Xml"): "Error parsing file: ",
    ("PermissionSet", "Bad_Part"): "Required field is missing: label",
    ("CustomTab", "No__c"): "In field: customObject - no CustomObject named No__c found",
    ("FlexiPage", "Bad_Page"): "We couldn't retrieve the design time component information for component c:noSuch.",
    ("LightningComponentBundle", "badTarget"): "Invalid target: lightning__Moon",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with our package, its tests left out as developers' machines keep them."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(REPOSITORY / "sfdx-project.json", folder)
    shutil.copytree(PACKAGE, folder / "lwc_components", ignore=shutil.ignore_patterns("__tests__"))
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one mistake of each class, and a field without any."""
    return source_project(tmp_path_factory.mktemp("broken"), {**FILES, **field_files(FIELDS)})


def field_files(fields: dict[str, str]) -> dict[str, bytes]:
    """Files of custom fields of the account, by their path in the source folder."""
    return {
        f"objects/Account/fields/{name}.field-meta.xml": component("CustomField", f"<fullName>{name}</fullName>{body}")
        for name, body in fields.items()
    }


def source_project(folder: Path, files: dict[str, bytes]) -> Path:
    """Write a project whose package directory `source` holds `files`."""
    settings = {"packageDirectories": [{"path": "source", "default": True}], "sourceApiVersion": "65.0"}
    (folder / "sfdx-project.json").write_text(json.dumps(settings))
    for path, content in files.items():
        file = folder / "source/main/default" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def logged_in(cli: Cli, plain_target: Target) -> Cli:
    return log_in(cli, plain_target)


@pytest.mark.shows("clients.cli_deploy_soap", "clients.cli_deploy_rest")
def test_our_package_is_deployed_by_both_ways(logged_in: Cli, plain_target: Target, project: Path) -> None:
    command = ("project", "deploy", "start", "--source-dir", "lwc_components")
    first = logged_in.result(*command, folder=project)
    assert (first["status"], first["success"], first["numberComponentErrors"]) == ("Succeeded", True, 0)
    assert {each["state"] for each in first["files"]} == {"Created"}
    fields = [each for each in first["files"] if each["type"] == "CustomField"]
    assert len(fields) == len(list(PACKAGE.rglob("*.field-meta.xml")))
    # what was deployed is there: a field, an object with its rows, a formula
    assert plain_target.query("SELECT Sidecar_Health__c FROM Account") == []
    assert plain_target.query("SELECT Id, Sidecar_Amount__c FROM Sidecar_Plan__c") == []
    again = logged_in.result(*command, folder=project, **BY_REST)
    assert (again["status"], again["numberComponentsTotal"]) == ("Succeeded", first["numberComponentsTotal"])
    assert {each["state"] for each in again["files"]} == {"Unchanged"}
    names = plain_target.query("SELECT Name FROM PermissionSet ORDER BY Name")
    assert {"Sidecar_Admin", "Sidecar_Integration", "Sidecar_User"} <= {each["Name"] for each in names}


@pytest.mark.shows("clients.cli_deploy_broken")
@pytest.mark.parametrize("way", [{}, BY_REST], ids=["soap", "rest"])
def test_each_class_of_mistake_is_a_row_of_the_printed_table(
    logged_in: Cli, plain_target: Target, broken: Path, way: dict[str, str]
) -> None:
    done = logged_in.run("project", "deploy", "start", "--source-dir", "source", "--concise", folder=broken, **way)
    assert done.code == 1
    rows = {(row[0], row[1]): row[2] for row in done.table() if len(row) >= 3 and row[0] != "Type"}
    assert rows.keys() == EXPECTED.keys()
    for key, problem in EXPECTED.items():
        assert rows[key].startswith(problem), (key, rows[key])
    places = {row[1]: row[3] for row in done.table() if len(row) > 3}
    assert places["Account.Bad_Enum__c"].count(":") == 1
    described = logged_in.result("sobject", "describe", "--sobject", "Account") if way else {"fields": []}
    assert "Good__c" not in [field["name"] for field in described["fields"]]


@pytest.mark.shows("clients.cli_deploy_soap")
def test_a_dry_run_changes_nothing(logged_in: Cli, plain_target: Target, tmp_path: Path) -> None:
    # a field of its own: the org is shared with the tests above, which must not find it there
    project = source_project(tmp_path, field_files({"Dry_Run__c": "<label>Dry run</label><type>Date</type>"}))
    command = ("project", "deploy", "start", "--source-dir", "source")
    assert logged_in.result(*command, "--dry-run", folder=project)["checkOnly"] is True
    asked = logged_in.run("data", "query", "--query", "SELECT Dry_Run__c FROM Account")
    assert asked.code == 1
    assert "No such column 'Dry_Run__c'" in asked.messages + asked.output
    assert logged_in.result(*command, folder=project)["status"] == "Succeeded"
    assert plain_target.query("SELECT Dry_Run__c FROM Account") == []
