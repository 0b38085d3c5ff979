"""Lightning pages (`*.flexipage-meta.xml`): regions of components, with facets put where they are used."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from localorg.pages.metadata.xml import name_of, root_of, text_of, texts_of

DEEPEST = 10


@dataclass(frozen=True)
class Item:
    """A component on a page, or a field in a field section (`field`, such as `Name`).

    properties: values by name, a list where the page gives several. facets: components by the property that names them.
    """

    name: str
    id: str | None = None
    field: str | None = None
    properties: Mapping[str, str | list[str]] = dataclasses.field(default_factory=dict)
    facets: Mapping[str, tuple[Item, ...]] = dataclasses.field(default_factory=dict)

    def json(self) -> dict[str, object]:
        """The form the page host reads."""
        facets = {name: [item.json() for item in items] for name, items in self.facets.items()}
        return {
            "name": self.name,
            "id": self.id,
            "field": self.field,
            "properties": dict(self.properties),
            "facets": facets,
        }


@dataclass(frozen=True)
class Region:
    """A region of a page's template."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class FlexiPage:
    """A Lightning page. `kind` is RecordPage, HomePage or AppPage; `sobject` is given for record pages."""

    name: str
    label: str
    kind: str
    template: str
    sobject: str | None
    regions: tuple[Region, ...]

    def json(self) -> dict[str, object]:
        """The form the page host reads."""
        regions = [{"name": region.name, "items": [item.json() for item in region.items]} for region in self.regions]
        return {"name": self.name, "template": self.template, "regions": regions}


def read_flexipage(file: Path) -> FlexiPage:
    """A page's file. Raises PackageError when it is no XML."""
    root = root_of(file)
    parts = root.findall("flexiPageRegions")
    by_name = {text_of(part, "name") or "": part for part in parts}
    regions = [
        Region(text_of(part, "name") or "", _items(part, by_name, DEEPEST))
        for part in parts
        if text_of(part, "type") == "Region"
    ]
    return FlexiPage(
        name=name_of(file),
        label=text_of(root, "masterLabel") or name_of(file),
        kind=text_of(root, "type") or "",
        template=text_of(root, "template/name") or "",
        sobject=text_of(root, "sobjectType"),
        regions=tuple(regions),
    )


def _items(part: etree._Element, by_name: Mapping[str, etree._Element], depth: int) -> tuple[Item, ...]:
    # older pages hold componentInstances directly, newer ones inside itemInstances
    holders = [*part.findall("componentInstances"), *part.findall("itemInstances/*")]
    return tuple(_item(holder, by_name, depth) for holder in holders)


def _item(holder: etree._Element, by_name: Mapping[str, etree._Element], depth: int) -> Item:
    if holder.tag == "fieldInstance":
        reference = text_of(holder, "fieldItem") or ""
        return Item("field", text_of(holder, "identifier"), field=reference.removeprefix("Record."))
    properties = {name: value for name, value in map(_property, holder.findall("componentInstanceProperties")) if name}
    facets = {
        name: _items(by_name[value], by_name, depth - 1)
        for name, value in properties.items()
        if isinstance(value, str) and depth > 0 and _is_facet(by_name.get(value))
    }
    name = text_of(holder, "componentName") or ""
    return Item(name, text_of(holder, "identifier"), properties=properties, facets=facets)


def _is_facet(part: etree._Element | None) -> bool:
    return part is not None and text_of(part, "type") == "Facet"


def _property(element: etree._Element) -> tuple[str, str | list[str]]:
    name = text_of(element, "name") or ""
    several = texts_of(element, "valueList/valueListItems/value")
    return name, several or (element.findtext("value") or "")
