"""Archives and manifests: limits, paths, what is named and not there, what is there and not named."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.deploy import Order
from localorg.errors import OrgError
from localorg.metadata import archive
from localorg.metadata.archive import unpack
from localorg.metadata.packages import read_packages
from localorg.metadata.reader import read_source
from localorg.org import LocalOrg

from .sent import CUSTOM_OBJECT, component, deployed, field, manifest, object_file, problems, zipped

ACCOUNT = object_file(field("A__c", "Date"), field("B__c", "Date"))
PACKAGE = Path(__file__).parents[3] / "lwc_components"


def entry(name: str, content: bytes = b"x", mode: int = 0) -> bytes:
    """An archive with one entry of this name, whatever it is."""
    buffer = io.BytesIO()
    info = zipfile.ZipInfo("x" * len(name))
    info.external_attr = mode << 16
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr(info, content)
    return buffer.getvalue().replace(b"x" * len(name), name.encode()) if name != "x" else buffer.getvalue()


@pytest.mark.shows("deploy.archive")
@pytest.mark.parametrize(
    "name", ["../package.xml", "/etc/passwd", "a/../../b", "a\\..\\b", "C:/windows/x", "C:\\x.txt"]
)
def test_a_path_outside_the_archive_is_refused(name: str) -> None:
    with pytest.raises(OrgError, match=r"INVALID_OPERATION"):
        unpack(entry(name, b"y"))


@pytest.mark.shows("deploy.archive")
def test_a_link_is_refused() -> None:
    with pytest.raises(OrgError, match="outside itself"):
        unpack(entry("link", b"y", stat.S_IFLNK | 0o777))


@pytest.mark.shows("deploy.archive")
def test_a_bomb_is_left_when_it_passes_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_UNPACKED", 1000)
    bomb = zipped({"a": b"0" * 600, "b": b"0" * 10_000_000})
    assert len(bomb) < 20_000
    with pytest.raises(OrgError, match=r"LIMIT_EXCEEDED.*size of the files"):
        unpack(bomb)


@pytest.mark.shows("deploy.archive")
def test_too_many_files_or_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OrgError, match="Maximum number of files in zip is 10000, this one has 10001"):
        unpack(zipped({str(number): b"" for number in range(10_001)}))
    monkeypatch.setattr(archive, "LARGEST_ZIP", 50)
    with pytest.raises(OrgError, match=r"LIMIT_EXCEEDED.*zip file is 50 bytes"):
        unpack(zipped({"a": b"a"}))


@pytest.mark.shows("deploy.archive")
def test_the_same_path_twice_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            opened.writestr("a", "2")
    with pytest.raises(OrgError, match="holds a twice"):
        unpack(buffer.getvalue())


@given(st.binary(max_size=200), st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_bytes_that_are_no_archive_are_refused_and_nothing_else_happens(junk: bytes, at: int, patch: bytes) -> None:
    whole = zipped({"package.xml": b"<Package/>", "objects/A.object": b"<a/>" * 50})
    for content in (junk, whole[:at] + patch + whole[at + len(patch) :], whole[:at]):
        try:
            assert all(isinstance(part, bytes) for part in unpack(content).values())
        except OrgError as error:
            assert error.code in ("INVALID_OPERATION", "LIMIT_EXCEEDED")


@pytest.mark.shows("deploy.manifest")
def test_only_what_the_manifest_names_is_deployed(plain_org: LocalOrg) -> None:
    files = {"package.xml": manifest({"CustomField": ["Account.A__c"]}), "objects/Account.object": ACCOUNT}
    assert [each.name for each in deployed(plain_org, files).successes] == ["Account.A__c"]
    assert "A__c" in plain_org.schema.objects["Account"].fields
    assert "B__c" not in plain_org.schema.objects["Account"].fields


@pytest.mark.shows("deploy.manifest")
@pytest.mark.parametrize("named", [{"CustomObject": ["Thing__c"]}, {"CustomObject": ["*"]}])
def test_naming_an_object_names_everything_in_its_file(plain_org: LocalOrg, named: dict[str, list[str]]) -> None:
    files = {
        "package.xml": manifest(named),
        "objects/Thing__c.object": object_file(CUSTOM_OBJECT, field("A__c", "Date")),
    }
    outcome = deployed(plain_org, files)
    assert sorted(each.name for each in outcome.successes) == ["Thing__c", "Thing__c.A__c"]


@pytest.mark.shows("deploy.manifest")
def test_a_member_that_is_not_there_is_refused(plain_org: LocalOrg) -> None:
    files = {
        "package.xml": manifest({"CustomField": ["Account.A__c", "Account.No__c"], "PermissionSet": ["P"]}),
        "objects/Account.object": ACCOUNT,
    }
    text = "An object '{}' of type {} was named in package.xml, but was not found in zipped directory"
    expected = [
        ("Account.No__c", text.format("Account.No__c", "CustomField")),
        ("P", text.format("P", "PermissionSet")),
    ]
    outcome = deployed(plain_org, files)
    assert (problems(outcome), outcome.applied) == (expected, False)
    assert {failure.file for failure in outcome.failures} == {"package.xml"}
    warned = deployed(plain_org, files, Order(ignore_warnings=True), allow_missing=True)
    assert (problems(warned), warned.errors, warned.applied) == (expected, (), True)


@pytest.mark.shows("deploy.manifest")
def test_warnings_end_a_deployment_that_does_not_ignore_them(plain_org: LocalOrg) -> None:
    files = {
        "package.xml": manifest({"CustomField": ["Account.No__c", "Account.A__c"]}),
        "objects/Account.object": ACCOUNT,
    }
    outcome = deployed(plain_org, files, Order(ignore_warnings=False), allow_missing=True)
    assert [failure.kind for failure in outcome.failures] == ["Warning"]
    assert not outcome.applied


@pytest.mark.shows("deploy.manifest")
def test_a_file_that_the_manifest_does_not_name_is_refused(plain_org: LocalOrg) -> None:
    files = {
        "package.xml": manifest({"CustomField": ["Account.A__c"]}),
        "objects/Account.object": ACCOUNT,
        "permissionsets/P.permissionset": component("PermissionSet", "<label>P</label>"),
    }
    assert problems(deployed(plain_org, files)) == [("P", "Not in package.xml")]


@pytest.mark.shows("deploy.manifest")
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (manifest({"CustomFeld": ["A"]}), "Unknown type name 'CustomFeld' specified in package.xml"),
        (manifest({}, "99.0"), "Invalid version specified: 99.0"),
        (manifest({}, "new"), "Invalid version specified: new"),
        (b"<Package", "Error parsing file: "),
        (component("Package", "<tipes/>"), "tipes invalid at this location in type Package"),
        (component("CustomObject", ""), "Unexpected root element"),
    ],
)
def test_a_broken_manifest_is_refused(plain_org: LocalOrg, content: bytes, problem: str) -> None:
    outcome = deployed(plain_org, {"package.xml": content, "objects/Account.object": ACCOUNT})
    assert not outcome.applied
    assert problem in outcome.failures[0].problem
    assert outcome.failures[0].file == "package.xml"


@pytest.mark.shows("deploy.manifest")
def test_without_single_package_each_folder_is_a_package(plain_org: LocalOrg) -> None:
    named = manifest({"CustomField": ["Account.A__c"]})
    inner = {"one/package.xml": named, "one/objects/Account.object": ACCOUNT}
    assert deployed(plain_org, {**inner, "package.xml": b""}, single=False).applied
    lost = {"package.xml": named, "objects/Account.object": ACCOUNT}
    assert problems(deployed(plain_org, lost, single=False)) == [("package.xml", "No package.xml found")]


@pytest.mark.shows("deploy.deletions")
@pytest.mark.parametrize("name", ["destructiveChanges.xml", "destructiveChangesPre.xml", "destructiveChangesPost.xml"])
def test_deletions_are_refused(plain_org: LocalOrg, name: str) -> None:
    files = {"package.xml": manifest({}), name: manifest({"CustomField": ["Account.A__c"]})}
    assert problems(deployed(plain_org, files)) == [(name, "Deleting components is not available in the local org")]


@pytest.mark.shows("deploy.formats")
def test_both_formats_say_the_same(plain_org: LocalOrg, tmp_path: Path) -> None:
    source = {each.key: each.digest() for each in read_source(PACKAGE).components if each.type == "CustomField"}
    objects: dict[str, list[str]] = {}
    for each in read_source(PACKAGE).components:
        if each.type == "CustomField":
            body = (
                each.document.content.decode().partition(">\n")[2].partition(">\n")[2].rpartition("</CustomField>")[0]
            )
            objects.setdefault(each.sobject, []).append(f"<fields>\n{body}</fields>")
    files = {f"objects/{name}.object": object_file(*parts) for name, parts in objects.items()}
    named = {"CustomField": [name for _, name in source]}
    content, _ = read_packages({"package.xml": manifest(named), **files}, single=True, allow_missing=False)
    assert {each.key: each.digest() for each in content.components} == source


@pytest.mark.shows("deploy.pages")
def test_what_is_shown_is_kept_and_may_be_named_later(plain_org: LocalOrg) -> None:
    bundle = "<apiVersion>65.0</apiVersion><isExposed>false</isExposed>"
    files = {"lwc/tile/tile.js": b"", "lwc/tile/tile.js-meta.xml": component("LightningComponentBundle", bundle)}
    page = component(
        "FlexiPage",
        "<flexiPageRegions><itemInstances><componentInstance><componentName>tile</componentName></componentInstance>"
        "</itemInstances><name>main</name><type>Region</type></flexiPageRegions><masterLabel>P</masterLabel>"
        "<template><name>home:desktopTemplate</name></template><type>HomePage</type>",
    )
    assert not deployed(plain_org, {"flexipages/P.flexipage": page}).applied
    assert deployed(plain_org, files).applied
    assert deployed(plain_org, {"flexipages/P.flexipage": page}).applied
    (again,) = deployed(plain_org, {"flexipages/P.flexipage": page}).successes
    assert (again.created, again.changed) == (False, False)
