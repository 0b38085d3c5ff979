"""Parameters of UI API requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import g, request

from localorg.errors import OrgError
from localorg.http.session import current_user
from localorg.http.uiapi.body import parse_error, texts_of
from localorg.http.uiapi.children import DEFAULT_CHILDREN, ChildrenWanted
from localorg.http.uiapi.lists import DEFAULT_PAGE, Wanted
from localorg.http.uiapi.record_ui import LayoutsWanted
from localorg.http.uiapi.records import RecordReader
from localorg.http.uiapi.viewer import viewer_of
from localorg.org import LocalOrg

FORM_FACTORS = ("Large", "Medium", "Small")
LIST_PROPERTIES = ("fields", "optionalFields", "pageSize", "pageToken", "sortBy", "where")


def reader_of(org: LocalOrg) -> RecordReader:
    """Reads as the user of this request."""
    return RecordReader(org, viewer_of(org, current_user()))


def names(parameter: str) -> Sequence[str]:
    """A comma-separated parameter of the request, given once or several times."""
    given = request.args.getlist(parameter)
    return [name.strip() for text in given for name in text.split(",") if name.strip()]


def ids_of(text: str) -> list[str]:
    """The ids of a path, separated by commas. Raises OrgError when there is none."""
    ids = [each.strip() for each in text.split(",") if each.strip()]
    if not ids:
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", "recordIds should hold at least one record ID")
    return ids


def size_of(default: int) -> int:
    """The page size asked for. Raises OrgError for what is no number."""
    text = request.args.get("pageSize", str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"pageSize must be a number, got {text}")
    return int(text)


def layouts_wanted() -> LayoutsWanted:
    """The fields and layouts that the request asks for. Raises OrgError for a form factor that does not exist."""
    form = request.args.get("formFactor", FORM_FACTORS[0])
    if form not in FORM_FACTORS:
        reason = f"formFactor: {form} unknown; expected {', '.join(FORM_FACTORS)}"
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", reason)
    return LayoutsWanted(names("layoutTypes"), names("modes"), names("fields"), names("optionalFields"))


def children_wanted() -> ChildrenWanted:
    """The child records that the request asks for."""
    return ChildrenWanted(names("childRelationships"), size_of(DEFAULT_CHILDREN), g.base)


def wanted_page() -> Wanted:
    """The page of a list that the request's parameters ask for. Raises OrgError."""
    return Wanted(
        fields=names("fields"),
        optional=names("optionalFields"),
        size=size_of(DEFAULT_PAGE),
        token=request.args.get("pageToken"),
        sort=_one(names("sortBy")),
        where=request.args.get("where") or None,
    )


def page_in(body: Mapping[str, object]) -> Wanted:
    """The page of a list that a request's body asks for. Raises OrgError POST_BODY_PARSE_ERROR."""
    size, token, where = body.get("pageSize"), body.get("pageToken"), body.get("where")
    if not isinstance(size, int | None) or isinstance(size, bool):
        raise parse_error("expected a number at pageSize")
    if not isinstance(token, str | None) or not isinstance(where, str | None):
        raise parse_error("expected texts at pageToken and where")
    return Wanted(
        fields=texts_of(body, "fields"),
        optional=texts_of(body, "optionalFields"),
        size=DEFAULT_PAGE if size is None else size,
        token=token,
        sort=_one(texts_of(body, "sortBy")),
        where=where or None,
    )


def _one(sorts: Sequence[str]) -> str | None:
    """A list is sorted by one field."""
    if len(sorts) > 1:
        raise OrgError("ILLEGAL_QUERY_PARAMETER_VALUE", f"sortBy takes one field, got {', '.join(sorts)}")
    return sorts[0] if sorts else None
