"""What Salesforce refuses is refused, by component, in its words; nothing then reaches the org."""

from __future__ import annotations

import pytest

from localorg.org import LocalOrg

from .sent import CUSTOM_OBJECT, component, deployed, field, object_file, problems

pytestmark = pytest.mark.shows("deploy.semantics")

SIZE = "<precision>5</precision><scale>0</scale>"
VALUES = "<valueSet><valueSetDefinition><sorted>false</sorted>{}</valueSetDefinition></valueSet>"
VALUE = "<value><fullName>{0}</fullName><default>false</default><label>{1}</label></value>"
LOOKUP = "<referenceTo>{}</referenceTo><relationshipName>{}</relationshipName>"
TEXT = "<length>20</length>"

RULE = (
    "<validationRules><fullName>R</fullName><active>true</active><errorConditionFormula>{}</errorConditionFormula>{}"
    "<errorMessage>No</errorMessage></validationRules>"
)
LIST_VIEW = (
    "<listViews><fullName>L</fullName><columns>No__c</columns><filterScope>Mine</filterScope>"
    "<label>L</label></listViews>"
)
LABEL = (
    "<labels><fullName>L</fullName><language>en_US</language><protected>false</protected>"
    f"<shortDescription>L</shortDescription><value>{'x' * 1001}</value></labels>"
)


def picklist(*values: tuple[str, str]) -> str:
    return VALUES.format("".join(VALUE.format(*value) for value in values))


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (field("F__c", "Text"), "Must specify 'length' for a CustomField of type Text"),
        (field("F__c", "Text", TEXT, label=None), "Must specify a non-empty label for the CustomField"),
        (field("F__c", "Text", "<length>256</length>"), "must be between 1 and 255"),
        (field("F__c", "Text", TEXT, label="x" * 41), "label: data value too large"),
        (field("F__c", "LongTextArea", "<length>1000</length>"), "Must specify 'visibleLines'"),
        (field("F__c", "LongTextArea", "<length>131073</length><visibleLines>3</visibleLines>"), "256 and 131072"),
        (
            field("F__c", "TextArea", "<length>255</length>"),
            "Can not specify 'length' for a CustomField of type TextArea",
        ),
        (field("F__c", "Number"), "Must specify 'precision' for a CustomField of type Number"),
        (field("F__c", "Number", "<precision>19</precision><scale>0</scale>"), "between 1 and 18"),
        (field("F__c", "Number", "<precision>3</precision><scale>4</scale>"), "hold the scale"),
        (field("F__c", "Checkbox"), "Must specify 'defaultValue' for a CustomField of type Checkbox"),
        (field("F__c", "Picklist"), "Must specify 'valueSet' for a CustomField of type Picklist"),
        (field("F__c", "Picklist", picklist(("A", "A"), ("A", "B"))), "Field:fullName, value:A appears more than once"),
        (field("F__c", "Picklist", picklist(("A", "A"), ("B", "a"))), "Duplicate label: a"),
        (field("F__c", "Picklist", picklist(("x" * 256, "A"))), "data value too large"),
        (field("F__c", "Picklist", "<valueSet><valueSetName>G</valueSetName></valueSet>"), "no GlobalValueSet named G"),
        (field("F__c", "AutoNumber", "<displayFormat>A-1</displayFormat>"), "Invalid display format"),
        (field("F__c", "Date", "<externalId>true</externalId>"), "Can not specify 'externalId'"),
        (field("F__c", "Date", "<type>Date</type>"), "is duplicated at this location in type CustomField"),
        (field("F__c", "Lookup"), "Must specify 'referenceTo' for a CustomField of type Lookup"),
        (field("F__c", "Lookup", LOOKUP.format("No__c", "Fs")), "referenceTo value of 'No__c' does not resolve"),
        (
            field("E__c", "Lookup", LOOKUP.format("Account", "Fs"))
            + field("F__c", "Lookup", LOOKUP.format("Account", "Fs")),
            "There is already a Child Relationship named Fs on Account.",
        ),
        (field("F__c", "Number", f"{SIZE}<formula>Nothing__c + 1</formula>"), "Nothing__c"),
        (field("F__c", "Number", f"{SIZE}<formula>1 +</formula>"), ""),
        (field("F__c", "Summary"), "Summary"),
        (field("1st__c", "Date"), "must begin with a letter"),
        (field("A__B__c", "Date"), "two consecutive underscore"),
        (field("x" * 41 + "__c", "Date"), "max length=40"),
        (field("Nothing", "Date"), "Entity of type 'CustomField' named 'Account.Nothing' cannot be found"),
        (f"{field('F__c', 'Date')}{field('F__c', 'Date')}", "value:F__c appears more than once"),
        ("<fields><label>L</label><type>Date</type></fields>", "Required field is missing: fullName"),
        (
            RULE.format("Nothing__c = 1", ""),
            "Nothing__c",
        ),
        (
            RULE.format("true", "<errorDisplayField>No__c</errorDisplayField>"),
            "In field: errorDisplayField - no CustomField named Account.No__c found",
        ),
        (
            LIST_VIEW,
            "Could not resolve list view column: No__c",
        ),
        (
            "<compactLayouts><fullName>C</fullName><fields>No__c</fields><label>C</label></compactLayouts>",
            "In field: fields - no CustomField named Account.No__c found",
        ),
    ],
)
def test_a_part_of_an_object_that_cannot_be_is_refused(plain_org: LocalOrg, part: str, problem: str) -> None:
    before = dict(plain_org.schema.objects)
    outcome = deployed(plain_org, {"objects/Account.object": object_file(part, field("Good__c", "Date"))})
    assert not outcome.applied
    (failure,) = outcome.failures
    assert problem in failure.problem
    assert failure.file == "objects/Account.object"
    assert (failure.line or 0) >= 3
    assert plain_org.schema.objects == before


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("Thing__c", "", "Must specify a non-empty label for the CustomObject"),
        ("Thing__c", CUSTOM_OBJECT.replace("<pluralLabel>Things</pluralLabel>", ""), "missing: pluralLabel"),
        ("Thing__c", CUSTOM_OBJECT.replace("<sharingModel>ReadWrite</sharingModel>", ""), "missing: sharingModel"),
        ("Thing__c", CUSTOM_OBJECT.replace("ReadWrite", "Open"), "valid value for the enum 'SharingModel'"),
        ("Thing__c", f"{CUSTOM_OBJECT}<compactLayoutAssignment>No</compactLayoutAssignment>", "Thing__c.No found"),
        ("Thi__ng__c", CUSTOM_OBJECT, "two consecutive underscore"),
        ("Thing__e", CUSTOM_OBJECT, "Not available for deploy for this organization"),
        ("Thing", CUSTOM_OBJECT, "Entity of type 'CustomObject' named 'Thing' cannot be found"),
    ],
)
def test_an_object_that_cannot_be_is_refused(plain_org: LocalOrg, name: str, body: str, problem: str) -> None:
    files = {f"objects/{name}.object": object_file(body)}
    named = {
        "package.xml": component(
            "Package", f"<types><members>{name}</members><name>CustomObject</name></types><version>65.0</version>"
        )
    }
    outcome = deployed(plain_org, {**named, **files})
    assert [each.name for each in outcome.failures] == [name]
    assert problem in outcome.failures[0].problem
    assert plain_org.schema.get(name) is None


RIGHTS = ("allowCreate", "allowDelete", "allowEdit", "allowRead", "modifyAllRecords", "viewAllRecords")


def object_rights(sobject: str, *granted: str) -> str:
    listed = "".join(f"<{right}>{str(right in granted).lower()}</{right}>" for right in RIGHTS)
    return f"<objectPermissions>{listed}<object>{sobject}</object></objectPermissions>"


def field_rights(name: str) -> str:
    return (
        f"<fieldPermissions><editable>true</editable><field>{name}</field><readable>true</readable></fieldPermissions>"
    )


TAB = "<tabSettings><tab>No__c</tab><visibility>Visible</visibility></tabSettings>"
APP = "<applicationVisibilities><application>No</application><visible>true</visible></applicationVisibilities>"
CLASS = "<classAccesses><apexClass>NoClass</apexClass><enabled>true</enabled></classAccesses>"
PAGE_ITEM = "<itemInstances><componentInstance><componentName>{}</componentName>{}</componentInstance></itemInstances>"
PAGE = (
    "<flexiPageRegions>{}<name>main</name><type>Region</type></flexiPageRegions><masterLabel>P</masterLabel>{}"
    "<template><name>home:desktopTemplate</name></template><type>RecordPage</type>"
)
LIST_CARD = "".join(
    f"<componentInstanceProperties><name>{name}</name><value>{value}</value></componentInstanceProperties>"
    for name, value in (("entityName", "Account"), ("filterName", "Nowhere"))
)
FIELD_ITEM = "<itemInstances><fieldInstance><fieldItem>Record.No__c</fieldItem></fieldInstance></itemInstances>"
LAYOUT = (
    "<layoutSections><customLabel>false</customLabel><detailHeading>false</detailHeading>"
    "<editHeading>false</editHeading><layoutColumns><layoutItems><field>{}</field></layoutItems></layoutColumns>"
    "<style>OneColumn</style></layoutSections>{}"
)
OVERRIDE = (
    "<actionOverrides><actionName>View</actionName><content>NoPage</content><formFactor>Large</formFactor>"
    "<skipRecordTypeSelect>false</skipRecordTypeSelect><type>Flexipage</type>"
    "<pageOrSobjectType>Account</pageOrSobjectType></actionOverrides>"
)


@pytest.mark.parametrize(
    ("path", "root", "body", "problem"),
    [
        (
            "permissionsets/P.permissionset",
            "PermissionSet",
            f"{field_rights('Account.No__c')}<label>P</label>",
            "In field: field - no CustomField named Account.No__c found",
        ),
        (
            "permissionsets/P.permissionset",
            "PermissionSet",
            f"{field_rights('Opportunity.StageName')}<label>P</label>",
            "You cannot deploy to a required field: Opportunity.StageName",
        ),
        (
            "permissionsets/P.permissionset",
            "PermissionSet",
            f"{field_rights('Account.Industry') * 2}<label>P</label>",
            "Field:field, value:Account.Industry appears more than once",
        ),
        (
            "permissionsets/P.permissionset",
            "PermissionSet",
            f"{object_rights('No__c', 'allowRead')}<label>P</label>",
            "In field: object - no CustomObject named No__c found",
        ),
        (
            "permissionsets/P.permissionset",
            "PermissionSet",
            f"{object_rights('Account', 'allowCreate')}<label>P</label>",
            "Permission Create Account depends on permission(s): Read Account",
        ),
        (
            "permissionsets/P.permissionset",
            "PermissionSet",
            "<userPermissions><enabled>true</enabled><name>fly</name></userPermissions><label>P</label>",
            "Unknown user permission: fly",
        ),
        ("permissionsets/P.permissionset", "PermissionSet", f"{CLASS}<label>P</label>", "no ApexClass named NoClass"),
        ("permissionsets/P.permissionset", "PermissionSet", f"{TAB}<label>P</label>", "tab - no CustomTab named No__c"),
        ("permissionsets/P.permissionset", "PermissionSet", f"{APP}<label>P</label>", "no CustomApplication named No"),
        ("permissionsets/P.permissionset", "PermissionSet", "", "Required field is missing: label"),
        ("tabs/No__c.tab", "CustomTab", "<customObject>true</customObject>", "no CustomObject named No__c found"),
        ("tabs/T.tab", "CustomTab", "<flexiPage>NoPage</flexiPage>", "flexiPage - no FlexiPage named NoPage found"),
        ("applications/A.app", "CustomApplication", "<tabs>No__c</tabs>", "tabs - no CustomTab named No__c found"),
        ("applications/A.app", "CustomApplication", OVERRIDE, "content - no FlexiPage named NoPage found"),
        (
            "flexipages/P.flexipage",
            "FlexiPage",
            PAGE.format(PAGE_ITEM.format("noSuch", ""), ""),
            "We couldn't retrieve the design time component information for component c:noSuch.",
        ),
        (
            "flexipages/P.flexipage",
            "FlexiPage",
            PAGE.format(PAGE_ITEM.format("flexipage:filterListCard", LIST_CARD), ""),
            "filterName - no ListView named Account.Nowhere found",
        ),
        (
            "flexipages/P.flexipage",
            "FlexiPage",
            PAGE.format(FIELD_ITEM, "<sobjectType>Account</sobjectType>"),
            "no CustomField named Account.No__c found",
        ),
        (
            "flexipages/P.flexipage",
            "FlexiPage",
            PAGE.format("", "<sobjectType>No__c</sobjectType>"),
            "In field: sobjectType - no CustomObject named No__c found",
        ),
        ("layouts/Account-L.layout", "Layout", LAYOUT.format("No__c", ""), "no CustomField named Account.No__c found"),
        ("layouts/No__c-L.layout", "Layout", LAYOUT.format("Name", ""), "no CustomObject named No__c found"),
        (
            "layouts/Account-L.layout",
            "Layout",
            LAYOUT.format("Name", "<relatedLists><relatedList>No__c.Account__c</relatedList></relatedLists>"),
            "Cannot find related list:No__c.Account__c",
        ),
        (
            "layouts/Account-L.layout",
            "Layout",
            LAYOUT.format(
                "Name",
                "<relatedLists><fields>No__c</fields><relatedList>Contact.AccountId</relatedList></relatedLists>",
            ),
            "Invalid field:No__c in related list:Contact.AccountId",
        ),
        (
            "labels/CustomLabels.labels",
            "CustomLabels",
            LABEL,
            "value: data value too large",
        ),
    ],
)
def test_what_names_something_that_is_not_there_is_refused(
    plain_org: LocalOrg, path: str, root: str, body: str, problem: str
) -> None:
    outcome = deployed(plain_org, {path: component(root, body)})
    assert not outcome.applied
    (failure,) = outcome.failures
    assert problem in failure.problem
    assert failure.file == path


BUNDLE = (
    "<apiVersion>65.0</apiVersion><isExposed>true</isExposed><targets><target>lightning__HomePage</target></targets>"
)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"tile.js": b""}, "Cannot find Lightning Component Bundle tile"),
        ({"tile.js-meta.xml": component("LightningComponentBundle", BUNDLE)}, "Unable to find tile.js"),
        (
            {"tile.js": b"", "tile.js-meta.xml": component("LightningComponentBundle", BUNDLE.replace("65", "99"))},
            "Invalid apiVersion: 99.0",
        ),
        (
            {"tile.js": b"", "tile.js-meta.xml": component("LightningComponentBundle", BUNDLE.replace("Home", "Moon"))},
            "Invalid target: lightning__MoonPage",
        ),
        (
            {
                "tile.js": b"",
                "tile.js-meta.xml": component(
                    "LightningComponentBundle",
                    BUNDLE + '<targetConfigs><targetConfig targets="lightning__HomePage"><objects>'
                    "<object>No__c</object></objects></targetConfig></targetConfigs>",
                ),
            },
            "no CustomObject named No__c found",
        ),
    ],
)
def test_a_bundle_that_cannot_be_is_refused(plain_org: LocalOrg, files: dict[str, bytes], problem: str) -> None:
    outcome = deployed(plain_org, {f"lwc/tile/{name}": content for name, content in files.items()})
    (failure,) = outcome.failures
    assert (failure.type, failure.name) == ("LightningComponentBundle", "tile")
    assert problem in failure.problem


def test_a_component_that_needs_a_refused_one_is_refused_with_it(plain_org: LocalOrg) -> None:
    files = {
        "objects/Account.object": object_file(field("F__c", "Text")),
        "permissionsets/P.permissionset": component("PermissionSet", f"{field_rights('Account.F__c')}<label>P</label>"),
    }
    assert problems(deployed(plain_org, files)) == [
        ("Account.F__c", "Must specify 'length' for a CustomField of type Text"),
        ("P", "In field: field - no CustomField named Account.F__c found"),
    ]


@pytest.mark.shows("deploy.types")
@pytest.mark.parametrize("path", ["classes/A.cls", "triggers/A.trigger", "objects/Account.txt", "nothing/A.xml"])
def test_a_type_that_the_org_does_not_take_is_refused(plain_org: LocalOrg, path: str) -> None:
    outcome = deployed(plain_org, {path: b"public class A {}"})
    assert problems(outcome) == [
        ("A" if path[0] != "o" else "Account", "Not available for deploy for this organization")
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (field("F__c", "Text", TEXT), field("F__c", "Date"), "Cannot change type due to existing data"),
        (
            field("F__c", "Number", f"{SIZE}<formula>1</formula>"),
            field("F__c", "Number", SIZE),
            "Cannot update a field from a Formula to something else",
        ),
        (
            field("F__c", "Number", SIZE),
            field("F__c", "Number", f"{SIZE}<formula>1</formula>"),
            "Cannot update a field to a Formula from something else",
        ),
        (
            field("F__c", "Lookup", LOOKUP.format("Account", "Fs")),
            field("F__c", "Lookup", LOOKUP.format("Contact", "Fs")),
            "Cannot change which object a relationship refers to",
        ),
    ],
)
def test_a_change_that_salesforce_refuses_is_refused(plain_org: LocalOrg, old: str, new: str, problem: str) -> None:
    assert deployed(plain_org, {"objects/Account.object": object_file(old)}).applied
    present = plain_org.schema.objects["Account"].fields["F__c"]
    assert problems(deployed(plain_org, {"objects/Account.object": object_file(new)})) == [("Account.F__c", problem)]
    assert plain_org.schema.objects["Account"].fields["F__c"] == present


def test_a_number_becomes_a_percentage_only_while_it_is_empty(plain_org: LocalOrg) -> None:
    numbers = {"objects/Account.object": object_file(field("F__c", "Number", SIZE), field("G__c", "Number", SIZE))}
    assert deployed(plain_org, numbers).applied
    admin = plain_org.records(plain_org.user("admin@local.example"))
    assert admin.insert("Account", [{"Name": "A", "F__c": 3}])[0].success
    percent = {name: {"objects/Account.object": object_file(field(name, "Percent", SIZE))} for name in ("F__c", "G__c")}
    assert problems(deployed(plain_org, percent["F__c"])) == [
        ("Account.F__c", "Cannot change type due to existing data")
    ]
    assert deployed(plain_org, percent["G__c"]).applied
    assert plain_org.schema.objects["Account"].fields["G__c"].type == "percent"


@pytest.mark.parametrize(
    ("kind", "body", "count", "most"),
    [
        ("MasterDetail", LOOKUP.format("Account", "R{0}"), 3, "2"),
        ("Text", "<length>5</length><externalId>true</externalId>", 26, "25"),
        ("Lookup", LOOKUP.format("Account", "R{0}"), 41, "40"),
        ("LongTextArea", "<length>131072</length><visibleLines>3</visibleLines>", 13, "1,638,400"),
        ("Date", "", 801, "800"),
    ],
)
def test_the_limits_of_an_object_hold(plain_org: LocalOrg, kind: str, body: str, count: int, most: str) -> None:
    fields = [field(f"F{number}__c", kind, body.format(number)) for number in range(count)]
    outcome = deployed(plain_org, {"objects/Thing__c.object": object_file(CUSTOM_OBJECT, *fields)})
    assert not outcome.applied
    assert any(failure.problem.endswith(most) for failure in outcome.failures)
    enough = deployed(plain_org, {"objects/Thing__c.object": object_file(CUSTOM_OBJECT, *fields[:-1])})
    assert enough.applied
