"""A client that logs in: assertions, forms, the browser's part of the web server flow."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
from werkzeug.test import TestResponse

from localorg.http.connected_app import NewKeys, make_app
from localorg.http.settings import Settings
from localorg.org import LocalOrg
from tests.localorg.http.conftest import INTEGRATION, Served, close, serve

TOKEN = "/services/oauth2/token"
AUTHORIZE = "/services/oauth2/authorize"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CALLBACK = "http://localhost:8765/callback"
VERIFIER = "a-code-verifier-of-43-characters-or-more-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Client:
    """A client with the keys of the connected app."""

    served: Served
    consumer_key: str
    keys: NewKeys

    def assertion(self, key: object = None, **changed: object) -> str:
        claims: dict[str, object] = {
            "iss": self.consumer_key,
            "sub": INTEGRATION,
            "aud": "https://login.salesforce.com",
            "exp": int(time.time()) + 180,
        }
        claims.update(changed)
        given = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(given, key or self.keys.private_key, algorithm="RS256")  # type: ignore[arg-type]  # a test key

    def login(self, key: object = None, **changed: object) -> TestResponse:
        return self.ask(assertion=self.assertion(key, **changed), grant_type=JWT_BEARER)

    def ask(self, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
        return self.served.nobody.post(TOKEN, data=form, headers=headers or {})

    def as_client(self, path: str, **form: str) -> TestResponse:
        """Post a form with the client's id and secret."""
        own = {"client_id": self.consumer_key, "client_secret": self.keys.client_secret}
        return self.served.nobody.post(path, data=own | form)

    def page(self, **changed: str | None) -> TestResponse:
        """The page on which somebody chooses whom to be."""
        asked = {
            "response_type": "code",
            "client_id": self.consumer_key,
            "redirect_uri": CALLBACK,
            "scope": "openid api refresh_token",
            "state": "a state & more",
        } | changed
        query = {name: value for name, value in asked.items() if value is not None}
        return self.served.nobody.get(AUTHORIZE, query_string=query)

    def choose(self, page: TestResponse, username: str, decision: str = "allow") -> TestResponse:
        """What the browser sends when somebody chose a user and pressed a button."""
        key = re.search(r'name="request" value="([^"]+)"', page.text)
        assert key is not None, page.text
        user = self.served.org.user(username).id
        return self.served.nobody.post(AUTHORIZE, data={"request": key.group(1), "user": user, "decision": decision})

    def code(self, username: str = INTEGRATION, **changed: str | None) -> str:
        """An authorization code of the user."""
        return sent_back(self.choose(self.page(**changed), username))["code"]

    def redeem(self, code: str, **changed: str) -> TestResponse:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | changed
        return self.as_client(TOKEN, **form)


def sent_back(answer: TestResponse) -> dict[str, str]:
    """What the browser carries back to the client."""
    assert answer.status_code == 302, answer.text
    assert answer.location.startswith(f"{CALLBACK}?"), answer.location
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def oauth_error(answer: TestResponse, status: int = 400) -> tuple[str, str]:
    """(error, error_description) of a refusal that no cache keeps."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None and set(answer.json) == {"error", "error_description"}
    return answer.json["error"], answer.json["error_description"]


@contextmanager
def login_client(folder: Path, org_file: Path, settings: Settings | None = None) -> Iterator[Client]:
    """A client of an org whose connected app has fresh keys."""
    shutil.copy(org_file, folder / "org.sqlite")
    org = LocalOrg.open(folder / "org.sqlite")
    app, keys = make_app(org)
    org.close()
    served = serve(folder, settings)
    yield Client(served, app.consumer_key, keys)
    close(served)
