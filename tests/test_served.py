"""The helper by which tests serve an app leaves nothing open behind it."""

from __future__ import annotations

import gc
import socket
import warnings

from flask import Flask

from tests.served import listening


def test_a_connection_that_its_client_keeps_is_closed_with_the_server() -> None:
    app = Flask("kept")
    app.add_url_rule("/", view_func=lambda: "here")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ResourceWarning)
        with listening(app) as url:
            host, port = url.removeprefix("http://").split(":")
            client = socket.create_connection((host, int(port)), timeout=10)
            client.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        rest = client.recv(4096)
        while rest:
            rest = client.recv(4096)
        client.close()
        gc.collect()
    assert [str(each.message) for each in seen] == []
