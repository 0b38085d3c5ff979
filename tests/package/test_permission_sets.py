"""Permission sets: nothing the platform would refuse, and no more than each role needs."""

import pytest

from localorg.schema.standard import standard_objects

from .package_source import (
    SYSTEM_FIELDS,
    field_permissions,
    files,
    object_permissions,
    own_field_names,
    own_fields,
    own_objects,
    permission_set,
    permission_set_names,
)

STANDARD = {sobject.name: sobject for sobject in standard_objects()}
FORMULAS = {
    f"{sobject}.{name}"
    for sobject, fields in own_fields().items()
    for name, file in fields.items()
    if file.text("formula") is not None
}
READ, VIEW_ALL = "allowRead", "viewAllRecords"
DEPENDS_ON = {
    "allowCreate": {"allowRead"},
    "allowEdit": {"allowRead"},
    "allowDelete": {"allowRead", "allowEdit"},
    "viewAllRecords": {"allowRead"},
    "modifyAllRecords": {"allowRead", "allowEdit", "allowDelete", "viewAllRecords"},
}
NAMES = permission_set_names()


def test_the_three_permission_sets_are_there() -> None:
    assert NAMES == ["Sidecar_Admin", "Sidecar_Integration", "Sidecar_User"]


@pytest.mark.parametrize("name", NAMES)
def test_fields_exist_and_can_be_granted(name: str) -> None:
    ungrantable = []
    for field in permission_set(name).texts("fieldPermissions/field"):
        sobject, _, api_name = field.partition(".")
        own = own_fields().get(sobject, {}).get(api_name)
        standard = STANDARD[sobject].field(api_name) if sobject in STANDARD else None
        grantable = standard is not None and standard.permissionable if own is None else own.text("required") != "true"
        if not grantable:
            ungrantable.append(field)
    assert ungrantable == []


@pytest.mark.parametrize("name", NAMES)
def test_a_field_is_listed_once_and_no_system_field_is(name: str) -> None:
    listed = permission_set(name).texts("fieldPermissions/field")
    assert len(listed) == len(set(listed))
    assert not {field.partition(".")[2] for field in listed} & SYSTEM_FIELDS
    assert listed == sorted(listed)


@pytest.mark.parametrize("name", NAMES)
def test_a_formula_is_never_editable(name: str) -> None:
    granted = field_permissions(permission_set(name))
    assert FORMULAS
    assert not any(granted.get(field) for field in FORMULAS)


@pytest.mark.parametrize("name", NAMES)
def test_object_rights_bring_the_rights_they_depend_on(name: str) -> None:
    for sobject, rights in object_permissions(permission_set(name)).items():
        for right in rights:
            assert DEPENDS_ON.get(right, set()) <= rights, (sobject, right)


@pytest.mark.parametrize("name", NAMES)
def test_a_granted_field_is_on_an_object_that_can_be_opened(name: str) -> None:
    """Some objects have no rights of their own: they follow a parent, or are everybody's."""
    granted = object_permissions(permission_set(name))
    for field in field_permissions(permission_set(name)):
        sobject = field.partition(".")[0]
        access = STANDARD[sobject].access if sobject in STANDARD else "own"
        opened = sobject if access == "own" else access
        assert access in ("all", "everyone") or READ in granted[opened], field


@pytest.mark.parametrize("name", NAMES)
def test_objects_tabs_and_apps_exist(name: str) -> None:
    found = permission_set(name)
    with_rights = {sobject.name for sobject in STANDARD.values() if sobject.access == "own"}
    assert set(found.texts("objectPermissions/object")) <= set(own_objects()) | with_rights
    assert set(found.texts("tabSettings/tab")) <= {file.name for file in files("tabs/*-meta.xml")}
    assert set(found.texts("applicationVisibilities/application")) <= {
        file.name for file in files("applications/*-meta.xml")
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_ours_can_be_read(name: str) -> None:
    assert set(own_field_names()) <= set(field_permissions(permission_set(name)))


def test_people_get_no_user_permissions() -> None:
    for name in ("Sidecar_User", "Sidecar_Admin"):
        assert permission_set(name).all("userPermissions") == []


def test_a_user_decides_on_actions_and_asks_and_changes_nothing_else() -> None:
    found = permission_set("Sidecar_User")
    assert {field for field, editable in field_permissions(found).items() if editable} == {
        *(f"Sidecar_Action__c.Sidecar_{name}__c" for name in ("Status", "Status_Reason", "Snoozed_Until")),
        *(f"Sidecar_Request__c.Sidecar_{name}__c" for name in ("Kind", "Record_Id")),
    }
    rights = object_permissions(found)
    assert {name for name, allowed in rights.items() if "allowEdit" in allowed} == {"Sidecar_Action__c"}
    assert {name for name, allowed in rights.items() if "allowCreate" in allowed} == {"Sidecar_Request__c"}
    assert not any(allowed & {"allowDelete", "modifyAllRecords", VIEW_ALL} for allowed in rights.values())


def test_an_admin_may_do_everything_with_records_of_ours() -> None:
    found = permission_set("Sidecar_Admin")
    granted, rights = field_permissions(found), object_permissions(found)
    assert {field for field in own_field_names() if not granted[field]} == FORMULAS
    for name in own_objects():
        assert rights[name] >= {"allowCreate", "allowDelete", "allowEdit", "allowRead", "modifyAllRecords"}


@pytest.mark.parametrize("name", NAMES)
def test_no_licence_ties_a_permission_set_down(name: str) -> None:
    found = permission_set(name)
    assert found.text("license") is None
    assert found.text("hasActivationRequired") == "false"
