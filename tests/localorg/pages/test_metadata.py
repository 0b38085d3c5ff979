"""What is read from a package's metadata about pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from localorg.errors import PackageError
from localorg.pages.metadata import read_package
from localorg.pages.metadata.listviews import Filter, ListView, api_name

ROOT = Path(__file__).parents[3]


def test_facets_stand_where_the_page_uses_them(probed_package: Path) -> None:
    page = read_package(probed_package).record_page("Contact")
    assert page is not None
    (main,) = [region for region in page.regions if region.name == "main"]
    probe, _, section, unknown = main.items
    assert (probe.name, probe.properties) == ("c:probeWires", {"greeting": "Hello <you>"})
    left, right = section.facets["columns"]
    assert [item.field for item in left.facets["body"]] == ["LastName", "Email"]
    assert [item.field for item in right.facets["body"]] == ["AccountId"]
    assert unknown.name == "forceChatter:publisher"
    assert [region.name for region in page.regions] == ["header", "main"]


def test_the_app_says_which_page_shows_what() -> None:
    package = read_package(ROOT / "lwc_components")
    assert package.application.label == "Sidecar"
    assert package.application.tabs[:3] == ("standard-home", "standard-Account", "standard-Opportunity")
    account, home = package.record_page("Account"), package.home_page()
    assert account is not None and account.name == "Sidecar_Account_Record_Page"
    assert home is not None and home.name == "Sidecar_Home"
    assert package.record_page("Case") is None
    assert package.icon("Sidecar_Action__c") == "custom:custom53"


def test_list_views_are_in_api_names() -> None:
    view = read_package(ROOT / "lwc_components").list_views["Opportunity", "Sidecar_Likely_This_Quarter"]
    assert view.columns[:4] == ("Name", "Account.Name", "StageName", "Amount")
    assert view.filters[0] == Filter("IsClosed", "equals", ("0",))
    assert api_name("NAME", "Anything__c") == "Name"
    assert api_name("Own_Field__c", "Account") == "Own_Field__c"


def test_layouts_keep_sections_columns_and_rows() -> None:
    layout = read_package(ROOT / "lwc_components").layout("Sidecar_Plan__c")
    assert layout is not None
    assert layout.sections[0].rows()[0] == ["Name", "Sidecar_Segment__c"]
    assert layout.sections[0].rows()[-1] == [None, "Sidecar_Key__c"]


def test_without_a_package_there_are_plain_pages(tmp_path: Path) -> None:
    package = read_package(tmp_path / "nowhere")
    assert package == read_package(None)
    assert package.home_page() is None
    assert package.icon("Account") == "standard:account"
    assert package.views("Account") == []
    assert package.layout("Account") is not None


def test_broken_xml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "flexipages/Broken.flexipage-meta.xml"
    file.parent.mkdir()
    file.write_text("<FlexiPage>")
    with pytest.raises(PackageError, match="Broken"):
        read_package(tmp_path)


def test_entities_of_a_file_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    file = tmp_path / "flexipages/Page.flexipage-meta.xml"
    file.parent.mkdir()
    file.write_text(
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><FlexiPage><masterLabel>&e;</masterLabel></FlexiPage>'
    )
    assert "secret words" not in read_package(tmp_path).flexipages["Page"].label


def test_a_list_view_is_equal_to_itself_read_again() -> None:
    views = read_package(ROOT / "lwc_components").views("Sidecar_Run__c")
    assert [view.label for view in views] == ["All Runs", "Runs with Problems"]
    assert isinstance(views[0], ListView)
