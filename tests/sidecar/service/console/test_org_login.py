"""Login with a user of the org: by the org's own page, only for those who may, and proof against forged answers."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from flask.testing import FlaskClient
from jwt.algorithms import RSAAlgorithm

from localorg.access import User
from sidecar.configuration import ConsoleSection
from sidecar.service.app import create_app
from sidecar.service.org_login.provider import Asked, Identity, LoginRefusedError, Provider
from sidecar.service.process import make_runner
from sidecar.service.tasks import Tasks
from sidecar.service.token import Token
from sidecar.state import State
from sync import OrgSettings
from tests.sidecar.conftest import Clinic, opened

ADMIN, INTEGRATION = "admin@local.example", "integration@local.example"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory, clinic_template: tuple[Path, str]) -> Iterator[Clinic]:
    """An org whose administrator holds the permission set."""
    with opened(tmp_path_factory.mktemp("login") / "org", clinic_template) as found:
        found.served.inside.assign("Sidecar_Admin", ADMIN)
        yield found


@dataclass(frozen=True)
class Browser:
    """Somebody's browser, between the console and the org."""

    console: FlaskClient
    clinic: Clinic

    def asked(self) -> str:
        """Where the console sends it."""
        answer = self.console.get("/login/org")
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])

    def chosen(self, address: str, username: str, decision: str = "allow") -> str:
        """Where the org sends it back to, once this user has been chosen."""
        page = requests.get(address, timeout=30)
        found = re.search(r'name="request" value="([^"]+)"', page.text)
        assert found is not None, page.text
        user: User = self.clinic.served.inside.user(username)
        form = {"request": found.group(1), "user": user.id, "decision": decision}
        answer = requests.post(page.url.split("?")[0], data=form, timeout=30, allow_redirects=False)
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def logs_in(self, username: str) -> tuple[int, str]:
        """The whole way; the status and the text at its end."""
        answer = self.console.get(self.chosen(self.asked(), username))
        return answer.status_code, answer.text


@pytest.fixture
def browser_with(clinic: Clinic, tmp_path: Path) -> Callable[..., Browser]:
    """A browser at a console with such a section."""

    def made(**section: Any) -> Browser:
        console = ConsoleSection(**{"org_login": True, **section})
        configuration = clinic.configuration.model_copy(update={"console": console})
        tasks = Tasks(configuration, State.open(tmp_path / "state"), Event())
        app = create_app(make_runner(tasks), tasks, Token("right"))
        return Browser(app.test_client(), clinic)

    return made


def test_without_the_setting_there_is_no_such_login(browser_with: Callable[..., Browser]) -> None:
    console = browser_with(org_login=False).console
    assert "Log in with Salesforce" not in console.get("/login").text
    assert console.get("/login/org").status_code == 404 and console.get("/login/back?code=x").status_code == 404


def test_a_user_with_the_permission_set_is_let_in_by_the_org_s_own_page(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    assert 'href="/login/org">Log in with Salesforce' in browser.console.get("/login").text
    status, text = browser.logs_in(ADMIN)
    assert status == 200 and 'content="0;url=/"' in text
    home = browser.console.get("/")
    assert home.status_code == 200 and ADMIN in home.text and "Run now" in home.text


def test_a_user_without_it_gets_403_and_no_session(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    status, text = browser.logs_in(INTEGRATION)
    assert status == 403 and f"{INTEGRATION} may not use this console" in text and "Sidecar_Admin" in text
    assert browser.console.get("/").status_code == 302


def test_a_listed_user_is_let_in_and_another_permission_set_is_for_looking_only(
    browser_with: Callable[..., Browser],
) -> None:
    listed = browser_with(users=(INTEGRATION.upper(),))
    assert listed.logs_in(INTEGRATION)[0] == 200 and "Run now" in listed.console.get("/").text
    looking = browser_with(read_permission_set="Sidecar_Integration")
    assert looking.logs_in(INTEGRATION)[0] == 200
    assert looking.console.get("/").status_code == 200 and "Run now" not in looking.console.get("/").text


def test_the_org_is_asked_for_little_with_a_proof_key_and_no_secret_shows(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    address = browser.asked()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["scope"], asked["response_type"]) == ("openid", "code")
    assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
    assert asked["redirect_uri"] == "http://localhost/login/back"
    answer = browser.console.get("/login/org")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/login" in cookie
    again = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    assert not {again[name] for name in ("state", "nonce", "code_challenge")} & set(asked.values())
    assert repr(Asked("s", "n", "v")) == "Asked()"


def test_the_way_back_is_good_once_and_only_for_the_browser_that_began(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    back = browser.chosen(browser.asked(), ADMIN)
    stranger = browser.console.application.test_client()
    assert stranger.get(back).status_code == 403
    wrong = re.sub("state=[^&]+", "state=wrong", back)
    assert browser.console.get(wrong).status_code == 403
    assert browser.console.get(back).status_code == 403  # what was begun has ended with the wrong one

    back = browser.chosen(browser.asked(), ADMIN)
    assert browser.console.get(back).status_code == 200
    assert browser.console.get(back).status_code == 403


def test_who_says_no_to_the_org_is_not_let_in(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    answer = browser.console.get(browser.chosen(browser.asked(), ADMIN, "deny"))
    assert answer.status_code == 403 and "let nobody in" in answer.text


def test_each_login_begins_a_new_session_and_the_old_one_is_dead(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    assert browser.logs_in(ADMIN)[0] == 200
    before = browser.console.get_cookie("sidecar")
    assert browser.logs_in(ADMIN)[0] == 200
    after = browser.console.get_cookie("sidecar")
    assert before is not None and after is not None and before.value != after.value
    browser.console.set_cookie("sidecar", before.value)
    assert browser.console.get("/").status_code == 302


def test_refused_logins_count_as_wrong_tokens_and_beginnings_are_limited(browser_with: Callable[..., Browser]) -> None:
    browser = browser_with()
    for _ in range(5):
        assert browser.console.get("/login/back?code=x&state=y").status_code == 403
    assert browser.console.get("/login/back?code=x&state=y").status_code == 429
    assert browser.console.post("/login", data={"token": "right"}).status_code == 429


def test_an_org_that_does_not_answer_is_told_without_its_secrets(
    browser_with: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object, **__: object) -> None:
        raise requests.ConnectionError("secret inside")

    browser = browser_with()
    monkeypatch.setattr("requests.Session.request", down)
    answer = browser.console.get("/login/org")
    assert answer.status_code == 403 and "cannot be asked who you are" in answer.text and "secret" not in answer.text


def test_behind_a_proxy_its_address_is_that_of_the_way_back_and_cookies_need_tls(
    browser_with: Callable[..., Browser],
) -> None:
    browser = browser_with(url="https://sidecar.acme.example")
    answer = browser.console.get("/login/org", headers={"Host": "sidecar.acme.example"})
    assert answer.status_code == 302 and "Secure" in answer.headers["Set-Cookie"]
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"] == [
        "https://sidecar.acme.example/login/back"
    ]
    assert "Secure" in browser.console.post("/login", data={"token": "right"}).headers["Set-Cookie"]


@pytest.mark.parametrize(
    "url", ["http://sidecar.acme.example", "https://a@b", "https://acme.example/path", "javascript:x"]
)
def test_an_address_of_the_console_that_is_not_safe_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        ConsoleSection(url=url)


KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
ISSUER, CLIENT = "https://acme.example", "the-key"
SUBJECT = f"{ISSUER}/id/00D000000000001AAA/005000000000001AAA"


class Forged(Provider):
    """An org that answers with this id token."""

    def __init__(self, token: str) -> None:
        super().__init__(OrgSettings(ISSUER, "a@b", CLIENT, Path("key.pem")), None)
        self._token = token

    def _ask(self, http: requests.Session, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        if url.endswith("configuration"):
            return {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys"}
        if form is not None:
            return {"id_token": self._token}
        public = json.loads(RSAAlgorithm.to_jwk(KEY.public_key()))
        return {"keys": [{**public, "kid": "k", "use": "sig", "alg": "RS256"}]}


def token(key: Any = KEY, algorithm: str = "RS256", kid: str = "k", **changed: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 120, "nonce": "n", **changed}
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers={"kid": kid})


def identified(made: str) -> Any:
    return Forged(made).identity(Asked("s", "n", "v"), "https://back", "code")


def test_a_sound_id_token_names_org_and_user() -> None:
    found = identified(token())
    assert (found.org_id, found.user_id) == ("00D000000000001AAA", "005000000000001AAA")


@pytest.mark.parametrize(
    "made",
    [
        token(OTHER),
        token(kid="unknown"),
        token(None, "none"),
        token("the public key as a secret, which is long enough", "HS256"),
        token(aud="another app"),
        token(iss="https://evil.example"),
        token(exp=int(time.time()) - 3600),
        token(exp=None),
        token(nonce="another"),
        token(nonce=None),
        token(sub="005000000000001AAA"),
        "nonsense",
    ],
    ids=[
        "key",
        "kid",
        "none",
        "secret",
        "audience",
        "issuer",
        "old",
        "endless",
        "nonce",
        "no nonce",
        "subject",
        "text",
    ],
)
def test_a_forged_id_token_lets_nobody_in(made: str) -> None:
    with pytest.raises(LoginRefusedError):
        identified(made)


def test_a_user_of_another_org_is_not_let_in(
    browser_with: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Identity("00D00000000ZZZZAAA", "005000000000001AAA")
    monkeypatch.setattr("sidecar.service.console.org_login.Provider.identity", lambda *_: other)
    browser = browser_with()
    status, text = browser.logs_in(ADMIN)
    assert status == 403 and "another org" in text
