"""Logging in: JWT bearer, client credentials; sessions; identity."""

from __future__ import annotations

import base64
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from localorg.http.session import COOKIE
from localorg.http.settings import Settings
from tests.localorg.http.conftest import INTEGRATION, Caller, close, error_of, serve
from tests.localorg.http.login_client import JWT_BEARER, Client, login_client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, org_file: Path) -> Iterator[Client]:
    """An org whose connected app has fresh keys."""
    with login_client(tmp_path_factory.mktemp("oauth"), org_file) as made:
        yield made


def caller(client: Client, token: str) -> Caller:
    return Caller(client.served.app, {"Authorization": f"Bearer {token}"})


@pytest.mark.shows("login.jwt")
def test_a_signed_assertion_opens_a_session_of_its_user(client: Client) -> None:
    answer = client.login()
    assert answer.status_code == 200 and answer.json is not None
    assert answer.headers["Cache-Control"] == "no-store"
    org_id = client.served.org.org_id
    assert set(answer.json) == {"access_token", "scope", "instance_url", "id", "token_type"}
    assert answer.json["access_token"].startswith(f"{org_id[:15]}!")
    assert answer.json["instance_url"] == "http://localhost"
    info = caller(client, answer.json["access_token"]).get("/services/oauth2/userinfo").json
    assert info is not None
    assert (info["preferred_username"], info["organization_id"]) == (INTEGRATION, org_id)
    assert info["sub"] == answer.json["id"]


@pytest.mark.shows("login.jwt")
@pytest.mark.parametrize(
    "changed",
    [
        {"exp": str(int(time.time()) + 250)},
        {"exp": int(time.time() * 1000) + 300, "aud": "http://localhost/"},
        {"aud": "http://localhost"},
        {"aud": "https://test.salesforce.com"},
        {"aud": ["https://login.salesforce.com/"]},
        {"sub": INTEGRATION.upper()},
    ],
)
def test_what_known_clients_send_is_accepted(client: Client, changed: dict[str, object]) -> None:
    assert client.login(**changed).status_code == 200


@pytest.mark.shows("login.jwt", "login.errors")
@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"exp": int(time.time()) - 600}, "invalid_grant", "expired authorization code"),
        ({"exp": int(time.time()) + 3600}, "invalid_grant", "invalid assertion"),
        ({"exp": None}, "invalid_grant", "invalid assertion"),
        ({"exp": "soon"}, "invalid_grant", "invalid assertion"),
        ({"exp": "nan"}, "invalid_grant", "invalid assertion"),
        ({"exp": (int(time.time()) - 3600) * 1000}, "invalid_grant", "expired authorization code"),
        ({"aud": "https://evil.example"}, "invalid_grant", "audience is invalid"),
        ({"aud": None}, "invalid_grant", "audience is invalid"),
        ({"iss": "3MVG9wrong"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "nobody@local.example"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"sub": None}, "invalid_grant", "user hasn't approved this consumer"),
    ],
)
def test_wrong_claims_are_refused(client: Client, changed: dict[str, object], error: str, description: str) -> None:
    answer = client.login(**changed)
    assert answer.status_code == 400
    assert answer.json == {"error": error, "error_description": description}


@pytest.mark.shows("login.jwt")
def test_a_signature_of_another_key_or_none_is_refused(client: Client) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    refusal = {"error": "invalid_grant", "error_description": "invalid assertion"}
    assert client.login(stranger).json == refusal
    unsigned = jwt.encode({"iss": client.consumer_key, "sub": INTEGRATION}, "", algorithm="none")
    symmetric = jwt.encode({"iss": client.consumer_key, "sub": INTEGRATION}, "s" * 32, algorithm="HS256")
    for assertion in (unsigned, symmetric, "not.a.jwt", ""):
        answer = client.ask(grant_type=JWT_BEARER, assertion=assertion)
        assert answer.status_code == 400
        assert answer.json is not None and answer.json["error"] in ("invalid_grant", "invalid_request")


@pytest.mark.shows("login.errors")
def test_an_inactive_user_cannot_log_in_and_loses_the_session(client: Client) -> None:
    admin = client.served.org.user("admin@local.example")
    made = client.served.org.records(admin).insert(
        "User",
        [
            {
                "Username": "gone@local.example",
                "LastName": "Gone",
                "Email": "gone@local.example",
                "Alias": "gone",
                "TimeZoneSidKey": "UTC",
                "LocaleSidKey": "en_US",
                "EmailEncodingKey": "UTF-8",
                "LanguageLocaleKey": "en_US",
                "ProfileId": client.served.admin.records("SELECT Id FROM Profile LIMIT 1")[0]["Id"],
                "IsActive": True,
            }
        ],
    )[0]
    assert made.success, made.errors
    session = client.login(sub="gone@local.example").json
    assert session is not None
    assert caller(client, session["access_token"]).get("limits").status_code == 200
    client.served.org.records(admin).update("User", [{"Id": made.id, "IsActive": False}])
    assert client.login(sub="gone@local.example").json == {
        "error": "inactive_user",
        "error_description": "user is inactive",
    }
    assert error_of(caller(client, session["access_token"]).get("limits"), 401)[0] == "INVALID_SESSION_ID"


@pytest.mark.shows("login.client_credentials")
def test_client_credentials_act_as_the_run_as_user(client: Client) -> None:
    secret = client.keys.client_secret
    form = {"grant_type": "client_credentials", "client_id": client.consumer_key, "client_secret": secret}
    answer = client.ask(**form).json
    assert answer is not None and answer["issued_at"].isdigit()
    basic = base64.b64encode(f"{client.consumer_key}:{secret}".encode()).decode()
    with_header = client.ask(grant_type="client_credentials", headers={"Authorization": f"Basic {basic}"})
    assert with_header.status_code == 200
    assert client.ask(**form | {"client_secret": "wrong"}).json == {
        "error": "invalid_client",
        "error_description": "invalid client credentials",
    }
    unknown = client.ask(**form | {"client_id": "wrong"}).json
    assert unknown is not None and unknown["error"] == "invalid_client_id"


@pytest.mark.shows("login.errors", "login.password")
@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password", "username": INTEGRATION, "password": "x"}, "unsupported_grant_type"),
        ({"grant_type": "device"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": JWT_BEARER}, "invalid_request"),
    ],
)
def test_other_grants_are_refused(client: Client, form: dict[str, str], error: str) -> None:
    answer = client.ask(**form)
    assert answer.status_code == 400
    assert answer.json is not None and answer.json["error"] == error


@pytest.mark.shows("login.identity")
def test_identity_answers_its_own_user_only(client: Client) -> None:
    token = client.login().json
    assert token is not None
    path = token["id"].removeprefix("http://localhost")
    mine = caller(client, token["access_token"])
    identity = mine.get(f"{path}?version=latest").json
    assert identity is not None
    assert identity["username"] == INTEGRATION
    assert identity["urls"]["rest"] == "http://localhost/services/data/v66.0/"
    for answer in (client.served.nobody.get(path), client.served.nobody.get("/services/oauth2/userinfo")):
        assert (answer.status_code, answer.text) == (403, "Bad_OAuth_Token")
    assert client.served.admin.get(path).status_code == 403


@pytest.mark.shows("login.revoke")
def test_a_revoked_session_is_over(client: Client) -> None:
    token = client.login().json
    assert token is not None
    mine = caller(client, token["access_token"])
    assert mine.get("limits").status_code == 200
    assert mine.post("/services/oauth2/revoke", data={"token": token["access_token"]}).status_code == 200
    assert error_of(mine.get("limits"), 401) == ("INVALID_SESSION_ID", "Session expired or invalid")


@pytest.mark.shows("login.session")
@pytest.mark.parametrize("header", [None, "Bearer", "Bearer 00D!wrong", "Basic 00D!wrong"])
def test_without_a_session_nothing_is_answered(client: Client, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    for path in ("sobjects", "query?q=x", "jobs/query", "composite/sobjects/Account"):
        answer = client.served.nobody.get(path, headers=headers)
        assert error_of(answer, 401) == ("INVALID_SESSION_ID", "Session expired or invalid")


@pytest.mark.shows("login.session")
def test_a_session_survives_a_restart_and_ends_unused(tmp_path: Path, org_file: Path) -> None:
    shutil.copy(org_file, tmp_path / "org.sqlite")
    first = serve(tmp_path)
    headers = first.admin.headers
    close(first)
    second = serve(tmp_path)
    assert Caller(second.app, headers).get("limits").status_code == 200
    with second.org.database.writer() as connection:
        assert headers["Authorization"][7:] not in str(connection.execute('SELECT * FROM "_session"').fetchall())
        connection.execute('UPDATE "_session" SET expires = ?', (time.time() - 1,))
    close(second)
    third = serve(tmp_path, Settings(session_seconds=60))
    assert Caller(third.app, headers).get("limits").status_code == 401
    close(third)


def test_the_pages_cookie_opens_ui_api_and_graphql_but_not_the_data_api(client: Client) -> None:
    browser = client.served.app.test_client()
    browser.set_cookie(COOKIE, client.served.admin.headers["Authorization"][7:])
    base = "/services/data/v66.0"
    assert browser.get(f"{base}/ui-api/object-info/Account").status_code == 200
    assert browser.get(f"{base}/sobjects").status_code == 401
    used = client.served.services.calls.used
    assert browser.post(f"{base}/graphql", json={"query": "{uiapi{__typename}}"}).status_code != 401
    assert client.served.services.calls.used == used
    form = browser.post(f"{base}/ui-api/records", data={"apiName": "Account"})
    assert form.status_code == 401
    text = browser.post(f"{base}/ui-api/records", data='{"apiName": "Account"}', content_type="text/plain")
    assert text.status_code == 401
