"""The integration user's permission set: what the sidecar reads and writes, and nothing more."""

from localorg.schema.standard import standard_objects
from sidecar import targets
from sidecar.catalogue import catalogue
from sidecar.configuration import Configuration

from .package_source import field_permissions, object_permissions, own_field_names, own_objects, permission_set

NAME = "Sidecar_Integration"
STANDARD = {sobject.name: sobject for sobject in standard_objects()}
VIEW_ALL = "viewAllRecords"
WRITTEN = [found for found in vars(targets).values() if isinstance(found, targets.OwnFields)]
# The platform grants no View All on products, and wants contacts readable before it shows contact roles.
WITHOUT_VIEW_ALL = {"Product2"}
NEEDED_BY_THE_PLATFORM = {"Contact"}


def test_the_integration_edits_only_fields_of_ours() -> None:
    granted = field_permissions(permission_set(NAME))
    edited = {field for field, editable in granted.items() if editable}
    assert edited
    assert edited <= set(own_field_names())


def test_the_integration_writes_what_the_sidecar_writes() -> None:
    found = permission_set(NAME)
    granted, rights = field_permissions(found), object_permissions(found)
    assert {target.object for target in WRITTEN} >= {"Account", "Opportunity", "Sidecar_Projection__c"}
    for target in WRITTEN:
        upserted = target.key != "Id"
        names = (*target.field_names, target.key) if upserted else target.field_names
        assert [name for name in names if not granted.get(f"{target.object}.{name}")] == []
        assert rights[target.object] >= {"allowRead", "allowEdit", *(["allowCreate"] if upserted else [])}


def test_the_integration_reads_what_the_sidecar_reads_and_nothing_else_of_the_platform() -> None:
    found = permission_set(NAME)
    granted = {field for field in field_permissions(found) if not field.endswith("__c")}
    needed = set()
    for entry in catalogue(Configuration()):
        for name in (*entry.required, *entry.optional):
            field = STANDARD[entry.name].field(name) if entry.name in STANDARD else None
            if field is not None and field.permissionable:
                needed.add(f"{entry.name}.{field.compound_field_name or field.name}")
    assert granted == needed


def test_the_integration_opens_the_objects_of_the_catalogue_and_no_others() -> None:
    rights = object_permissions(permission_set(NAME))
    read = {entry.name for entry in catalogue(Configuration())}
    with_rights = {name for name in read if name in STANDARD and STANDARD[name].access == "own"}
    assert set(rights) - set(own_objects()) == with_rights | NEEDED_BY_THE_PLATFORM
    assert read & set(own_objects()) <= set(rights)
    assert {name for name, allowed in rights.items() if VIEW_ALL not in allowed} == WITHOUT_VIEW_ALL


def test_the_integration_changes_no_object_it_has_no_business_with() -> None:
    rights = object_permissions(permission_set(NAME))
    assert {name for name, allowed in rights.items() if "allowEdit" in allowed} == {
        *("Account", "Opportunity"),
        *(f"Sidecar_{name}__c" for name in ("Projection", "Action", "Run", "Request")),
    }
    assert {name for name, allowed in rights.items() if "allowCreate" in allowed} == {
        f"Sidecar_{name}__c" for name in ("Projection", "Action", "Run")
    }
    # records of our own making are removed when a run is undone, actions and requests when they ended long ago
    assert {name for name, allowed in rights.items() if "allowDelete" in allowed} == {
        "Sidecar_Action__c",
        "Sidecar_Projection__c",
        "Sidecar_Request__c",
    }
    # requests are seen by those who made them, and by us who answer them
    assert {name for name, allowed in rights.items() if "modifyAllRecords" in allowed} == {"Sidecar_Request__c"}


def test_the_integration_has_the_few_user_permissions_it_needs() -> None:
    found = permission_set(NAME)
    assert found.texts("userPermissions/name") == ["ActivitiesAccess", "ApiEnabled", "ViewRoles", "ViewSetup"]
    assert found.texts("userPermissions/enabled") == ["true"] * 4
