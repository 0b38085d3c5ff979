"""What the server says about a page: the JSON that the page host builds the screen from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from localorg.access import User
from localorg.http.uiapi.viewer import viewer_of
from localorg.org import LocalOrg
from localorg.pages.columns import Json, columns_of
from localorg.pages.metadata import PagePackage, defaults
from localorg.pages.metadata.applications import HOME
from localorg.pages.metadata.flexipages import FlexiPage, Item, Region
from localorg.pages.metadata.layouts import RelatedListLayout
from localorg.pages.metadata.listviews import ALL, ListView, api_name
from localorg.schema.model import SObject

LOCALE = "en-US"
_STANDARD_TAB = "standard-"
_MOST_RELATED_COLUMNS = 5
_LIST_CARD = "flexipage:filterListCard"
_RECORD_TEMPLATE = "flexipage:recordHomeTemplateDesktop"


@dataclass(frozen=True)
class Describer:
    """Describes pages for one user."""

    org: LocalOrg
    package: PagePackage
    user: User

    def context(self, page: Json, active: str | None) -> Json:
        """The whole description: user, app and page. `active` is the tab the page belongs to."""
        viewer = viewer_of(self.org, self.user)
        permissions = sorted({name for grant in self.user.grants for name in grant.user_permissions})
        return {
            "user": {"id": self.user.id, "name": self.user.name, "username": self.user.username},
            "locale": LOCALE,
            "language": LOCALE,
            "currency": viewer.currency,
            "timeZone": str(viewer.zone),
            "permissions": permissions,
            "app": self._app(active),
            "page": page,
        }

    def record(self, sobject: SObject, record_id: str, action: str = "view") -> Json:
        """A record page: the one made for the object, or a plain one. `action` is view, or edit to open the editor."""
        page = self.package.record_page(sobject.name) or plain_record_page(sobject)
        return self._of_object(sobject, "record") | {
            "recordId": record_id,
            "action": action,
            "title": sobject.label,
            "flexiPage": self._flexipage(page),
            "relatedLists": self._related_lists(sobject),
        }

    def object_list(self, sobject: SObject) -> Json:
        """An object's list page, with all its list views."""
        views = [self._view(view) for view in (self._everything(sobject), *self._own_views(sobject))]
        return self._of_object(sobject, "list") | {"title": sobject.label_plural, "list": views[0], "views": views}

    def home(self) -> Json:
        """The app's home page; a plain one lists accounts and opportunities."""
        page = self.package.home_page() or FlexiPage("Home", "Home", "HomePage", "", None, ())
        return {"kind": "home", "title": "Home", "flexiPage": self._flexipage(page)}

    def missing(self) -> Json:
        """The page for an address that leads to nothing."""
        return {"kind": "missing", "title": "Page doesn't exist"}

    def _app(self, active: str | None) -> Json:
        app = self.package.application
        tabs = [tab for name in app.tabs if (tab := self._tab(name, active)) is not None]
        return {"name": app.name, "label": app.label, "color": app.color, "tabs": tabs}

    def _tab(self, name: str, active: str | None) -> Json | None:
        if name == HOME:
            return {"name": name, "label": "Home", "href": "/lightning/page/home", "active": active == HOME}
        sobject = self.org.schema.get(name.removeprefix(_STANDARD_TAB))
        if sobject is None or not self.user.may_read_object(sobject.name):
            return None
        href = f"/lightning/o/{sobject.name}/list"
        return {"name": name, "label": sobject.label_plural, "href": href, "active": active == sobject.name}

    def _of_object(self, sobject: SObject, kind: str) -> Json:
        return {
            "kind": kind,
            "objectApiName": sobject.name,
            "label": sobject.label,
            "labelPlural": sobject.label_plural,
            "icon": self.package.icon(sobject.name),
        }

    def _flexipage(self, page: FlexiPage) -> Json:
        regions = [
            {"name": region.name, "items": [self._item(item) for item in region.items]} for region in page.regions
        ]
        return {"name": page.name, "template": page.template, "regions": regions}

    def _item(self, item: Item) -> Json:
        """A component; a list card brings its list along."""
        made: Json = {
            "name": item.name,
            "id": item.id,
            "field": item.field,
            "properties": dict(item.properties),
            "facets": {name: [self._item(each) for each in items] for name, items in item.facets.items()},
        }
        if item.name == _LIST_CARD:
            made["list"] = self._list_card(item.properties)
        return made

    def _list_card(self, properties: Mapping[str, object]) -> Json | None:
        sobject = self.org.schema.get(str(properties.get("entityName")))
        if sobject is None or not self.user.may_read_object(sobject.name):
            return None
        view = self.package.list_views.get((sobject.name, str(properties.get("filterName"))))
        return self._of_object(sobject, "list") | {"list": self._view(view or self._everything(sobject))}

    def _own_views(self, sobject: SObject) -> Iterable[ListView]:
        return (view for view in self.package.views(sobject.name) if view.name != "All")

    def _everything(self, sobject: SObject) -> ListView:
        columns = defaults.LIST_COLUMNS.get(sobject.name)
        all_view = self.package.list_views.get((sobject.name, "All"))
        named = [sobject.name_field.name] if sobject.name_field else []
        own = [f.name for f in self.user.readable_fields(sobject.name) if f.custom and f.length <= 255]
        chosen = columns or (all_view.columns if all_view else (*named, *own[:5]))
        return ListView(ALL, f"All {sobject.label_plural}", sobject.name, tuple(chosen))

    def _view(self, view: ListView) -> Json:
        sobject = self.org.schema.objects[view.sobject]
        columns = columns_of(self.org, self.user, sobject, view.columns)
        naming = sobject.name_field
        first_is_link = columns and columns[0]["link"] is None
        if first_is_link and naming is not None:
            columns[0] = columns[0] | {"link": "self"}
        sorted_by = naming.label if naming else "Created Date"
        sort = f"{sobject.name}.{naming.name if naming else 'CreatedDate'}"
        return {"name": view.name, "label": view.label, "columns": columns, "sortBy": sort, "sortedBy": sorted_by}

    def _related_lists(self, sobject: SObject) -> list[Json]:
        layout = self.package.layout(sobject.name)
        given = list(layout.related_lists) if layout else []
        named = {each.name for each in given}
        custom = [
            RelatedListLayout(child.name, ())
            for child in sobject.child_relationships
            if child.name and child.name not in named and self.org.schema.objects[child.child_object].custom
        ]
        return [found for each in (*given, *custom) if (found := self._related_list(sobject, each)) is not None]

    def _related_list(self, sobject: SObject, wanted: RelatedListLayout) -> Json | None:
        relationship = sobject.child_relationship(wanted.name)
        if relationship is None or not self.user.may_read(relationship.child_object, relationship.field):
            return None
        child = self.org.schema.objects[relationship.child_object]
        names = [api_name(each, child.name).removeprefix(f"{child.name}.") for each in wanted.columns]
        chosen = names or [each for each in self._everything(child).columns if each != relationship.field]
        columns = columns_of(self.org, self.user, child, chosen)[:_MOST_RELATED_COLUMNS]
        if columns and columns[0]["link"] is None:
            columns[0] = columns[0] | {"link": "self"}
        icon = self.package.icon(child.name)
        return {"id": relationship.name, "label": child.label_plural, "icon": icon, "columns": columns}


def plain_record_page(sobject: SObject) -> FlexiPage:
    """The page Salesforce shows before anybody makes one: highlights, details and related lists."""
    detail = Item(
        "flexipage:tab",
        "detailTab",
        properties={"title": "Standard.Tab.detail", "active": "true"},
        facets={"body": (Item("force:detailPanel", "detailPanel"),)},
    )
    related = Item(
        "flexipage:tab",
        "relatedTab",
        properties={"title": "Standard.Tab.relatedLists", "active": "false"},
        facets={"body": (Item("force:relatedListContainer", "relatedLists"),)},
    )
    tabset = Item("flexipage:tabset", "tabset", facets={"tabs": (detail, related)})
    header = Region("header", (Item("force:highlightsPanel", "highlights"),))
    regions = (header, Region("main", (tabset,)))
    return FlexiPage(f"{sobject.name}_Plain", sobject.label, "RecordPage", _RECORD_TEMPLATE, sobject.name, regions)
