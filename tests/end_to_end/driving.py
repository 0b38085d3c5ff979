"""Ways to use the product from outside: the installed command, and another client of the org."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jwt
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from localorg import server
from tests.end_to_end import forks

SIDECAR = Path(sys.executable).parent / "sidecar"


@dataclass(frozen=True)
class Result:
    """What a command printed, and how it ended."""

    code: int
    output: str
    messages: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it should be."""
        return json.loads(self.output)


def sidecar(*arguments: str | Path, state: Path) -> Result:
    """Run the command line in a process of its own."""
    given = ["--state", str(state), *map(str, arguments)]
    with TemporaryDirectory() as folder:
        output, messages = Path(folder, "output"), Path(folder, "messages")
        code = forks.command(given, state.parent, output, messages)
        return Result(code, output.read_text(encoding="utf-8"), messages.read_text(encoding="utf-8"))


class LoopbackHttp(HTTPAdapter):
    """simple-salesforce insists on https; the local org speaks http on loopback."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://127.0.0.1", "http://127.0.0.1", 1)
        return super().send(request, *args, **kwargs)


@contextmanager
def plain_client(state: Path, username: str | None = None) -> Iterator[Salesforce]:
    """Another client than ours, logged in to the state directory's local org; a server that ran before goes on."""
    before = server.running(state)
    info = before or server.start(state, package=None)
    try:
        credentials = server.credentials(state)
        claims = {
            "iss": credentials.consumer_key,
            "sub": username or credentials.username,
            "aud": credentials.login_url,
            "exp": int(time.time()) + 120,
        }
        assertion = jwt.encode(claims, Path(credentials.private_key_file).read_text(), algorithm="RS256")
        answer = requests.post(
            f"{info.url}/services/oauth2/token",
            data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion},
            timeout=30,
        ).json()
        with requests.Session() as session:
            session.mount("https://127.0.0.1", LoopbackHttp())
            yield Salesforce(
                instance_url=answer["instance_url"], session_id=answer["access_token"], session=session, version="66.0"
            )
    finally:
        if before is None:
            server.stop(info)
