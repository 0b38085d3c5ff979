"""The server process: start, find, log in, stop; and plain simple-salesforce against it."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from localorg import server
from localorg.serve import serve
from tests.localorg.http.conftest import PACKAGE


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder whose org is served for this file's tests."""
    folder = tmp_path_factory.mktemp("state")
    info = server.start(folder, package=PACKAGE)
    yield folder
    server.stop(info)


class _Plain(HTTPAdapter):
    """Sends what is meant for Salesforce to the local org, over http."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        parts = urlsplit(request.url)
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", self._url, 1)
        return super().send(request, *args, **options)


@pytest.fixture(scope="module")
def client(state: Path) -> Iterator[Salesforce]:
    """Plain simple-salesforce, logged in by JWT as the administrator."""
    found = server.credentials(state)
    with requests.Session() as session:
        session.mount("https://", _Plain(found.login_url))
        yield Salesforce(
            username="admin@local.example",
            consumer_key=found.consumer_key,
            privatekey_file=str(found.private_key_file),
            session=session,
            version="66.0",
        )


def test_a_started_server_is_found_and_is_started_once(state: Path) -> None:
    info = server.running(state)
    assert info is not None and info.url == f"http://127.0.0.1:{info.port}"
    assert server.start(state, package=None) == info
    written = json.loads((state / "org" / "server.json").read_text())
    assert (written["pid"], written["port"], written["url"]) == (info.pid, info.port, info.url)
    assert dt.datetime.fromisoformat(written["started"]) <= dt.datetime.now(dt.UTC)


def test_only_the_owner_may_read_the_keys(state: Path) -> None:
    key = server.credentials(state).private_key_file
    for file in (key, key.with_suffix(".secret")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_another_server_for_the_same_folder_is_refused(state: Path) -> None:
    with pytest.raises(server.ServerError, match="already"):
        serve(state, None, 0)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"url": "http://127.0.0.1:1", "pid": 1, "port": 1, "organization_id": "x"}']
)
def test_a_left_over_record_is_no_server(tmp_path: Path, content: str) -> None:
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "server.json").write_text(content)
    assert server.running(tmp_path) is None
    with pytest.raises(server.ServerError, match="no local org runs"):
        server.credentials(tmp_path)


def test_a_server_of_another_org_at_the_same_address_is_not_taken(state: Path, tmp_path: Path) -> None:
    record = json.loads((state / "org" / "server.json").read_text()) | {"organization_id": "00Dother"}
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "server.json").write_text(json.dumps(record))
    assert server.running(tmp_path) is None


def test_a_server_whose_process_is_gone_is_not_taken_as_it_ends_too(state: Path, tmp_path: Path) -> None:
    (tmp_path / "org").mkdir()
    record = json.loads((state / "org" / "server.json").read_text())
    for parent, taken in ((os.getpid(), True), (os.getpid() + 10_000_000, False)):
        (tmp_path / "org" / "server.json").write_text(json.dumps(record | {"parent": parent}))
        assert (server.running(tmp_path) is not None) == taken


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "org").mkdir()
    (tmp_path / "org" / "org.sqlite").write_text("this is no database, and long enough not to look like an empty one")
    with pytest.raises(server.ServerError, match=r"did not start: .*org\.sqlite"):
        server.start(tmp_path, package=None)


def test_a_stopped_server_leaves_its_org_and_keys_but_no_record(tmp_path: Path) -> None:
    info = server.start(tmp_path, package=None)
    before = server.credentials(tmp_path)
    server.stop(info)
    assert not psutil.pid_exists(info.pid)
    assert server.running(tmp_path) is None
    assert not (tmp_path / "org" / "server.json").exists()
    server.stop(info)
    again = server.start(tmp_path, package=None, detach=True)
    after = server.credentials(tmp_path)
    server.stop(again)
    assert (before.consumer_key, before.private_key_file) == (after.consumer_key, after.private_key_file)


def test_a_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    arguments = ["--state", str(tmp_path), "--parent", str(os.getpid() + 10_000_000)]
    process = psutil.Popen([server.sys.executable, "-m", "localorg.serve", *arguments])
    assert process.wait(60) == 0
    assert server.running(tmp_path) is None


def test_simple_salesforce_logs_in_describes_and_writes(client: Salesforce) -> None:
    described = client.Account.describe()
    assert "Sidecar_Health__c" in [field["name"] for field in described["fields"]]
    made = client.Account.create({"Name": "Plain"})
    assert made["success"] is True
    assert client.Account.update(made["id"], {"Sidecar_Health__c": 55}) == 204
    assert client.Account.get(made["id"])["Sidecar_Health__c"] == 55.0
    assert client.Account.delete(made["id"]) == 204
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Foo'"):
        client.query("SELECT Foo FROM Account")


def test_simple_salesforce_writes_and_reads_in_bulk_and_by_pages(client: Salesforce) -> None:
    rows = [{"Sidecar_Key__c": f"plain {number}", "Sidecar_Amount__c": number + 0.25} for number in range(2_100)]
    written = client.bulk2.Sidecar_Plan__c.upsert(records=rows, external_id_field="Sidecar_Key__c")
    assert [(each["numberRecordsProcessed"], each["numberRecordsFailed"]) for each in written] == [(2_100, 0)]
    query = "SELECT Sidecar_Key__c, Sidecar_Amount__c FROM Sidecar_Plan__c WHERE Sidecar_Key__c LIKE 'plain %'"
    by_pages = client.query_all(query)["records"]
    assert {each["Sidecar_Key__c"]: each["Sidecar_Amount__c"] for each in by_pages} == {
        each["Sidecar_Key__c"]: each["Sidecar_Amount__c"] for each in rows
    }
    assert client.query("SELECT COUNT() FROM Sidecar_Plan__c")["totalSize"] == 2_100


def test_a_port_that_is_taken_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(server.ServerError, match=rf"cannot listen on 127\.0\.0\.1:{port} .*--port$"):
            server.start(tmp_path, package=None, port=port)
