"""What the tests count as a failure of a page they opened, and what not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browsing import Visits
from tests.served import listening

SLOW_PAGE = "<link rel=icon href=data:,><h1>Slow</h1><script>fetch('/slow')</script>"
pytestmark = pytest.mark.browser


@contextmanager
def hanging_up() -> Iterator[str]:
    """The address of a server that closes each connection without an answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                client, _ = server.accept()
                with client:
                    if not client.recv(4096).startswith(b"GET"):
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        port = server.getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port)) as last:
            last.sendall(b"END")
        thread.join()


def test_a_request_that_a_page_leaves_behind_is_no_failure(browser: Browser) -> None:
    app = Flask("slow")
    asked, answered = threading.Event(), threading.Event()

    def slow() -> str:
        asked.set()
        answered.wait(20)
        return "late"

    app.add_url_rule("/", "page", lambda: SLOW_PAGE)
    app.add_url_rule("/next", "next", lambda: "<link rel=icon href=data:,><h1>Next</h1>")
    app.add_url_rule("/slow", "slow", slow)
    with listening(app) as url:
        visits = Visits(browser)
        page = visits.open(url)
        assert asked.wait(20)
        with page.expect_event("requestfailed", lambda request: request.url.endswith("/slow")):
            page.goto(f"{url}/next")
        answered.set()
        assert visits.close() == []


def test_a_request_without_an_answer_is_a_failure(browser: Browser) -> None:
    app = Flask("cut")
    with hanging_up() as broken, listening(app) as url:
        app.add_url_rule("/", "page", lambda: f"<link rel=icon href=data:,><img src={broken}/picture>")
        visits = Visits(browser)
        visits.open(url)
        assert f"no answer: {broken}/picture" in visits.close()
