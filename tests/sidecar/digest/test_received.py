"""A digest as it is received: by a real mail server over STARTTLS with a login, opened in a browser."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from sidecar.commit_alert import render as alerts
from sidecar.commit_alert.shortfall import Committed, Shortfall
from sidecar.configuration import MailSection
from sidecar.delivery.mail import mailer
from sidecar.delivery.people import Person
from sidecar.delivery.sent import Sent
from sidecar.digest.blocks import payload
from sidecar.digest.content import Digest, Figures, Item, Week
from sidecar.digest.recipients import Addressed
from sidecar.digest.render import letter, page
from sidecar.digest.send import send
from sidecar.errors import ConfigurationError
from tests.browsing import load_axe
from tests.sidecar.delivery.real_smtp import PASSWORD, USERNAME, RealServer, real_server
from tests.sidecar.delivery.slack_stand_in import problem

WEEK = date(2026, 11, 23)
URL = "https://acme.my.salesforce.com"
EVIL = "<script>alert(1)</script><img src=https://evil.example/x.png onerror=alert(1)> =HYPERLINK(1) {{ 7*7 }}"
FINDINGS = "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))"
PNG = b"\x89PNG\r\n\x1a\n"


def digest(**values: Any) -> Digest:
    """One with something of everything."""
    weeks = tuple(Week(date(2026, 10, 7) + timedelta(weeks=n), 80e3 * n, 5e5, 8e5 + 5e3 * n, 11e5) for n in range(7))
    items = tuple(Item(f"00600000000000{n}AAA", f"Acme {n}", "Stalled, Slipping", 9e4, WEEK, "Rita") for n in range(3))
    parts = (
        Figures("Renew", 5e5, 3e5, 4e5, 45e4, 5e5, 2e5),
        Figures("Upsell", None, 0.0, 0.0, 1e4, 9e4, None),
        Figures("Net New", 1e5, 15e4, 15e4, 16e4, 2e5, -5e4),
    )
    whole = Figures("All", 1e6, 48e4, 6e5, 83e4, 11e5, 52e4)
    made = Digest("005A", "Lea Leader", True, "FY2026 Q4", whole, date(2026, 11, 16))
    moved = {"won": 104_627.0, "lost": -18_034.0}
    made = replace(made, plan_change=250_000.0, moved=moved, weeks=weeks, ends=date(2026, 12, 31), segments=parts)
    return replace(replace(made, at_risk=items, actions=items, to_fix={"No next step": 2}), **values)


def addressed(made: Digest) -> Addressed:
    return Addressed(made, Person("005A", "lea@acme.example", "lea@acme.example"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with real_server(tmp_path_factory.mktemp("smtp")) as running:
        yield running


@pytest.fixture
def section(server: RealServer, monkeypatch: pytest.MonkeyPatch) -> MailSection:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    login = {"username": USERNAME, "password": PASSWORD, "sender": "Sidecar <sidecar@acme.example>"}
    return MailSection.model_validate({"host": "127.0.0.1", "port": server.port, **login})


@pytest.fixture
def received(server: RealServer, section: MailSection, tmp_path: Path) -> EmailMessage:
    """The mail as the server has it."""
    before = len(server.mails)
    outcome = send([addressed(digest())], section, Sent(tmp_path / "sent.json"), week=WEEK, org_url=URL)
    assert (outcome.sent, server.encrypted[before:]) == (1, [True])
    return server.mails[-1]


def test_it_comes_as_text_beside_html_with_its_pictures_and_says_how_to_get_no_more(received: EmailMessage) -> None:
    assert received["From"] == "Sidecar <sidecar@acme.example>" and received["To"] == "lea@acme.example"
    assert received["List-Unsubscribe"] == (
        f"<{URL}/lightning/o/Sidecar_Request__c/new?defaultFieldValues=Sidecar_Kind__c%3DStop%20digest>"
    )
    kinds = [part.get_content_type() for part in received.walk()]
    pictures = ["image/png"] * 4
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", *pictures]
    html = body(received, "html")
    for part in received.walk():
        if part.get_content_maintype() == "image":
            assert f'src="cid:{part["Content-ID"].strip("<>")}"' in html
            assert part.get_content_disposition() == "inline" and part.get_content().startswith(PNG)


def test_text_and_html_say_the_same(received: EmailMessage) -> None:
    html, text = body(received, "html"), body(received, "plain")
    told = ["Lea Leader", "FY2026 Q4", "480K", "830K", "520K", "600K at worst", "1.10M at best", "+104,627", "-18,034"]
    told += ["+86,593", "16 Nov 2026", "200K to go", "no plan", "50K above plan", "Acme 1", "Stalled, Slipping", "Rita"]
    told += [
        "The plan itself has changed",
        "+250,000",
        "closes 23 Nov 2026",
        "due 23 Nov 2026",
        "No next step: 2",
        f"{URL}/006000000000001AAA",
        "Stop these mails",
    ]
    for words in told:
        assert words in html and words in text, words


def test_a_wrong_password_is_told_without_it(section: MailSection, caplog: pytest.LogCaptureFixture) -> None:
    wrong = MailSection.model_validate({**section.model_dump(), "password": "anothersecret"})
    told = pytest.raises(ConfigurationError, match="refused the login of")
    with caplog.at_level(logging.DEBUG), told as refused, mailer(wrong):
        pass
    assert "anothersecret" not in caplog.text + str(refused.value)


def test_a_certificate_that_nobody_trusts_is_no_server_of_ours(
    section: MailSection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ConfigurationError, match="TLS"), mailer(section):
        pass


def test_nothing_of_it_is_in_the_log(section: MailSection, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send([addressed(digest())], section, Sent(tmp_path / "sent.json"), week=WEEK, org_url=URL)
    ours = " ".join(record.getMessage() for record in caplog.records if record.name != "mail.log")  # the server's own
    assert not [word for word in (PASSWORD, "Acme 1", "lea@acme.example") if word in ours]


def test_slack_takes_it_and_names_of_records_are_only_text_there() -> None:
    told = payload(digest(), URL)
    assert problem(told) is None
    text = json.dumps(told, ensure_ascii=False)
    for words in (
        "480K",
        "830K",
        "+86,593",
        "+250,000",
        "Upsell",
        f"<{URL}/006000000000001AAA|Acme 1>",
        "No next step: 2",
    ):
        assert words in text, words
    evil = "<!channel> *bold* <https://evil.example|win>"
    item = Item("006A", evil, evil, 5.0, WEEK, evil)
    assert problem(payload(digest(name=evil, quarter=evil, at_risk=(item,), actions=(item,) * 5), URL)) is None


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
def test_it_is_read_by_all_on_any_screen_in_any_light(browser: Browser, scheme: Any, width: int) -> None:
    deal = Committed("006000000000001AAA", "Acme renewal", 4e5, 0.4)
    fallen = Shortfall(
        *("001000000000001AAA", "Acme", ("005A",), "FY2026 Q4", WEEK, 1e5, 3e5, 5e5, (deal,)),
    )
    for made in (letter(digest(), URL), alerts.letter([fallen, fallen], URL)):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened = context.new_page()
        opened.set_content(page(made))
        shown = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
        opened.wait_for_function(shown)
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        load_axe(opened)
        found = opened.evaluate(FINDINGS)
        context.close()
        assert found == []


@pytest.mark.browser
def test_names_of_records_run_nothing_and_load_nothing(browser: Browser) -> None:
    item = Item(EVIL, EVIL, EVIL, 5.0, WEEK, EVIL)
    part = Figures(EVIL, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0)
    evil = digest(name=EVIL, quarter=EVIL)
    evil = replace(evil, at_risk=(item,), actions=(item,), segments=(part,), to_fix={EVIL: 1})
    context = browser.new_context()
    opened = context.new_page()
    alarms: list[str] = []
    opened.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    opened.on("request", lambda request: alarms.append(request.url))
    opened.set_content(page(letter(evil, URL)))
    text = opened.inner_text("body")
    elements = opened.evaluate("document.querySelectorAll('script').length")
    context.close()
    assert EVIL in text and elements == 0
    assert [alarm for alarm in alarms if not alarm.startswith("data:image/png")] == []


def test_pictures_are_the_same_on_every_day_and_small() -> None:
    first, again = letter(digest(), URL), letter(digest(), URL)
    assert first.pictures == again.pictures
    assert sum(map(len, first.pictures.values())) < 40_000
    sizes = {name: struct.unpack(">II", data[16:24]) for name, data in first.pictures.items()}
    assert sizes["quarter"] == (1072, 520) and sizes["segment-1"] == (1072, 36)


@pytest.mark.parametrize(
    "figures",
    [
        Figures("All", None, 0.0, 0.0, 0.0, 0.0, None),
        Figures("All", 0.0, -5.0, -5.0, 0.0, 1e12, 0.0),
        Figures("All", 1.0, 9e9, 9e9, 9e9, 9e9, -9e9),
    ],
)
def test_figures_of_any_size_can_be_drawn(figures: Figures) -> None:
    weeks = tuple(Week(WEEK, figures.booked, figures.worst, figures.commit, figures.best) for _ in range(2))
    made = letter(digest(whole=figures, segments=(figures,), weeks=weeks, ends=None), URL)
    assert all(picture.startswith(PNG) for picture in made.pictures.values())


def test_a_quarter_that_has_just_begun_has_no_curve_yet() -> None:
    made = letter(digest(weeks=()), URL)
    assert "quarter" not in made.pictures and "cid:quarter" not in made.html


def body(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())
