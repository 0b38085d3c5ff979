"""Logging people in: the authorize page, codes with PKCE, id tokens, refresh, introspection, revocation, policy."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from werkzeug.test import TestResponse

from localorg.http.connected_app import find_app, keep_app
from localorg.http.settings import Settings
from tests.localorg.http.conftest import ADMIN, INTEGRATION, Caller, error_of
from tests.localorg.http.login_client import (
    AUTHORIZE,
    CALLBACK,
    CHALLENGE,
    JWT_BEARER,
    TOKEN,
    VERIFIER,
    Client,
    login_client,
    oauth_error,
    sent_back,
)

INTROSPECT, REVOKE, USERINFO = (f"/services/oauth2/{name}" for name in ("introspect", "revoke", "userinfo"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, org_file: Path) -> Iterator[Client]:
    with login_client(tmp_path_factory.mktemp("web"), org_file) as made:
        yield made


def body(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return answer.json


def with_token(client: Client, token: str) -> Caller:
    return Caller(client.served.app, {"Authorization": f"Bearer {token}"})


@pytest.mark.shows("login.web_server", "login.openid")
def test_somebody_logs_in_by_the_page_and_the_client_learns_who(client: Client) -> None:
    page = client.page(nonce="n-1", scope="openid profile email api")
    assert page.status_code == 200 and "no passwords" in page.text
    back = sent_back(client.choose(page, ADMIN))
    assert back["state"] == "a state & more"
    token = body(client.redeem(back["code"]))
    assert "refresh_token" not in token
    expected = hmac.new(
        client.keys.client_secret.encode(), f"{token['id']}{token['issued_at']}".encode(), hashlib.sha256
    )
    assert token["signature"] == base64.b64encode(expected.digest()).decode()
    found = body(client.served.nobody.get("/.well-known/openid-configuration"))
    keys = body(client.served.nobody.get(found["jwks_uri"].removeprefix("http://localhost")))
    key = jwt.PyJWK(keys["keys"][0])
    assert jwt.get_unverified_header(token["id_token"])["kid"] == key.key_id
    claims = jwt.decode(
        token["id_token"], key, algorithms=["RS256"], audience=client.consumer_key, issuer=found["issuer"]
    )
    assert (claims["sub"], claims["nonce"], claims["email"]) == (token["id"], "n-1", ADMIN)
    assert claims["preferred_username"] == ADMIN
    half = hashlib.sha256(token["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    info = body(with_token(client, token["access_token"]).get(USERINFO))
    assert (info["sub"], info["preferred_username"]) == (claims["sub"], ADMIN)
    assert body(with_token(client, token["access_token"]).get("limits"))


@pytest.mark.shows("login.openid")
def test_the_signing_key_outlives_the_server(tmp_path: Path, org_file: Path) -> None:
    with login_client(tmp_path, org_file) as client:
        first = body(client.served.nobody.get("/id/keys"))
    folder = tmp_path / "again"
    folder.mkdir()
    with login_client(folder, tmp_path / "org.sqlite") as client:
        assert body(client.served.nobody.get("/id/keys")) == first


@pytest.mark.shows("login.pkce")
def test_a_client_without_secret_proves_itself_by_its_verifier(client: Client) -> None:
    code = client.code(code_challenge=CHALLENGE, code_challenge_method="S256")
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    token = body(client.ask(**form, client_id=client.consumer_key, code_verifier=VERIFIER))
    assert "signature" not in token
    again = body(
        client.ask(grant_type="refresh_token", client_id=client.consumer_key, refresh_token=token["refresh_token"])
    )
    assert "refresh_token" not in again


@pytest.mark.shows("login.pkce")
@pytest.mark.parametrize("verifier", ["", "another-verifier-of-forty-three-characters-or-more"])
def test_a_wrong_verifier_uses_the_code_up(client: Client, verifier: str) -> None:
    code = client.code(code_challenge=CHALLENGE)
    assert oauth_error(client.redeem(code, code_verifier=verifier)) == ("invalid_grant", "invalid code verifier")
    assert oauth_error(client.redeem(code, code_verifier=VERIFIER)) == ("invalid_grant", "expired authorization code")


@pytest.mark.shows("login.web_server")
def test_a_code_is_good_once_for_its_own_request_only(client: Client) -> None:
    code = client.code()
    assert body(client.redeem(code))
    assert oauth_error(client.redeem(code)) == ("invalid_grant", "expired authorization code")
    elsewhere = client.redeem(client.code(), redirect_uri="http://localhost:1/")
    assert oauth_error(elsewhere)[0] == "redirect_uri_mismatch"
    form = {"grant_type": "authorization_code", "code": client.code(), "redirect_uri": CALLBACK}
    assert oauth_error(client.ask(**form, client_id=client.consumer_key))[0] == "invalid_client"


@pytest.mark.shows("login.web_server")
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "api world"}, "invalid_scope"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_what_the_flow_does_not_know_is_told_to_the_client(client: Client, changed: dict[str, str], error: str) -> None:
    back = sent_back(client.page(**changed))
    assert (back["error"], back["state"]) == (error, "a state & more")


@pytest.mark.shows("login.web_server")
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": None}, "invalid_request"),
        ({"client_id": "3MVG9wrong"}, "invalid_client_id"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost@evil.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost.evil.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "javascript://localhost/%0aalert(1)"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://[broken"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost/\r\nX: y"}, "redirect_uri_mismatch"),
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_clients(
    client: Client, changed: dict[str, str | None], error: str
) -> None:
    page = client.page(**changed)
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert f"error={error}<" in page.text
    assert "Location" not in page.headers


def test_a_registered_address_elsewhere_is_taken(client: Client) -> None:
    app = find_app(client.served.org)
    assert app is not None
    keep_app(client.served.org, replace(app, callbacks=("https://tool.example/callback",)))
    page = client.page(redirect_uri="https://tool.example/callback")
    assert page.status_code == 200
    assert "form-action 'self' https://tool.example;" in page.headers["Content-Security-Policy"]
    assert client.page(redirect_uri="https://tool.example/callback/more").status_code == 400
    keep_app(client.served.org, app)


@pytest.mark.shows("login.web_server")
def test_the_page_is_answered_once_and_only_by_itself(client: Client) -> None:
    page = client.page()
    assert sent_back(client.choose(page, ADMIN, "deny"))["error"] == "access_denied"
    twice = client.choose(page, ADMIN)
    assert twice.status_code == 400 and "expired" in twice.text
    forged = client.served.nobody.post(AUTHORIZE, data={"request": "x", "user": "005", "decision": "allow"})
    assert forged.status_code == 400
    key = re.search(r'value="([^"]+)"', client.page().text)
    assert key is not None
    nobody = client.served.nobody.post(AUTHORIZE, data={"request": key[1], "user": "<b>", "decision": "allow"})
    assert nobody.status_code == 400 and "<b>" not in nobody.text


def test_the_page_opens_on_this_machine_only(client: Client) -> None:
    for options in ({"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"base_url": "http://rebound.example/"}):
        assert client.served.nobody.get(AUTHORIZE, **options).status_code == 403


@pytest.mark.shows("login.refresh")
def test_a_refresh_token_opens_sessions_until_it_is_revoked(client: Client) -> None:
    first = body(client.redeem(client.code()))
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = body(client.as_client(TOKEN, **refresh))
    assert second["access_token"] != first["access_token"]
    assert second["issued_at"].isdigit() and second["id_token"]
    assert client.served.nobody.post(REVOKE, data={"token": first["refresh_token"]}).status_code == 200
    assert oauth_error(client.as_client(TOKEN, **refresh)) == ("invalid_grant", "expired access/refresh token")
    for token in (first, second):
        assert error_of(with_token(client, token["access_token"]).get("limits"), 401)[0] == "INVALID_SESSION_ID"


@pytest.mark.shows("login.refresh")
def test_a_sixth_approval_revokes_the_oldest(client: Client) -> None:
    tokens = [body(client.redeem(client.code(ADMIN)))["refresh_token"] for _ in range(6)]
    answers = [client.as_client(TOKEN, grant_type="refresh_token", refresh_token=each) for each in tokens]
    assert [each.status_code for each in answers] == [400, 200, 200, 200, 200, 200]


@pytest.mark.shows("login.scopes")
def test_a_token_for_signing_in_only_opens_no_data(client: Client) -> None:
    token = body(client.redeem(client.code(scope="openid")))["access_token"]
    mine = with_token(client, token)
    assert body(mine.get(USERINFO))
    expected = ("INVALID_SESSION_ID", "This session is not valid for use with the REST API")
    assert error_of(mine.get("limits"), 401) == expected


@pytest.mark.shows("login.introspect")
def test_introspection_tells_the_client_what_a_token_is(client: Client) -> None:
    token = body(client.redeem(client.code(ADMIN)))
    found = body(client.as_client(INTROSPECT, token=token["access_token"]))
    assert (found["active"], found["username"], found["sub"]) == (True, ADMIN, token["id"])
    assert found["client_id"] == client.consumer_key and found["exp"] > found["iat"]
    assert body(client.as_client(INTROSPECT, token=token["refresh_token"]))["token_type"] == "refresh_token"
    assert body(client.as_client(INTROSPECT, token="nonsense")) == {"active": False}
    assert oauth_error(client.served.nobody.post(INTROSPECT, data={"token": "x"}))[0] == "invalid_request"
    wrong = {"token": "x", "client_id": client.consumer_key, "client_secret": "wrong"}
    assert oauth_error(client.served.nobody.post(INTROSPECT, data=wrong))[0] == "invalid_client"


@pytest.mark.shows("login.revoke")
def test_only_a_live_token_can_be_revoked(client: Client) -> None:
    for token in ("", "nonsense", "00D000000000001!x"):
        answer = client.served.nobody.post(REVOKE, data={"token": token})
        assert oauth_error(answer)[0] == ("invalid_token" if token else "invalid_request")


@pytest.mark.shows("login.errors")
@pytest.mark.parametrize("credentials", ["%%%", "bm9jb2xvbg==", "/w==", ""])
def test_a_wrong_basic_header_is_a_401(client: Client, credentials: str) -> None:
    headers = {"Authorization": f"Basic {credentials}"}
    answer = client.ask(headers=headers, grant_type="client_credentials")
    assert answer.status_code in (400, 401)
    assert oauth_error(answer, answer.status_code)[0] in ("invalid_client", "invalid_client_id", "invalid_request")
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.shows("login.client_credentials")
def test_client_credentials_need_the_orgs_own_address_and_a_run_as_user(client: Client) -> None:
    form = {"grant_type": "client_credentials", "client_id": client.consumer_key}
    form["client_secret"] = client.keys.client_secret
    elsewhere = client.served.nobody.post(TOKEN, data=form, base_url="https://login.salesforce.com")
    assert oauth_error(elsewhere) == ("invalid_grant", "request not supported on this domain")
    app = find_app(client.served.org)
    assert app is not None
    keep_app(client.served.org, replace(app, run_as=""))
    assert oauth_error(client.ask(**form)) == ("invalid_grant", "no client credentials user enabled")
    keep_app(client.served.org, app)
    assert client.ask(**form).status_code == 200


@pytest.mark.shows("login.policy")
def test_an_app_for_admitted_users_refuses_the_others_by_every_flow(client: Client) -> None:
    app = find_app(client.served.org)
    assert app is not None
    refresh = body(client.redeem(client.code(INTEGRATION)))["refresh_token"]
    keep_app(client.served.org, replace(app, approved=("System Administrator",)))
    refused = ("invalid_app_access", "user is not admin approved to access this app")
    own = {"client_id": client.consumer_key, "client_secret": client.keys.client_secret}
    assert oauth_error(client.login()) == refused
    assert oauth_error(client.ask(grant_type="client_credentials", **own)) == refused
    assert oauth_error(client.ask(grant_type="refresh_token", refresh_token=refresh, **own)) == refused
    assert sent_back(client.choose(client.page(), INTEGRATION))["error"] == "invalid_app_access"
    assert client.login(sub=ADMIN).status_code == 200
    keep_app(client.served.org, replace(app, approved=("Sidecar_Integration",)))
    client.served.admin.insert(
        "PermissionSetAssignment",
        *(
            {"AssigneeId": client.served.org.user(INTEGRATION).id, "PermissionSetId": each["Id"]}
            for each in client.served.admin.records("SELECT Id FROM PermissionSet WHERE Name = 'Sidecar_Integration'")
            if "Sidecar_Integration" not in client.served.org.user(INTEGRATION).permission_sets
        ),
    )
    assert client.login().status_code == 200
    keep_app(client.served.org, app)


@pytest.mark.shows("login.rate")
def test_too_many_logins_of_one_user_are_refused(tmp_path: Path, org_file: Path) -> None:
    with login_client(tmp_path, org_file, Settings(logins_per_hour=2)) as client:
        assert [client.login().status_code for _ in range(2)] == [200, 200]
        assert oauth_error(client.login()) == ("rate_limit_exceeded", "login rate exceeded")
        assert client.login(sub=ADMIN).status_code == 200


@pytest.mark.shows("login.secrets")
def test_no_secret_reaches_a_log_an_address_or_the_file(
    tmp_path: Path, org_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with login_client(tmp_path, org_file) as client:
        back = client.choose(client.page(), ADMIN)
        token = body(client.redeem(sent_back(back)["code"]))
        secrets = (token["access_token"], token["refresh_token"], client.keys.client_secret)
        assert not any(each in back.location for each in secrets)
        path = f"{USERINFO}?access_token={token['access_token']}"
        assert client.served.nobody.get(path).status_code == 403
        assert body(client.served.nobody.post(USERINFO, data={"access_token": token["access_token"]}))
    assert not any(each in caplog.text for each in secrets)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("org.sqlite*"))
    assert not any(each.encode() in kept for each in secrets)


@pytest.mark.shows("login.errors")
@pytest.mark.parametrize("exp", ["inf", "1e999", "-1", "1e300", [1], {}])
def test_an_expiry_that_is_no_moment_is_refused(client: Client, exp: object) -> None:
    answer = client.ask(assertion=client.assertion(exp=exp), grant_type=JWT_BEARER)
    assert oauth_error(answer)[0] == "invalid_grant"
