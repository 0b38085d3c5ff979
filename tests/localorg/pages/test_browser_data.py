"""What a component gets from the page host for lists, metadata and mutations."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
pytestmark = pytest.mark.browser


@pytest.fixture
def probe(site: Any, open_page: Open) -> Page:
    """The page with the data probe, its wires answered."""
    page = open_page(site.path("Contact", "contact"))
    report = page.locator("[data-data-report]")
    for part in ('"related":["Larsen"]', '"owner":true', '"mode":"Edit"', '"infos":', '"objects":', '"several":'):
        expect(report).to_contain_text(part)
    return page


def said(page: Page, button: str) -> str:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("[data-data-said]")).not_to_be_empty()
    return page.locator("[data-data-said]").inner_text()


@pytest.mark.shows("uiapi.wires")
def test_lists_and_metadata_have_the_platforms_shapes(probe: Page) -> None:
    found = json.loads(probe.locator("[data-data-report]").inner_text())
    assert found == {
        "related": ["Larsen"],
        "count": 2,
        "several": [200, 404],
        "page": ["Larsen"],
        "columns": "Name",
        "infos": ["Contact", "Opportunity"],
        "objects": [200, 404],
        "picklists": True,
        "mode": "Edit",
        "owner": True,
    }


@pytest.mark.shows("uiapi.wires")
def test_a_mutation_writes_and_refreshes_what_shows_the_record(probe: Page) -> None:
    assert said(probe, "Mutate") == "Mutated"
    expect(probe.get_by_role("heading", level=1)).to_contain_text("Mutated")
    expect(probe.locator("[data-data-report]")).to_contain_text('"page":["Mutated"]')


@pytest.mark.shows("uiapi.wires")
def test_a_mutation_that_is_refused_gives_errors(probe: Page) -> None:
    assert said(probe, "Refused") == "DataFetchingException"


@pytest.mark.shows("uiapi.wires")
def test_an_update_that_would_lose_another_is_refused(probe: Page) -> None:
    assert said(probe, "Collide") == "412 CollisionDetectedException"


def test_inputs_are_made_of_records(probe: Page) -> None:
    assert said(probe, "Inputs") == '["Contact",false,["Id","LastName"]]'
