"""The page on which somebody chooses whom to be, in a real browser: its rules let the browser go back to the client."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask, request
from playwright.sync_api import Browser

from tests.browsing import Visits, load_axe
from tests.localorg.http.login_client import AUTHORIZE, TOKEN, login_client
from tests.served import listening


def client_page() -> Flask:
    """A client of its own origin, to which the browser comes back."""
    app = Flask("client")
    app.add_url_rule(
        "/callback",
        view_func=lambda: f'<link rel="icon" href="data:,"><title>back</title><p>{"code" in request.args}</p>',
    )
    return app


@pytest.mark.browser
@pytest.mark.shows("login.web_server")
def test_a_browser_logs_in_and_comes_back_to_the_client(tmp_path: Path, org_file: Path, browser: Browser) -> None:
    with (
        login_client(tmp_path, org_file) as client,
        listening(client.served.app) as org,
        listening(client_page()) as own,
    ):
        callback = f"{own.replace('127.0.0.1', 'localhost')}/callback"
        asked = {"response_type": "code", "client_id": client.consumer_key, "redirect_uri": callback, "scope": "openid"}
        visits = Visits(browser)
        page = visits.open(f"{org}{AUTHORIZE}?{urlencode(asked)}")
        load_axe(page)
        assert page.evaluate("axe.run().then(found => found.violations.map(each => each.id))") == []
        page.get_by_label("Local Admin").check()
        page.get_by_role("button", name="Allow access").click()
        page.wait_for_url(f"{callback}*")
        code = parse_qs(urlsplit(page.url).query)["code"][0]
        assert visits.close() == []
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
        assert client.as_client(TOKEN, **form).status_code == 200
