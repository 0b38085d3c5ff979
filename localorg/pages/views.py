"""The pages' addresses, as in Lightning Experience, and the files they load."""

from __future__ import annotations

import html
import json
from collections.abc import Callable

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from localorg.access import User
from localorg.errors import OrgError
from localorg.http.loopback import from_this_machine
from localorg.http.session import COOKIE, Sessions, give_cookie
from localorg.http.uiapi.records import RecordReader
from localorg.http.uiapi.viewer import viewer_of
from localorg.org import LocalOrg
from localorg.pages.build import version_of
from localorg.pages.columns import Json
from localorg.pages.describe import Describer
from localorg.pages.metadata import PagePackage
from localorg.pages.metadata.applications import HOME
from localorg.pages.settings import PageSettings

_STYLES = "/slds/assets/styles/salesforce-lightning-design-system.min.css"
_HEADERS = {
    # base components set style attributes and synthetic shadow adds style elements
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
_YEAR = 365 * 24 * 3600
_HOUR = 3600
_DOCUMENT = """<!doctype html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{styles}">
<link rel="stylesheet" href="/pages/page.css?v={version}">
<link rel="icon" href="data:,">
<script type="application/json" id="lightning-page">{context}</script>
<script type="module" src="/pages/main.js"></script>
</head>
<body></body>
</html>
"""
_NOTICE = """<!doctype html>
<html lang="en-US"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


def blueprint(org: LocalOrg, sessions: Sessions, package: PagePackage, settings: PageSettings) -> Blueprint:
    """`/lightning/...`, `/pages/...` (the build) and `/slds/...` (the design system)."""
    pages = Blueprint("pages", __name__)
    host = _Host(org, sessions, package, settings)
    _register_pages(pages, host)
    _register_files(pages, settings)

    @pages.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS)
        return response

    return pages


def _register_pages(pages: Blueprint, host: _Host) -> None:
    @pages.get("/")
    @pages.get("/lightning")
    def start() -> AnyResponse:
        return redirect("/lightning/page/home")

    @pages.get("/lightning/page/home")
    def home() -> Response:
        return host.answer(lambda describer: (describer.home(), HOME))

    @pages.get("/lightning/r/<record_id>/<any(view, edit):action>", defaults={"name": None})
    @pages.get("/lightning/r/<name>/<record_id>/<any(view, edit):action>")
    def record(name: str | None, record_id: str, action: str) -> Response:
        return host.answer(lambda describer: host.record(describer, name, record_id, action))

    @pages.get("/lightning/o/<name>/list")
    @pages.get("/lightning/o/<name>/home")
    def object_list(name: str) -> Response:
        return host.answer(lambda describer: host.list(describer, name))

    @pages.get("/lightning/<path:_rest>")
    def unknown(_rest: str) -> Response:
        return host.answer(lambda describer: (describer.missing(), None))


def _register_files(pages: Blueprint, settings: PageSettings) -> None:
    @pages.get("/pages/<path:name>")
    def built(name: str) -> Response:
        # hashed names never change their content; page.css carries the build in its query. main.js must not: chunks
        # import it by its plain name, and another address would be another module
        age = _YEAR if name.startswith("chunk-") or "v" in request.args else None
        return send_from_directory(settings.built, name, max_age=age)

    @pages.get("/slds/assets/<path:name>")
    def design_system(name: str) -> Response:
        return send_from_directory(settings.design_system / "assets", name, max_age=_HOUR)


class _Host:
    def __init__(self, org: LocalOrg, sessions: Sessions, package: PagePackage, settings: PageSettings) -> None:
        self._org = org
        self._sessions = sessions
        self._package = package
        self._settings = settings

    def record(self, describer: Describer, name: str | None, record_id: str, action: str) -> tuple[Json, str | None]:
        """The page of a record that exists for the user; the object in the address need not be right."""
        reader = RecordReader(self._org, viewer_of(self._org, describer.user))
        try:
            sobject = reader.object_of(record_id)
            found = reader.records(sobject, [record_id], reader.selection(sobject, ()))
        except OrgError:
            return describer.missing(), None
        if not found or (name is not None and self._org.schema.get(name) is None):
            return describer.missing(), None
        return describer.record(sobject, next(iter(found)), action), sobject.name

    def list(self, describer: Describer, name: str) -> tuple[Json, str | None]:
        """An object's list, as far as the user has the object."""
        sobject = self._org.schema.get(name)
        if sobject is None or not describer.user.may_read_object(sobject.name):
            return describer.missing(), None
        return describer.object_list(sobject), sobject.name

    def answer(self, describe: Callable[[Describer], tuple[Json, str | None]]) -> Response:
        """The document of a page, signed in."""
        version = version_of(self._settings.built)
        if version is None:
            return _notice(503, "The pages are not built", "Run `make demo`, or `npm run build:pages`, and reload.")
        token, user = self._who()
        if user is None:
            return _notice(403, "Not signed in", "Pages open only in a browser on the machine that runs the local org.")
        describer = Describer(self._org, self._package, user)
        page, active = describe(describer)
        context = describer.context(page, active)
        response = Response(_document(context, version), status=404 if page["kind"] == "missing" else 200)
        response.headers["Cache-Control"] = "no-store"
        if token is not None:
            give_cookie(response, token, self._settings.session_seconds)
        return response

    def _who(self) -> tuple[str | None, User | None]:
        """The user of the session the browser has; on this machine a new session. (new token, user)."""
        cookie = request.cookies.get(COOKIE)
        user_id = self._sessions.user_id(cookie) if cookie else None
        if user_id is not None:
            return None, self._org.user(user_id)
        if not from_this_machine():
            return None, None
        user = self._org.page_viewer()
        return self._sessions.start(user.id), user


def _document(context: Json, version: str) -> str:
    page = context["page"]
    title = page.get("title") if isinstance(page, dict) else None
    # inside a script element only `<` could end it
    data = json.dumps(context, ensure_ascii=False).replace("<", "\\u003c")
    return _DOCUMENT.format(
        title=html.escape(f"{title} | Salesforce" if title else "Salesforce"),
        styles=_STYLES,
        version=html.escape(version),
        context=data,
    )


def _notice(status: int, title: str, text: str) -> Response:
    return Response(_NOTICE.format(title=html.escape(title), text=html.escape(text)), status=status)
