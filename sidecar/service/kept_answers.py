"""Answers that are kept for a moment, so that many who look cost one build.

Jobs and pages share one interpreter: what a page costs, a job waits for. So the pages that monitors and open browsers
ask for all the time are built once a second for each who asks.
"""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATHS = frozenset({"/", "/healthz", "/readyz", "/metrics", "/api/v1/status"})
"""What is kept: the pages about the service as a whole."""

_SECONDS = 1.0
_MOST = 100
# All that an answer can differ by: what was built for somebody is given to nobody else.
_KEY = ("PATH_INFO", "QUERY_STRING", "HTTP_HOST", "HTTP_AUTHORIZATION", "HTTP_COOKIE")


class _Round:
    """The answers while nothing changes, for a second at most: of each its status, headers and body."""

    def __init__(self, told: object, until: float) -> None:
        self.told = told
        self.until = until
        self.answers: dict[tuple[object, ...], tuple[str, list[tuple[str, str]], bytes]] = {}


class KeptAnswers:
    """A WSGI application before another one.

    An answer is given again to whoever brings the same token or cookie to the same address, for a second at most, and
    no longer than `told` stays the same: what begins to be built before it changes is given to nobody after. Refusals
    are not kept, so each is decided by itself.

    Args:
        app: gives the answers.
        told: what the answers rest on and who may have them; another value once that has changed.
        clock: seconds.
    """

    def __init__(
        self, app: "WSGIApplication", told: Callable[[], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._told = told
        self._clock = clock
        self._round = _Round(None, 0.0)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"] not in PATHS:
            return self._app(environ, start_response)
        answers = self._now().answers
        key = tuple(environ.get(name) for name in _KEY)
        if key not in answers:
            built = Response.from_app(self._app, environ, buffered=True)
            if built.status_code != 200 or len(answers) >= _MOST:
                return built(environ, start_response)
            answers[key] = (built.status, built.headers.to_wsgi_list(), built.get_data())
        status, headers, body = answers[key]
        start_response(status, list(headers))
        return [body]

    def _now(self) -> _Round:
        told, now = self._told(), self._clock()
        if now >= self._round.until or told != self._round.told:
            self._round = _Round(told, now + _SECONDS)
        return self._round
