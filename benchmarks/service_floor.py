"""A web server that answers "ok" and does nothing else, until it is terminated; prints its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import waitress

from sidecar.configuration import ServiceSection
from sidecar.service.process import server_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def main() -> None:
    """Serve on any free port of loopback."""
    server: Any = waitress.create_server(_ok, host="127.0.0.1", port=0, **server_settings(ServiceSection()))
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def _ok(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


if __name__ == "__main__":
    main()
