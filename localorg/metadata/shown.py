"""Pages, layouts, list views, tabs, applications and labels: whether what they name exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from localorg.metadata.component import Component
from localorg.metadata.document import XmlElement, child_text, children, is_true
from localorg.metadata.structure import Finding
from localorg.metadata.world import World, no_such, too_long, wrong_name
from localorg.schema.list_columns import api_name

_OF_THE_PLATFORM: Final = ":"  # in a component's name on a page: `flexipage:richText`
LONGEST_LABEL_TEXT: Final = 1000


def check_layout(component: Component, world: World) -> Iterator[Finding]:
    """A page layout, `Object-Layout Name`."""
    sobject = component.name.partition("-")[0]
    if world.sobject(sobject) is None:
        yield Finding(None, no_such("object", "CustomObject", sobject))
        return
    for entry in children(component.element, "layoutSections/layoutColumns/layoutItems/field"):
        if world.field(sobject, entry.text or "") is None:
            yield Finding(entry, no_such("field", "CustomField", f"{sobject}.{entry.text}"))
    for related in children(component.element, "relatedLists"):
        yield from _related_list(related, world)


def _related_list(related: XmlElement, world: World) -> Iterator[Finding]:
    name = child_text(related, "relatedList") or ""
    child, dot, lookup = name.partition(".")
    if not dot:
        return  # a standard list, whose name says nothing about fields
    if world.field(child, lookup) is None:
        yield Finding(related, f"Cannot find related list:{name}")
        return
    for column in children(related, "fields"):
        if _is_unknown_column(child, column.text or "", world):
            yield Finding(column, f"Invalid field:{column.text} in related list:{name}")


def check_list_view(component: Component, world: World) -> Iterator[Finding]:
    """A list view of an object."""
    yield from _short_name(component, "list view")
    for column in [*children(component.element, "columns"), *children(component.element, "filters/field")]:
        if _is_unknown_column(component.sobject, column.text or "", world):
            yield Finding(column, f"Could not resolve list view column: {column.text}")


def _is_unknown_column(sobject: str, column: str, world: World) -> bool:
    path = api_name(column, sobject).removeprefix(f"{sobject}.")
    if path.replace(".", "").replace("_", "").isupper() and not path.endswith("__c"):
        return not _is_standard(sobject, world)  # an old name of a standard object's field
    return world.field(sobject, path) is None


def _is_standard(sobject: str, world: World) -> bool:
    found = world.sobject(sobject)
    return found is not None and not found.custom


def check_compact_layout(component: Component, world: World) -> Iterator[Finding]:
    """The fields at the top of a record's page."""
    yield from _short_name(component, "compact layout")
    for entry in children(component.element, "fields"):
        if world.field(component.sobject, entry.text or "") is None:
            yield Finding(entry, no_such("fields", "CustomField", f"{component.sobject}.{entry.text}"))


def check_tab(component: Component, world: World) -> Iterator[Finding]:
    """A tab of a custom object, a Lightning page or a component."""
    element = component.element
    page, bundle = child_text(element, "flexiPage"), child_text(element, "lwcComponent")
    if is_true(element, "customObject") and world.sobject(component.name) is None:
        yield Finding(None, no_such("customObject", "CustomObject", component.name))
    if page is not None and not world.has("FlexiPage", page):
        yield Finding(None, no_such("flexiPage", "FlexiPage", page))
    if bundle is not None and not world.has("LightningComponentBundle", bundle):
        yield Finding(None, no_such("lwcComponent", "LightningComponentBundle", bundle))


def check_application(component: Component, world: World) -> Iterator[Finding]:
    """An app: its tabs and the pages it shows."""
    for entry in children(component.element, "tabs"):
        name = entry.text or ""
        if not name.startswith("standard-") and not world.has("CustomTab", name):
            yield Finding(entry, no_such("tabs", "CustomTab", name))
    for override in children(component.element, "actionOverrides"):
        page, place = child_text(override, "content"), child_text(override, "pageOrSobjectType")
        if child_text(override, "type") == "Flexipage" and page and not world.has("FlexiPage", page):
            yield Finding(override, no_such("content", "FlexiPage", page))
        if place and not place.startswith("standard-") and world.sobject(place) is None:
            yield Finding(override, no_such("pageOrSobjectType", "CustomObject", place))


def check_page(component: Component, world: World) -> Iterator[Finding]:
    """A Lightning page: its object, components, fields and lists."""
    element = component.element
    yield from _short_name(component, "page")
    sobject = child_text(element, "sobjectType")
    if sobject is not None and world.sobject(sobject) is None:
        yield Finding(None, no_such("sobjectType", "CustomObject", sobject))
        return
    for path in ("itemInstances/componentInstance", "componentInstances"):
        for instance in children(element, f"flexiPageRegions/{path}"):
            yield from _instance(instance, world)
    for entry in children(element, "flexiPageRegions/itemInstances/fieldInstance/fieldItem"):
        path_text = (entry.text or "").removeprefix("Record.")
        if sobject is not None and world.field(sobject, path_text) is None:
            yield Finding(entry, no_such("fieldItem", "CustomField", f"{sobject}.{path_text}"))


def _instance(instance: XmlElement, world: World) -> Iterator[Finding]:
    name = child_text(instance, "componentName") or ""
    bundle = name.removeprefix("c:")
    if _OF_THE_PLATFORM not in bundle and not world.has("LightningComponentBundle", bundle):
        message = f"We couldn't retrieve the design time component information for component c:{bundle}."
        yield Finding(instance, message)
    if name == "flexipage:filterListCard":
        properties = {
            child_text(each, "name"): child_text(each, "value")
            for each in children(instance, "componentInstanceProperties")
        }
        entity, view = properties.get("entityName"), properties.get("filterName")
        if entity is not None and world.sobject(entity) is None:
            yield Finding(instance, no_such("entityName", "CustomObject", entity))
        elif entity and view and not (world.has("ListView", f"{entity}.{view}") or _is_everybodys(view)):
            yield Finding(instance, no_such("filterName", "ListView", f"{entity}.{view}"))


def _is_everybodys(view: str) -> bool:
    """Whether a list view is one of those with which every org is born, such as `AllOpportunities`."""
    return view.startswith(("All", "My", "Recent", "New"))


def check_label(component: Component, _world: World) -> Iterator[Finding]:
    """A custom label."""
    yield from _short_name(component, "label", longest=80)
    if message := too_long("value", child_text(component.element, "value"), LONGEST_LABEL_TEXT):
        yield Finding(None, message)


def _short_name(component: Component, kind: str, longest: int = 80) -> Iterator[Finding]:
    name = component.short_name
    message = too_long("fullName", name, longest) or wrong_name(kind, name[:40].rstrip("_"), "")
    if message:
        yield Finding(None, message)
