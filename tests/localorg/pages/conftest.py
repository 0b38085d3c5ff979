"""The package's pages with probe components beside them: built once, served in this process, seen in Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from localorg.clock import Clock
from localorg.http.app import create_app
from localorg.http.settings import Settings
from localorg.org import LocalOrg
from localorg.pages import PageSettings, ensure_built
from tests.browsing import REPOSITORY, node_modules_needed
from tests.served import listening

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LABEL = (
    "<labels><fullName>Probe_Title</fullName><language>en_US</language><protected>true</protected>"
    "<shortDescription>Probe</shortDescription><value>Probe &amp; label</value></labels></CustomLabels>"
)


@dataclass(frozen=True)
class Site:
    """A served org with pages. ids: of the records in it by a short name."""

    url: str
    org: LocalOrg
    app: Flask
    ids: dict[str, str]

    def path(self, sobject: str, key: str) -> str:
        return f"/lightning/r/{sobject}/{self.ids[key]}/view"


@dataclass(frozen=True)
class Template:
    """The file of a filled org, the package whose pages it shows, and ids by short name."""

    file: Path
    package: Path
    ids: dict[str, str]


@pytest.fixture(scope="session")
def probed_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our package with the probes, a home page of list cards, and a label for the probe."""
    folder = tmp_path_factory.mktemp("package") / "lwc_components"
    ignored = shutil.ignore_patterns("__tests__")
    shutil.copytree(REPOSITORY / "lwc_components", folder, ignore=ignored)
    source = folder / "main/default"
    shutil.copytree(Path(__file__).parent / "probes", source, dirs_exist_ok=True)
    labels = source / "labels/CustomLabels.labels-meta.xml"
    labels.write_text(labels.read_text().replace("</CustomLabels>", LABEL))
    return folder


@pytest.fixture(scope="session")
def built_pages(probed_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; workers of one run share the build."""
    node_modules_needed()
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    return ensure_built(REPOSITORY, folder / "pages-built", package=probed_package / "main/default").out


@pytest.fixture(scope="session")
def template(probed_package: Path, tmp_path_factory: pytest.TempPathFactory) -> Template:
    """An org with the package and a small book, to be copied."""
    file = tmp_path_factory.mktemp("template") / "org.sqlite"
    org = LocalOrg.open(file, probed_package, Clock(NOON))
    ids = fill(org)
    org.close()
    return Template(file, probed_package, ids)


@pytest.fixture
def unbuilt_site(tmp_path: Path, template: Template) -> Iterator[Site]:
    """Pages of a fresh org whose scripts are not built: good for what the server itself answers."""
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "main.js").write_text("// nothing")
    with served(tmp_path, template, folder) as site:
        yield site


@pytest.fixture
def site(tmp_path: Path, template: Template, built_pages: Path) -> Iterator[Site]:
    """A fresh org with a small book, its pages served on a port of this machine."""
    with served(tmp_path, template, built_pages) as made:
        yield made


@pytest.fixture
def open_page(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address of the site. At the end no script may have failed."""
    contexts = []
    failures: list[str] = []

    def visit(path: str, width: int = 1440, height: int = 900) -> Page:
        context = browser.new_context(base_url=site.url, viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert failures == []


@contextmanager
def served(folder: Path, template: Template, built: Path) -> Iterator[Site]:
    """Serves a copy of the template org while the block lasts."""
    shutil.copy(template.file, folder / "org.sqlite")
    org = LocalOrg.open(folder / "org.sqlite", clock=Clock(NOON))
    pages = PageSettings(built, REPOSITORY / "node_modules/@salesforce-ux/design-system")
    app = create_app(org, settings=Settings(package=template.package, pages=pages, worker=False))
    try:
        with listening(app) as url:
            yield Site(url, org, app, template.ids)
    finally:
        app.extensions["localorg"].close()
        org.close()


def fill(org: LocalOrg) -> dict[str, str]:
    """A small book. Returns ids by short name."""
    records = org.records(org.user("admin@local.example"))

    def insert(sobject: str, **values: object) -> str:
        (result,) = records.insert(sobject, [values])
        assert result.success and result.id, result.errors
        return result.id

    account = insert("Account", Name="Acme & <Sons>", Industry="Banking", AnnualRevenue=5000000, Phone="+1 555 0100")
    deal = insert(
        "Opportunity",
        Name="Acme renewal",
        AccountId=account,
        StageName="Prospecting",
        CloseDate="2026-12-20",
        Amount=120000,
        Sidecar_Quarter_Probability__c=60,
    )
    contact = insert("Contact", LastName="Larsen", AccountId=account, Email="i@acme.example", Birthdate="1980-02-03")
    insert("Contact", LastName="Amundsen", AccountId=account)
    insert("Task", Subject="Send the quote", WhatId=deal, ActivityDate="2026-12-01", Status="Not Started")
    return {"account": account, "deal": deal, "contact": contact}
