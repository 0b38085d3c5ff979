"""What a package says about pages, read from its source once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localorg.pages.metadata import defaults
from localorg.pages.metadata.applications import HOME, Application, read_application
from localorg.pages.metadata.flexipages import FlexiPage, read_flexipage
from localorg.pages.metadata.layouts import Layout, read_compact_layout, read_layout
from localorg.pages.metadata.listviews import ListView, read_list_view
from localorg.pages.metadata.xml import name_of, root_of, text_of

_MOTIF = re.compile(r"custom(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class PagePackage:
    """Pages, app, layouts, list views (by object and name) and icons; standard objects have defaults."""

    application: Application = field(default_factory=Application)
    flexipages: Mapping[str, FlexiPage] = field(default_factory=dict)
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    compact_layouts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    list_views: Mapping[tuple[str, str], ListView] = field(default_factory=dict)
    icons: Mapping[str, str] = field(default_factory=dict)

    def record_page(self, sobject: str) -> FlexiPage | None:
        """The page an object's records are shown on: what the app says, else any record page for the object."""
        chosen = self.flexipages.get(self.application.pages.get(sobject, ""))
        own = (page for page in self.flexipages.values() if page.kind == "RecordPage" and page.sobject == sobject)
        return chosen or next(own, None)

    def home_page(self) -> FlexiPage | None:
        """The app's home page."""
        chosen = self.flexipages.get(self.application.pages.get(HOME, ""))
        return chosen or next((page for page in self.flexipages.values() if page.kind == "HomePage"), None)

    def layout(self, sobject: str) -> Layout | None:
        """The page layout of an object, if anybody made one."""
        return self.layouts.get(sobject) or defaults.LAYOUTS.get(sobject)

    def compact_layout(self, sobject: str) -> tuple[str, ...]:
        """Fields of the record's header."""
        return self.compact_layouts.get(sobject, defaults.COMPACT.get(sobject, ()))

    def views(self, sobject: str) -> list[ListView]:
        """The object's list views, by label."""
        own = [view for (name, _), view in self.list_views.items() if name == sobject]
        return sorted(own, key=lambda view: view.label)

    def icon(self, sobject: str) -> str:
        """The icon of an object, `standard:account`."""
        return self.icons.get(sobject) or defaults.ICONS.get(sobject, defaults.PLAIN_ICON)


def read_package(folder: Path | None) -> PagePackage:
    """The pages of a package folder (with or without `main/default` inside); defaults where there is none.

    Raises PackageError when a file is no well-formed XML.
    """
    if folder is None or not folder.is_dir():
        return PagePackage()
    source = folder / "main/default" if (folder / "main/default").is_dir() else folder
    pages = (read_flexipage(file) for file in sorted(source.glob("flexipages/*.flexipage-meta.xml")))
    apps = [read_application(file) for file in sorted(source.glob("applications/*.app-meta.xml"))]
    return PagePackage(
        application=apps[0] if apps else Application(),
        flexipages={page.name: page for page in pages},
        layouts={each.sobject: each for each in map(read_layout, sorted(source.glob("layouts/*.layout-meta.xml")))},
        compact_layouts=dict(_compact_layouts(source)),
        list_views={(view.sobject, view.name): view for view in _list_views(source)},
        icons=dict(_icons(source)),
    )


def _compact_layouts(source: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The compact layout each object assigns; the only one there is where it assigns none."""
    for folder in sorted(source.glob("objects/*/compactLayouts")):
        files = sorted(folder.glob("*.compactLayout-meta.xml"))
        assigned = None
        for file in folder.parent.glob("*.object-meta.xml"):
            assigned = text_of(root_of(file), "compactLayoutAssignment")
        chosen = [file for file in files if name_of(file) == assigned] or files[:1]
        if chosen:
            yield folder.parent.name, read_compact_layout(chosen[0])


def _list_views(source: Path) -> Iterator[ListView]:
    for file in sorted(source.glob("objects/*/listViews/*.listView-meta.xml")):
        yield read_list_view(file, file.parent.parent.name)


def _icons(source: Path) -> Iterator[tuple[str, str]]:
    """Icons of custom tabs: the motif `Custom53: Bell` is `custom:custom53`."""
    for file in sorted(source.glob("tabs/*.tab-meta.xml")):
        found = _MOTIF.match(text_of(root_of(file), "motif") or "")
        if found:
            yield name_of(file), f"custom:custom{found[1]}"
