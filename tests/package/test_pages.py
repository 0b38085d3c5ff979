"""Lightning pages: regions, facets and components fit together."""

import re
from collections import Counter

import pytest
from lxml import etree

from .package_source import SOURCE, MetadataFile, files

REGIONS = {
    "flexipage:recordHomeTemplateDesktop": {"header", "main", "sidebar"},
    "home:desktopTemplate": {"top", "bottomLeft", "bottomRight", "sidebar"},
}
STANDARD_COMPONENTS = {
    *("flexipage:richText", "flexipage:tab", "flexipage:tabset"),
    *("force:detailPanel", "force:highlightsPanel", "force:relatedListContainer"),
    *("runtime_sales_activities:activityPanel", "runtime_sales_pathassistant:pathAssistant"),
}
OUR_COMPONENTS = {
    "Sidecar_Account_Record_Page": {
        *("sidecarHealthPanel", "sidecarAccountDeals", "sidecarRenewalCalendar"),
        *("sidecarQuarterSnapshot", "sidecarRecordActions"),
    },
    "Sidecar_Opportunity_Record_Page": {"sidecarDealScore", "sidecarRecordActions"},
    "Sidecar_Home": {"sidecarHome", "sidecarAtRisk", "sidecarLikelyDeals"},
}
LIST_LINK = re.compile(r'object-api-name="(\w+)"\s+list-name="(\w+)"')
TARGET = {"RecordPage": "lightning__RecordPage", "HomePage": "lightning__HomePage"}
PAGES = [pytest.param(file, id=file.name) for file in files("flexipages/*-meta.xml")]


def components(page: MetadataFile) -> list[MetadataFile]:
    return page.all("flexiPageRegions/itemInstances/componentInstance")


def properties(component: MetadataFile) -> dict[str, str]:
    return {
        str(entry.text("name")): entry.text("value") or "" for entry in component.all("componentInstanceProperties")
    }


def ours(page: MetadataFile) -> set[str]:
    return {str(item.text("componentName")).removeprefix("c:") for item in components(page)} - STANDARD_COMPONENTS


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fills_regions_of_its_template(page: MetadataFile) -> None:
    regions = [str(part.text("name")) for part in page.all("flexiPageRegions") if part.text("type") == "Region"]
    assert set(regions) <= REGIONS[page.text("template/name") or ""]
    names = page.texts("flexiPageRegions/name")
    assert len(names) == len(set(names))


@pytest.mark.parametrize("page", PAGES)
def test_a_facet_is_used_by_one_component(page: MetadataFile) -> None:
    facets = {str(part.text("name")) for part in page.all("flexiPageRegions") if part.text("type") == "Facet"}
    uses = Counter(
        value
        for item in components(page)
        for name, value in properties(item).items()
        if name in ("body", "tabs") and str(item.text("componentName")).startswith("flexipage:tab")
    )
    assert uses == dict.fromkeys(facets, 1)


@pytest.mark.parametrize("page", PAGES)
def test_identifiers_are_unique_and_no_region_is_empty(page: MetadataFile) -> None:
    identifiers = [item.text("identifier") for item in components(page)]
    assert None not in identifiers
    assert len(identifiers) == len(set(identifiers))
    assert all(part.all("itemInstances") for part in page.all("flexiPageRegions"))


@pytest.mark.parametrize("page", PAGES)
def test_one_tab_of_a_tabset_is_active(page: MetadataFile) -> None:
    tabs = [properties(item) for item in components(page) if item.text("componentName") == "flexipage:tab"]
    if tabs:
        assert [tab["active"] for tab in tabs].count("true") == 1
        assert all(tab["title"] for tab in tabs)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_its_components(page: MetadataFile) -> None:
    assert ours(page) == OUR_COMPONENTS[page.name]


@pytest.mark.parametrize("page", PAGES)
def test_a_component_of_ours_may_be_put_on_the_page(page: MetadataFile) -> None:
    for name in ours(page):
        bundle = SOURCE / "lwc" / name
        assert (bundle / f"{name}.js").is_file()
        assert (bundle / f"{name}.html").is_file()
        meta = MetadataFile(bundle, etree.parse(bundle / f"{name}.js-meta.xml").getroot())
        assert meta.text("isExposed") == "true"
        assert TARGET[page.text("type") or ""] in meta.texts("targets/target")
        objects = meta.texts("targetConfigs/targetConfig/objects/object")
        assert not objects or page.text("sobjectType") in objects


def test_a_list_that_a_component_links_to_is_a_list_view_of_ours() -> None:
    views = {(file.path.parents[1].name, file.name) for file in files("objects/*/listViews/*-meta.xml")}
    templates = [file.read_text(encoding="utf-8") for file in sorted((SOURCE / "lwc").glob("*/*.html"))]
    lists = {found for text in templates for found in LIST_LINK.findall(text)}
    assert len(lists) == 2
    assert lists <= views


def test_record_pages_say_their_object_and_the_home_page_none() -> None:
    found = {file.name: (file.text("type"), file.text("sobjectType")) for file in files("flexipages/*-meta.xml")}
    assert found == {
        "Sidecar_Account_Record_Page": ("RecordPage", "Account"),
        "Sidecar_Opportunity_Record_Page": ("RecordPage", "Opportunity"),
        "Sidecar_Home": ("HomePage", None),
    }
