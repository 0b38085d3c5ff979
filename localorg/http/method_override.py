"""`POST ...?_HttpMethod=PATCH`: the request as it is meant, for clients that cannot send every method."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NAME = "_HttpMethod"
_MEANT = ("PATCH", "PUT", "DELETE", "GET", "HEAD")
# Not where a page's cookie signs in: another site's form could send what only scripts of the page itself may.
_PATHS = re.compile(r"/services/data/v\d+\.0/(sobjects|composite/sobjects)(/|$)")


class MethodOverride:
    """A WSGI application in front of the data API, because the method decides which resource answers."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, with its meant method if it names one."""
        query = environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] == "POST" and _NAME in query and _PATHS.match(environ.get("PATH_INFO", "")):
            meant = parse_qs(query).get(_NAME, [""])[0].upper()
            if meant in _MEANT:
                environ["REQUEST_METHOD"] = meant
        return self._app(environ, start_response)
