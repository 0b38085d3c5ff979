"""Whatever a file of the package names is in the package or in every org."""

import pytest

from localorg.schema.standard import standard_objects

from .package_source import SOURCE, SYSTEM_FIELDS, MetadataFile, files, own_fields, own_objects

STANDARD_FIELDS = {sobject.name: set(sobject.fields) for sobject in standard_objects()}

# What list views call fields of the platform.
LIST_VIEW_COLUMNS = {
    "Account": {"ACCOUNT.NAME", "CORE.USERS.ALIAS"},
    "Opportunity": {
        *("OPPORTUNITY.NAME", "ACCOUNT.NAME", "OPPORTUNITY.STAGE_NAME", "OPPORTUNITY.AMOUNT"),
        *("OPPORTUNITY.CLOSE_DATE", "OPPORTUNITY.CLOSED", "CORE.USERS.ALIAS"),
    },
}
CUSTOM_LIST_VIEW_COLUMNS = {"NAME", "OWNER.ALIAS", "CREATEDBY_USER.ALIAS", "CREATED_DATE"}
STANDARD_TABS = {"standard-home", "standard-Account", "standard-Opportunity"}


def fields_of(sobject: str) -> set[str]:
    return set(own_fields().get(sobject, {})) | (STANDARD_FIELDS.get(sobject, SYSTEM_FIELDS))


def unknown(names: list[str], known: set[str]) -> list[str]:
    return sorted(set(names) - known)


def ids(found: list[MetadataFile]) -> list[object]:
    return [pytest.param(file, id="/".join(file.path.relative_to(SOURCE).parts[-3:])) for file in found]


def test_fields_of_standard_objects_are_added_to_known_ones() -> None:
    custom = set(own_objects())
    assert set(own_fields()) == custom | {"Account", "Opportunity"}
    assert {"Account", "Opportunity"} <= set(STANDARD_FIELDS)


@pytest.mark.parametrize("file", ids(files("objects/*/listViews/*-meta.xml")))
def test_a_list_view_names_known_columns_and_values(file: MetadataFile) -> None:
    sobject = file.path.parents[1].name
    own = own_fields()[sobject]
    known = set(own) | LIST_VIEW_COLUMNS.get(sobject, CUSTOM_LIST_VIEW_COLUMNS)
    assert unknown(file.texts("columns") + file.texts("filters/field"), known) == []
    assert len(file.texts("columns")) == len(set(file.texts("columns"))) <= 15
    for condition in file.all("filters"):
        field = own.get(condition.text("field") or "")
        if field is not None and field.text("type") == "Picklist":
            values = set(field.texts("valueSet/valueSetDefinition/value/fullName"))
            assert unknown((condition.text("value") or "").split(","), values) == []


def test_no_list_view_shows_or_filters_by_json() -> None:
    named = {
        f"{file.path.parents[1].name}.{name}"
        for file in files("objects/*/listViews/*-meta.xml")
        for name in file.texts("columns") + file.texts("filters/field")
    }
    assert not any(name.endswith(("_Detail__c", "_Curve__c")) for name in named)


@pytest.mark.parametrize("file", ids(files("objects/*/compactLayouts/*-meta.xml")))
def test_a_compact_layout_names_known_fields(file: MetadataFile) -> None:
    assert unknown(file.texts("fields"), fields_of(file.path.parents[1].name)) == []


@pytest.mark.parametrize("file", ids(files("objects/*/*.object-meta.xml")))
def test_an_object_names_its_own_fields_and_compact_layout(file: MetadataFile) -> None:
    named = [
        name
        for part in ("customTabListAdditionalFields", "lookupDialogsAdditionalFields", "searchResultsAdditionalFields")
        for name in file.texts(f"searchLayouts/{part}")
    ]
    assert unknown(named, fields_of(file.name)) == []
    layouts = {layout.name for layout in files(f"objects/{file.name}/compactLayouts/*-meta.xml")}
    assert file.text("compactLayoutAssignment") in layouts


def test_every_object_of_ours_has_the_layout_that_the_platform_would_make() -> None:
    """The platform assigns `<label> Layout` to every profile; ours takes its place because it has the same name."""
    expected = {f"{name}-{file.text('label')} Layout" for name, file in own_objects().items()}
    assert {file.name for file in files("layouts/*-meta.xml")} == expected


@pytest.mark.parametrize("file", ids(files("layouts/*-meta.xml")))
def test_a_layout_names_known_fields_once(file: MetadataFile) -> None:
    sobject = file.name.partition("-")[0]
    named = file.texts("layoutSections/layoutColumns/layoutItems/field")
    assert unknown(named, fields_of(sobject)) == []
    assert len(named) == len(set(named))
    assert "Name" in named
    for section in file.all("layoutSections"):
        assert len(section.all("layoutColumns")) == (1 if section.text("style") == "OneColumn" else 2)


@pytest.mark.parametrize("file", ids(files("layouts/*-meta.xml")))
def test_a_layout_leaves_out_nothing_but_json(file: MetadataFile) -> None:
    sobject = file.name.partition("-")[0]
    missing = set(own_fields()[sobject]) - set(file.texts("layoutSections/layoutColumns/layoutItems/field"))
    assert all(name.endswith(("_Curve__c", "_Detail__c", "_Summary__c")) for name in missing), missing


@pytest.mark.parametrize("file", ids(files("tabs/*-meta.xml")))
def test_a_tab_belongs_to_an_object_of_ours(file: MetadataFile) -> None:
    assert file.name in own_objects()
    assert file.text("customObject") == "true"
    assert (file.text("motif") or "").startswith("Custom")


def test_the_app_shows_every_tab_of_ours() -> None:
    (app,) = files("applications/*-meta.xml")
    own = {file.name for file in files("tabs/*-meta.xml")}
    shown = app.texts("tabs")
    assert set(shown) - STANDARD_TABS == own
    assert len(shown) == len(set(shown))
    assert app.text("uiType") == "Lightning"


def test_the_app_opens_our_pages() -> None:
    (app,) = files("applications/*-meta.xml")
    pages = {file.name: file for file in files("flexipages/*-meta.xml")}
    opened = {entry.text("pageOrSobjectType"): entry for entry in app.all("actionOverrides")}
    assert set(opened) == {"Account", "Opportunity", "standard-home"}
    for target, entry in opened.items():
        page = pages[entry.text("content") or ""]
        assert entry.text("type") == "Flexipage"
        assert page.text("sobjectType") == (None if target == "standard-home" else target)
        assert entry.text("actionName") == ("Tab" if target == "standard-home" else "View")
