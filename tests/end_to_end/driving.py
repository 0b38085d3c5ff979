"""Ways to use the product from outside: the installed command, and another client of the org."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from localorg import server

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


def sidecar(*arguments: str | Path, state: Path, environment: dict[str, str] | None = None) -> Result:
    """Run the installed command line."""
    command = [str(SIDECAR), "--state", str(state), *map(str, arguments)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=280,
        stdin=subprocess.DEVNULL,
        cwd=state.parent,
        env={**os.environ, **(environment or {})},
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


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
