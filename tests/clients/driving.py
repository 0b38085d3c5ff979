"""Ways to drive the official clients: the command line in a home of its own, scripts with jsforce."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import requests

from localorg import server

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
COMMAND = MODULES / ".bin" / "sf"
ADMIN = "admin@local.example"
LONGEST_SECONDS = 240
_QUIET = {
    "SF_DISABLE_TELEMETRY": "true",
    "SF_AUTOUPDATE_DISABLE": "true",
    "SF_SKIP_NEW_VERSION_CHECK": "true",
    "SF_DISABLE_LOG_FILE": "true",
    "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
    "NO_COLOR": "1",
    "NODE_NO_WARNINGS": "1",
}
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    output: str
    messages: str

    @property
    def result(self) -> Any:
        """The `result` of `--json`."""
        return json.loads(self.output)["result"]

    def table(self) -> list[tuple[str, ...]]:
        """The rows of the tables that were printed, without their heads' lines."""
        text = _TERMINAL.sub("", self.output + self.messages)
        lines = [line for line in text.splitlines() if line.startswith("│")]
        return [tuple(cell.strip() for cell in line.strip("│").split("│")) for line in lines]


@dataclass(frozen=True)
class Target:
    """A served org and how to reach it."""

    state: Path
    url: str

    def token(self, username: str = ADMIN) -> str:
        """An access token of a user, by JWT."""
        credentials = server.credentials(self.state)
        claims = {
            "iss": credentials.consumer_key,
            "sub": username,
            "aud": credentials.login_url,
            "exp": int(time.time()) + 120,
        }
        assertion = jwt.encode(claims, Path(credentials.private_key_file).read_text(), algorithm="RS256")
        answer = requests.post(
            f"{self.url}/services/oauth2/token",
            data={"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion},
            timeout=30,
        )
        token: str = answer.json()["access_token"]
        return token

    def query(self, soql: str) -> list[dict[str, Any]]:
        """What is in the org, asked past the clients."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        url = f"{self.url}/services/data/v66.0/query"
        records = requests.get(url, params={"q": soql}, headers=headers, timeout=30).json()["records"]
        return [{name: value for name, value in each.items() if name != "attributes"} for each in records]


class Cli:
    """The official command line; nothing of this machine's own settings is read or written."""

    def __init__(self, home: Path) -> None:
        self.home = home
        # Without CI, so that tables are printed as people see them, with borders.
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
        folders = {name: str(home / name.lower()) for name in ("SF_DATA_DIR", "SF_CONFIG_DIR", "SF_CACHE_DIR")}
        self.environment = {**kept, **_QUIET, **folders, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "xdg")}

    def run(self, *arguments: str | Path, folder: Path | None = None, **environment: str) -> Done:
        """Run a command in a folder, the home by default."""
        return _run([str(COMMAND), *map(str, arguments)], folder or self.home, {**self.environment, **environment})

    def result(self, *arguments: str | Path, folder: Path | None = None, **environment: str) -> Any:
        """The result of a command with `--json` that works."""
        done = self.run(*arguments, "--json", folder=folder, **environment)
        assert done.code == 0, done.output + done.messages
        return done.result


def run_script(target: Target, script: str, home: Path, token: str | None = None) -> Any:
    """Run the body of an asynchronous function with a jsforce `connection`; returns what it returns, as JSON."""
    program = (
        "const jsforce = require('jsforce');\n"
        "const connection = new jsforce.Connection({ instanceUrl: process.env.URL, accessToken: process.env.TOKEN, "
        "version: '66.0' });\n"
        f"(async () => {{\n{script}\n}})().then((value) => process.stdout.write(JSON.stringify(value ?? null)), "
        "(error) => { process.stderr.write(String(error.stack)); process.exit(1); });\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "NODE_PATH": str(MODULES), "URL": target.url}
    done = _run(["node", "-e", program], home, {**environment, "TOKEN": token or target.token()})
    assert done.code == 0, done.messages
    return json.loads(done.output)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> Done:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
