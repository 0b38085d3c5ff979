"""Logging in: what is sent, and what each refusal tells the person to mend."""

import time
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest
import requests
import responses
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from sync import ConfigurationError, Org, OrgSettings, RetryLater

TOKEN_URL = "https://login.example/services/oauth2/token"


def refuse(
    wire: responses.RequestsMock, error: str, description: str, *, clock_error: float = 0, status: int = 400
) -> None:
    headers = {"Date": formatdate(time.time() + clock_error, usegmt=True)}
    body = {"error": error, "error_description": description}
    wire.upsert(responses.POST, TOKEN_URL, json=body, status=status, headers=headers)


def test_the_assertion_is_signed_and_names_key_user_and_audience(
    wire: responses.RequestsMock, settings: OrgSettings, key_file: Path
) -> None:
    before = int(time.time())
    Org.connect(settings).close()
    form = parse_qs(wire.calls[0].request.body)
    public = load_pem_private_key(key_file.read_bytes(), None).public_key()
    claims = jwt.decode(form["assertion"][0], public, algorithms=["RS256"], audience="https://login.example")
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert (claims["iss"], claims["sub"]) == ("consumer-key", "int@acme.example")
    assert isinstance(claims["exp"], int)
    assert before + 60 <= claims["exp"] <= time.time() + 300


@pytest.mark.parametrize(
    ("login_url", "audience"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com/", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
    ],
)
def test_the_audience_follows_from_the_login_address(settings: OrgSettings, login_url: str, audience: str) -> None:
    assert replace(settings, login_url=login_url).resolved_audience() == audience
    assert replace(settings, login_url=login_url, audience="x").resolved_audience() == "x"


@pytest.mark.parametrize(
    ("error", "description", "remedy"),
    [
        ("invalid_client_id", "client identifier invalid", "consumer_key"),
        ("invalid_grant", "user hasn't approved this consumer", "pre-authorized"),
        ("invalid_app_access", "user is not admin approved to access this app", "pre-authorized"),
        ("invalid_grant", "audience is invalid", "https://test.salesforce.com"),
        ("invalid_grant", "invalid assertion", "private_key_file"),
        ("invalid_grant", "authentication failure", "username"),
        ("inactive_user", "user is inactive", "username"),
        ("unsupported_grant_type", "grant type not supported", "digital signatures"),
        ("something_new", "?", "consumer_key, username and private_key_file"),
    ],
)
def test_a_refusal_names_its_remedy(
    wire: responses.RequestsMock, settings: OrgSettings, error: str, description: str, remedy: str
) -> None:
    refuse(wire, error, description)
    with pytest.raises(ConfigurationError) as caught:
        Org.connect(settings)
    assert remedy in str(caught.value)
    assert error in str(caught.value)


@pytest.mark.parametrize(("clock_error", "side"), [(600, "behind"), (-600, "ahead of")])
def test_a_wrong_clock_is_recognised_by_the_orgs(
    wire: responses.RequestsMock, settings: OrgSettings, clock_error: float, side: str
) -> None:
    refuse(wire, "invalid_grant", "expired authorization code", clock_error=clock_error)
    with pytest.raises(ConfigurationError, match=rf"clock.* s {side} the org"):
        Org.connect(settings)


def test_a_busy_login_host_is_no_wrong_setting(wire: responses.RequestsMock, settings: OrgSettings) -> None:
    refuse(wire, "rate_limit_exceeded", "login rate exceeded")
    with pytest.raises(RetryLater):
        Org.connect(settings)
    refuse(wire, "server_error", "down", status=503)
    with pytest.raises(RetryLater):
        Org.connect(settings)


def test_a_host_that_is_no_login_host_is_named(wire: responses.RequestsMock, settings: OrgSettings) -> None:
    wire.upsert(responses.POST, TOKEN_URL, body="<html>Welcome</html>", status=404)
    with pytest.raises(ConfigurationError, match=r"login_url is 'https://login\.example'.*no OAuth answer"):
        Org.connect(settings)


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (requests.exceptions.SSLError("bad"), "ca_bundle"),
        (requests.exceptions.ConnectionError("no route"), "cannot be reached"),
        (requests.exceptions.ConnectTimeout("slow"), "cannot be reached"),
    ],
)
def test_an_unreachable_host_is_a_setting_to_mend(
    wire: responses.RequestsMock, settings: OrgSettings, error: Exception, hint: str
) -> None:
    wire.upsert(responses.POST, TOKEN_URL, body=error)
    with pytest.raises(ConfigurationError, match=hint):
        Org.connect(settings)


def test_plain_http_is_for_this_machine_only(wire: responses.RequestsMock, settings: OrgSettings) -> None:
    with pytest.raises(ConfigurationError, match="plain http is allowed for this machine only"):
        replace(settings, login_url="http://login.example")
    wire.upsert(responses.POST, TOKEN_URL, json={"access_token": "00D!x", "instance_url": "http://org.example"})
    with pytest.raises(ConfigurationError, match="plain http is allowed for this machine only"):
        Org.connect(settings)


@pytest.mark.parametrize("url", ["", "login.salesforce.com", "ftp://login.salesforce.com", "https://"])
def test_an_address_that_is_none_is_refused(settings: OrgSettings, url: str) -> None:
    with pytest.raises(ConfigurationError, match="login_url"):
        replace(settings, login_url=url)


def test_each_kind_of_wrong_key_file_is_told(settings: OrgSettings, tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("this is no key")
    curve = tmp_path / "curve.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    curve.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for path, told in (
        (tmp_path / "none.pem", "cannot be read"),
        (text, "no usable key"),
        (curve, "expected a PEM file"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            Org.connect(replace(settings, private_key_file=path))


def test_neither_token_nor_consumer_key_shows_in_texts(wire: responses.RequestsMock, settings: OrgSettings) -> None:
    with Org.connect(settings) as org:
        assert "first" not in repr(org.session.token)
        assert "consumer-key" not in repr(settings)


def test_the_local_orgs_login_checks_key_user_and_signature(local, key_file: Path) -> None:
    with Org.connect(local.settings()) as org:
        assert org.org_id == local.inside.org_id[:15]
    wrong = (
        replace(local.settings(), consumer_key="unknown"),
        local.settings("nobody@local.example"),
        replace(local.settings(), private_key_file=key_file),
    )
    for settings in wrong:
        with pytest.raises(ConfigurationError, match="Remedy"):
            Org.connect(settings)
