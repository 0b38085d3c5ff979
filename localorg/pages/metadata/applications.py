"""The package's Lightning app: name, colour, tabs, and which page it shows for which object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localorg.pages.metadata.xml import name_of, root_of, text_of, texts_of

HOME = "standard-home"
DEFAULT_TABS = (HOME, "standard-Account", "standard-Opportunity")


@dataclass(frozen=True)
class Application:
    """A CustomApplication. `pages` names the Lightning page by object (or `standard-home`)."""

    name: str = "Sales"
    label: str = "Sales"
    color: str | None = None
    tabs: tuple[str, ...] = DEFAULT_TABS
    pages: Mapping[str, str] = field(default_factory=dict)


def read_application(file: Path) -> Application:
    """An app's file. Raises PackageError when it is no XML."""
    root = root_of(file)
    overrides = [each for each in root.findall("actionOverrides") if text_of(each, "type") == "Flexipage"]
    return Application(
        name=name_of(file),
        label=text_of(root, "label") or name_of(file),
        color=text_of(root, "brand/headerColor"),
        tabs=tuple(texts_of(root, "tabs")) or DEFAULT_TABS,
        pages={
            text_of(each, "pageOrSobjectType") or "": text_of(each, "content") or ""
            for each in overrides
            if text_of(each, "formFactor") in (None, "Large")
        },
    )
