"""What the sync's tests share: a key, settings, an org by script, a mirror."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests import PreparedRequest

from localorg.http.connected_app import make_app
from localorg.org import LocalOrg
from sync import Mirror, Org, OrgSettings
from tests.served import PACKAGE, Served, serving

URL = "https://org.example"
TOKEN = {"access_token": "00D000000000001!first", "instance_url": URL, "token_type": "Bearer"}
DATE = {"Date": "Mon, 05 Jan 2026 10:00:00 GMT"}


class ScriptedOrg:
    """An org that answers by script, for what the local org would never say; whatever is not scripted is refused."""

    root = f"{URL}/services/data/v66.0"
    stamp = "2026-01-02T03:04:05.000+0000"

    def __init__(self, wire: responses.RequestsMock) -> None:
        self.wire = wire
        self.queries: list[str] = []
        wire.add_callback(responses.POST, f"{self.root}/composite", self._composite)

    def _composite(self, request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        """Answer each subrequest as the same request would be answered on its own."""
        parts = []
        for part in json.loads(request.body or "")["compositeRequest"]:
            try:
                alone = requests.request(part["method"], URL + part["url"], timeout=5)
                status, body = alone.status_code, alone.json()
            except requests.exceptions.ConnectionError:
                status, body = 404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]
            parts.append({"referenceId": part["referenceId"], "httpStatusCode": status, "body": body})
        return 200, DATE, json.dumps({"compositeResponse": parts})

    def describe(self, name: str, **fields: str | dict[str, Any]) -> None:
        """Give the org an object; fields by name with their type, or with more of the describe. Id and SystemModstamp
        are added."""
        every: dict[str, str | dict[str, Any]] = {
            "Id": {"type": "id", "length": 18},
            **fields,
            "SystemModstamp": "datetime",
        }
        described = [
            {"name": key, "label": key, "length": 255, "updateable": True, "createable": True}
            | (value if isinstance(value, dict) else {"type": value})
            for key, value in every.items()
        ]
        body = {"name": name, "label": name, "keyPrefix": "001", "fields": described}
        self.wire.upsert(responses.GET, f"{self.root}/sobjects/{name}/describe", json=body)

    def on_query(self, answer: Callable[[str], Mapping[str, Any]]) -> None:
        """Answer queries by a function of the SOQL; its text is kept in `queries`."""

        def respond(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
            soql = parse_qs(urlsplit(request.url or "").query)["q"][0]
            self.queries.append(soql)
            return 200, DATE, json.dumps(answer(soql))

        address = re.compile(re.escape(self.root) + r"/query(All)?/?\?q=")
        self.wire.add_callback(responses.GET, address, respond)

    def page(
        self, *records: Mapping[str, Any], total: int | None = None, following: str | None = None
    ) -> dict[str, Any]:
        """A page of query results; `following` is the address of the next."""
        body: dict[str, Any] = {
            "totalSize": len(records) if total is None else total,
            "done": following is None,
            "records": [{"attributes": {"type": "X", "url": "/x"}, **record} for record in records],
        }
        return body if following is None else {**body, "nextRecordsUrl": following}

    def query_job(self, job_id: str = "750", *states: str, rows: int = 0) -> None:
        """Take a bulk query job; it goes through `states` and stays in the last, and speaks of so many rows."""
        self.wire.post(f"{self.root}/jobs/query", json={"id": job_id, "state": "UploadComplete"})
        for state in states or ("JobComplete",):
            self.wire.get(f"{self.root}/jobs/query/{job_id}", json=self.job(job_id, state, rows))

    def job(self, job_id: str, state: str, rows: int = 0) -> dict[str, Any]:
        """A query job as the org shows it."""
        return {"id": job_id, "state": state, "createdDate": self.stamp, "numberRecordsProcessed": rows}

    def results(self, body: str, *, rows: int, locator: str = "null", job_id: str = "750", **more: Any) -> None:
        """One chunk of a job's results."""
        headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(rows)}
        self.wire.get(f"{self.root}/jobs/query/{job_id}/results", body=body, headers=headers, **more)


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key, made for this session of tests."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path_factory.mktemp("keys") / "key.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def settings(key_file: Path) -> OrgSettings:
    """Settings of the scripted org."""
    return OrgSettings("https://login.example", "int@acme.example", "consumer-key", key_file)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """The scripted wire, with the login in place."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as script:
        script.post("https://login.example/services/oauth2/token", json=TOKEN)
        yield script


@pytest.fixture
def script(wire: responses.RequestsMock) -> ScriptedOrg:
    """The org by script."""
    return ScriptedOrg(wire)


@pytest.fixture
def waits() -> list[float]:
    """The pauses that the client made, in seconds."""
    return []


@pytest.fixture
def org(wire: responses.RequestsMock, settings: OrgSettings, waits: list[float]) -> Iterator[Org]:
    """A connection to the scripted org that never really waits."""
    with Org.connect(settings) as connected:
        connected.session.pause = waits.append
        yield connected


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """An empty mirror."""
    with Mirror.open(tmp_path / "mirror.duckdb") as opened:
        yield opened


@pytest.fixture(scope="session")
def org_template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with an org that has our package and the key of its connected app; and the consumer key."""
    folder = tmp_path_factory.mktemp("template")
    made = LocalOrg.open(folder / "org.sqlite", PACKAGE)
    app, keys = make_app(made)
    (folder / "key.pem").write_text(keys.private_key)
    made.close()
    return folder, app.consumer_key


@contextmanager
def served_org(folder: Path, template: tuple[Path, str]) -> Iterator[Served]:
    """A copy of the template in `folder`, served until the end of the block."""
    source, consumer_key = template
    shutil.copytree(source, folder)
    with serving(folder / "org.sqlite", folder / "key.pem", consumer_key) as served:
        yield served


@pytest.fixture
def local(tmp_path: Path, org_template: tuple[Path, str]) -> Iterator[Served]:
    """A local org of its own for each test."""
    with served_org(tmp_path / "org", org_template) as served:
        yield served


@pytest.fixture(scope="module")
def shared_local(tmp_path_factory: pytest.TempPathFactory, org_template: tuple[Path, str]) -> Iterator[Served]:
    """A local org for all tests of a module, which put it back into its first state themselves."""
    with served_org(tmp_path_factory.mktemp("shared") / "org", org_template) as served:
        yield served


@pytest.fixture
def connected(local: Served) -> Iterator[Org]:
    """The integration user's connection to the local org."""
    with Org.connect(local.settings()) as org:
        yield org
