"""Names, labels and texts of the package: within the platform's limits, and understandable."""

import json
import re

import pytest

from localorg.metadata.structure import problems

from .package_source import REPOSITORY, SOURCE, MetadataFile, files, metadata_type, own_fields, own_objects

LABEL_LENGTH, NAME_LENGTH, HELP_LENGTH, DESCRIPTION_LENGTH = 40, 40, 510, 1000
PERMISSION_SET_DESCRIPTION_LENGTH = 255
ALL_FILES = sorted(SOURCE.rglob("*-meta.xml"))
FIELDS = [
    pytest.param(file, id=f"{sobject}.{name}")
    for sobject, fields in own_fields().items()
    for name, file in fields.items()
]
OBJECTS = [pytest.param(file, id=name) for name, file in own_objects().items()]


def test_every_metadata_file_is_valid() -> None:
    refused = {
        path.name: [str(problem) for problem in found]
        for path in ALL_FILES
        if (found := problems(path.read_bytes(), metadata_type(path)))
    }
    assert refused == {}


def test_the_package_is_more_than_a_stub() -> None:
    assert {metadata_type(path) for path in ALL_FILES} >= {
        *("CustomApplication", "CompactLayout", "CustomField", "CustomObject", "CustomTab", "FlexiPage"),
        *("Layout", "ListView", "PermissionSet"),
    }


def test_a_full_name_is_the_name_of_its_file() -> None:
    named = [file for file in files("objects/**/*-meta.xml") if file.text("fullName") is not None]
    assert named
    assert [file.path.name for file in named if file.text("fullName") != file.name] == []


def test_files_are_written_as_the_platform_retrieves_them() -> None:
    header = '<?xml version="1.0" encoding="UTF-8"?>\n<'
    odd = [
        path.name
        for path in ALL_FILES
        if "lwc" not in path.parts
        and (not (text := path.read_text(encoding="utf-8")).startswith(header) or "<!--" in text or "\t" in text)
    ]
    assert odd == []


def test_the_project_names_the_folder() -> None:
    project = json.loads((REPOSITORY / "sfdx-project.json").read_text(encoding="utf-8"))
    assert SOURCE.relative_to(REPOSITORY).parts[0] in [entry["path"] for entry in project["packageDirectories"]]


@pytest.mark.parametrize("file", [*FIELDS, *OBJECTS])
def test_names_and_labels_are_ours_and_short(file: MetadataFile) -> None:
    name, label = file.name, file.text("label") or ""
    assert re.fullmatch(r"Sidecar_[A-Za-z0-9]+(_[A-Za-z0-9]+)*__c", name)
    assert len(name.removesuffix("__c")) <= NAME_LENGTH
    assert 0 < len(label) <= LABEL_LENGTH
    assert label == label.strip()


@pytest.mark.parametrize("file", FIELDS)
def test_a_field_explains_itself(file: MetadataFile) -> None:
    help_text, description = file.text("inlineHelpText") or "", file.text("description") or ""
    assert 0 < len(help_text) <= HELP_LENGTH
    assert 0 < len(description) <= DESCRIPTION_LENGTH
    assert help_text != description
    assert help_text.endswith(".")
    assert description.endswith(".")


@pytest.mark.parametrize("file", OBJECTS)
def test_an_object_explains_itself(file: MetadataFile) -> None:
    assert 0 < len(file.text("description") or "") <= DESCRIPTION_LENGTH
    assert 0 < len(file.text("pluralLabel") or "") <= LABEL_LENGTH
    assert file.text("deploymentStatus") == "Deployed"
    assert file.text("nameField/type") == "AutoNumber"
    assert re.fullmatch(r"[A-Z]+-\{0+\}", file.text("nameField/displayFormat") or "")


def test_the_bulk_streaming_and_sharing_switches_agree() -> None:
    """The platform refuses an object in which only some of the three are on."""
    for file in own_objects().values():
        switches = {file.text(name) for name in ("enableBulkApi", "enableStreamingApi", "enableSharing")}
        assert switches == {"true"}


@pytest.mark.parametrize("pattern", ["flexipages/*-meta.xml", "applications/*-meta.xml", "permissionsets/*-meta.xml"])
def test_pages_apps_and_permission_sets_are_ours(pattern: str) -> None:
    found = files(pattern)
    assert found
    for file in found:
        assert re.fullmatch(r"Sidecar(_[A-Za-z0-9]+)*", file.name)
        assert len(file.text("label") or file.text("masterLabel") or "") in range(1, 81)
        assert 0 < len(file.text("description") or "") <= PERMISSION_SET_DESCRIPTION_LENGTH


def test_list_views_have_short_labels_and_names() -> None:
    for file in files("objects/*/listViews/*-meta.xml"):
        assert len(file.name) <= NAME_LENGTH
        assert 0 < len(file.text("label") or "") <= LABEL_LENGTH
        if file.path.parents[1].name in ("Account", "Opportunity"):
            assert file.name.startswith("Sidecar_")


def test_labels_of_an_object_are_told_apart() -> None:
    for sobject, fields in own_fields().items():
        labels = [file.text("label") for file in fields.values()]
        assert len(labels) == len(set(labels)), sobject


def test_no_file_is_outside_of_the_known_folders() -> None:
    known = {
        *("applications", "flexipages", "labels", "layouts", "lwc", "objects", "permissionsets", "tabs"),
        *("staticresources", "messageChannels", "reports", "quickActions"),
    }
    assert {path.relative_to(SOURCE).parts[0] for path in ALL_FILES} <= known
