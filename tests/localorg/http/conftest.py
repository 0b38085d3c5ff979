"""A local org behind its HTTP side, in this process."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from localorg.http.app import create_app
from localorg.http.connected_app import make_app
from localorg.http.services import Services
from localorg.http.settings import Settings
from localorg.org import LocalOrg

PACKAGE = Path(__file__).parents[3] / "lwc_components"
BASE = "/services/data/v66.0"
ADMIN = "admin@local.example"
INTEGRATION = "integration@local.example"
WAIT_SECONDS = 60


@dataclass
class Caller:
    """Makes requests as one user; paths are below the version unless they begin with a slash."""

    app: Flask
    headers: dict[str, str]

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        url = path if path.startswith("/") else f"{BASE}/{path}"
        return self.app.test_client().open(url, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.call("POST", path, **options)

    def patch(self, path: str, **options: Any) -> TestResponse:
        return self.call("PATCH", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.call("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **options)

    def query(self, text: str, **options: Any) -> Any:
        """The JSON of a query that works."""
        answer = self.get("query", query_string={"q": text}, **options)
        assert answer.status_code == 200, answer.text
        return answer.json

    def records(self, text: str) -> list[dict[str, Any]]:
        """The records of a query that works, without their attributes."""
        return [_bare(record) for record in self.query(text)["records"]]

    def refused(self, text: str) -> tuple[str, str]:
        """(errorCode, message) of a query that is refused with 400."""
        return error_of(self.get("query", query_string={"q": text}))

    def insert(self, sobject: str, *rows: Mapping[str, object]) -> list[str]:
        """Insert rows through collections; returns their ids."""
        made: list[str] = []
        for first in range(0, len(rows), 200):
            records = [{"attributes": {"type": sobject}, **row} for row in rows[first : first + 200]]
            answer = self.post("composite/sobjects", json={"allOrNone": True, "records": records}).json
            assert answer is not None and all(each["success"] for each in answer), answer
            made += [each["id"] for each in answer]
        return made

    def finished(self, job_path: str) -> Any:
        """The JSON of a Bulk job once it has ended."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            job = self.get(job_path).json
            assert job is not None
            if job["state"] in ("JobComplete", "Failed", "Aborted"):
                return job
            time.sleep(0.01)
        raise AssertionError(f"{job_path} did not end within {WAIT_SECONDS} s")


def error_of(answer: TestResponse, status: int = 400) -> tuple[str, str]:
    """(errorCode, message) of an answer that must be Salesforce's array of one error."""
    assert answer.status_code == status, answer.text
    assert isinstance(answer.json, list) and len(answer.json) == 1
    return answer.json[0]["errorCode"], answer.json[0]["message"]


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if key != "attributes"}
    return [_bare(each) for each in value] if isinstance(value, list) else value


@dataclass
class Served:
    """A served org and callers."""

    org: LocalOrg
    app: Flask
    services: Services
    admin: Caller
    integration: Caller
    nobody: Caller

    def caller(self, username: str) -> Caller:
        """Somebody signed in."""
        token = self.services.sessions.start(self.org.user(username).id)
        return Caller(self.app, {"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
def org_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an org with our package, to be copied."""
    file = tmp_path_factory.mktemp("template") / "org.sqlite"
    org = LocalOrg.open(file, PACKAGE)
    make_app(org)  # a pair of keys takes time to find
    org.close()
    return file


def serve(folder: Path, settings: Settings | None = None) -> Served:
    """Serve the org in a folder (`org.sqlite`) in this process."""
    org = LocalOrg.open(folder / "org.sqlite")
    app = create_app(org, settings=settings)
    services = app.extensions["localorg"]
    served = Served(org, app, services, Caller(app, {}), Caller(app, {}), Caller(app, {}))
    served.admin, served.integration = served.caller(ADMIN), served.caller(INTEGRATION)
    return served


def close(served: Served) -> None:
    """Stop serving."""
    served.services.close()
    served.org.close()


@pytest.fixture
def served(tmp_path: Path, org_file: Path) -> Iterator[Served]:
    """A served org with our package, of its own for each test."""
    shutil.copy(org_file, tmp_path / "org.sqlite")
    made = serve(tmp_path)
    yield made
    close(made)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, org_file: Path) -> Iterator[Served]:
    """A served org for all tests of a file that only read what the file itself put there."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(org_file, folder / "org.sqlite")
    made = serve(folder)
    yield made
    close(made)


@pytest.fixture(scope="module")
def small_book(shared: Any) -> dict[str, str]:
    """Ids of an account, of a contact and a deal of it; it has three contacts and two deals."""
    (account,) = shared.admin.insert("Account", {"Name": "Acme", "Industry": "Banking", "AnnualRevenue": 5})
    contacts = shared.admin.insert(
        "Contact",
        *({"LastName": name, "AccountId": account, "Email": f"{name}@a.b"} for name in ("One", "Two", "Three")),
    )
    deals = shared.admin.insert(
        "Opportunity",
        *(
            {"Name": name, "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-12-01", "Amount": 5}
            for name in ("First", "Second")
        ),
    )
    return {"account": account, "contact": contacts[0], "deal": deals[0]}
