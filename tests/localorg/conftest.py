"""A small package as SFDX source, and local orgs with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from localorg.clock import Clock
from localorg.org import LocalOrg

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def field_xml(name: str, kind: str, **parts: str) -> str:
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts.items())
    label = "" if "label" in parts else f"<label>{name.removesuffix('__c').replace('_', ' ')}</label>"
    return f"{HEAD}<CustomField {NS}><fullName>{name}</fullName>{label}{inner}<type>{kind}</type></CustomField>"


def picklist_xml(name: str, kind: str, values: str, **parts: str) -> str:
    listed = "".join(
        f"<value><fullName>{v.strip('*')}</fullName><default>{str(v.startswith('*')).lower()}</default>"
        f"<label>{v.strip('*')}</label></value>"
        for v in values.split(";")
    )
    value_set = f"<restricted>true</restricted><valueSetDefinition><sorted>false</sorted>{listed}</valueSetDefinition>"
    return field_xml(name, kind, valueSet=value_set, **parts)


def object_xml(label: str, name_field: str) -> str:
    return (
        f"{HEAD}<CustomObject {NS}><label>{label}</label><pluralLabel>{label}s</pluralLabel>"
        f"<nameField><label>{label} Name</label>{name_field}</nameField>"
        "<deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel></CustomObject>"
    )


def permission_set_xml(objects: dict[str, str], fields: dict[str, str]) -> str:
    rights = ("allowCreate", "allowDelete", "allowEdit", "allowRead")
    listed = "".join(
        "<objectPermissions>"
        + "".join(f"<{right}>{str(right[5].lower() in letters).lower()}</{right}>" for right in rights)
        + f"<modifyAllRecords>false</modifyAllRecords><object>{name}</object>"
        "<viewAllRecords>false</viewAllRecords></objectPermissions>"
        for name, letters in objects.items()
    )
    listed += "".join(
        f"<fieldPermissions><editable>{str('e' in letters).lower()}</editable><field>{name}</field>"
        f"<readable>{str('r' in letters).lower()}</readable></fieldPermissions>"
        for name, letters in fields.items()
    )
    return f"{HEAD}<PermissionSet {NS}>{listed}<label>Integration</label></PermissionSet>"


PLAN_NAME = "<displayFormat>PLAN-{00000}</displayFormat><type>AutoNumber</type>"
SOURCE = {
    "objects/Account/fields/Health__c": field_xml("Health__c", "Number", precision="3", scale="0"),
    "objects/Account/fields/Detail__c": field_xml("Detail__c", "LongTextArea", length="1000", visibleLines="3"),
    "objects/Opportunity/fields/Chance__c": field_xml("Chance__c", "Percent", precision="4", scale="1"),
    "objects/Opportunity/fields/Entered__c": field_xml("Entered__c", "Date"),
    "objects/Opportunity/fields/Age__c": field_xml(
        "Age__c",
        "Number",
        precision="5",
        scale="0",
        formula="TODAY() - Entered__c",
        formulaTreatBlanksAs="BlankAsBlank",
    ),
    "objects/Opportunity/fields/Tags__c": picklist_xml(
        "Tags__c", "MultiselectPicklist", "Stalled;Slipping;Pushed", visibleLines="3"
    ),
    "objects/Opportunity/fields/Trust__c": picklist_xml("Trust__c", "Picklist", "High;Medium;Low"),
    "objects/Opportunity/fields/Scored__c": field_xml("Scored__c", "DateTime"),
    "objects/Plan__c/fields/Key__c": field_xml("Key__c", "Text", length="80", unique="true", externalId="true"),
    "objects/Plan__c/fields/Account__c": field_xml(
        "Account__c", "Lookup", referenceTo="Account", relationshipName="Plans"
    ),
    "objects/Plan__c/fields/Amount__c": field_xml("Amount__c", "Currency", precision="18", scale="2"),
    "objects/Plan__c/fields/Segment__c": picklist_xml("Segment__c", "Picklist", "Renew;*Upsell"),
    "objects/Plan__c/fields/Active__c": field_xml("Active__c", "Checkbox", defaultValue="true"),
}
INTEGRATION = permission_set_xml(
    {"Account": "r", "Opportunity": "re", "Plan__c": "cred"},
    {
        "Account.Health__c": "re",
        "Account.BillingAddress": "r",
        "Opportunity.Amount": "r",
        "Opportunity.Chance__c": "re",
        "Opportunity.Age__c": "r",
        "Plan__c.Key__c": "re",
        "Plan__c.Amount__c": "re",
    },
)


def write_package(folder: Path, extra: dict[str, str] | None = None) -> Path:
    """The small package under a folder; `extra` adds or replaces fields by path."""
    default = folder / "main" / "default"
    for path, text in {**SOURCE, **(extra or {})}.items():
        file = default / f"{path}.field-meta.xml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (default / "objects/Plan__c/Plan__c.object-meta.xml").write_text(object_xml("Plan", PLAN_NAME), encoding="utf-8")
    sets = default / "permissionsets"
    sets.mkdir(exist_ok=True)
    (sets / "Sidecar_Integration.permissionset-meta.xml").write_text(INTEGRATION, encoding="utf-8")
    return folder


@pytest.fixture
def small_package(tmp_path: Path) -> Path:
    """A package with a custom object, fields on Account and Opportunity, and the integration permission set."""
    return write_package(tmp_path / "package")


@pytest.fixture
def plain_org(tmp_path: Path) -> Iterator[LocalOrg]:
    """An org without any package, at noon of 2026-11-22."""
    org = LocalOrg.open(tmp_path / "plain.sqlite", clock=Clock(NOON))
    yield org
    org.close()


@pytest.fixture
def packaged_org(tmp_path: Path, small_package: Path) -> Iterator[LocalOrg]:
    """An org with the small package, at noon of 2026-11-22."""
    org = LocalOrg.open(tmp_path / "packaged.sqlite", small_package, Clock(NOON))
    yield org
    org.close()
