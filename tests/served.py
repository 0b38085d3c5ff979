"""A local org that answers over http inside the test's own process, with what is behind it in reach."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import waitress
from flask import Flask
from waitress import wasyncore

from localorg.http.app import create_app
from localorg.org import LocalOrg
from sync import OrgSettings

PACKAGE = Path(__file__).parents[1] / "lwc_components"
INTEGRATION = "integration@local.example"


@dataclass(frozen=True)
class Served:
    """A local org that answers over http, and what is needed to log in to it."""

    inside: LocalOrg
    url: str
    consumer_key: str
    key_file: Path
    faults: Any

    def settings(self, username: str = INTEGRATION) -> OrgSettings:
        """Settings of a login as that user."""
        return OrgSettings(self.url, username, self.consumer_key, self.key_file)

    def insert(self, sobject: str, *rows: Mapping[str, object]) -> list[str]:
        """Make records as the administrator; returns their ids."""
        results = self.inside.records(self.inside.user("admin@local.example")).insert(sobject, rows)
        assert all(result.success for result in results), results
        return [str(result.id) for result in results]

    def update(self, sobject: str, *rows: Mapping[str, object]) -> None:
        """Change records as the administrator."""
        results = self.inside.records(self.inside.user("admin@local.example")).update(sobject, rows)
        assert all(result.success for result in results), results

    def delete(self, sobject: str, *ids: str) -> None:
        """Put records into the recycle bin."""
        results = self.inside.records(self.inside.user("admin@local.example")).delete(sobject, ids)
        assert all(result.success for result in results), results

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the org holds, past its API: SQL over its file."""
        with self.inside.database.reader() as connection:
            return [tuple(row) for row in connection.execute(query).fetchall()]


@contextmanager
def listening(app: Flask, **settings: object) -> Iterator[str]:
    """The address of an app behind the web server that serves it outside of tests, with that server's settings.

    The loop is turned by hand, so that nothing is closed under it and no connection that a client keeps is left open.
    """
    sockets: dict[int, Any] = {}
    server = waitress.create_server(app, map=sockets, host="127.0.0.1", port=0, **{"threads": 4, **settings})
    closing = threading.Event()

    def serve() -> None:
        while not closing.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)

    loop = threading.Thread(target=serve)
    loop.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        closing.set()
        server.pull_trigger()
        loop.join()
        server.task_dispatcher.shutdown()
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()


@contextmanager
def serving(org_file: Path, key_file: Path, consumer_key: str) -> Iterator[Served]:
    """Serve the org in this file until the block ends."""
    inside = LocalOrg.open(org_file)
    app = create_app(inside)
    services = app.extensions["localorg"]
    try:
        with listening(app) as url:
            yield Served(inside, url, consumer_key, key_file, services.faults)
    finally:
        services.close()
        inside.close()
