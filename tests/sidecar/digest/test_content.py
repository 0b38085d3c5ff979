"""What a digest says, of whom, and to whom."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.configuration import Configuration, DigestSection
from sidecar.delivery.people import Person, people, wanting
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.delivery.words import exact, money, signed, with_days
from sidecar.digest.content import Digest, Figures, Item
from sidecar.digest.gather import digests
from sidecar.digest.recipients import SHOWN, addressed
from sidecar.digest.render import html, subject, text
from sidecar.errors import SetupError
from sync import Mirror

URL = "https://acme.my.salesforce.com"
EVIL = "<img src=x onerror=alert(1)>\r\nBcc: all@acme.example"
WHOLE = Figures("All", 1_000_000.0, 670_000.0, 750_000.0, 800_000.0, 900_000.0, 330_000.0)
DIGEST = Digest("0051", "Rita Rep", False, "FY2026 Q4", WHOLE)

TABLES = """
    CREATE TABLE "User" AS SELECT * FROM (VALUES
        ('005L', 'Lea Leader', NULL, TRUE), ('005R', 'Rita Rep', '005L', TRUE), ('005S', 'Sam Rep', '005L', TRUE),
        ('005G', 'Gone Rep', '005L', FALSE)) AS t("Id", "Name", "ManagerId", "IsActive");
    CREATE TABLE "Account" AS SELECT '001A' AS "Id", 'Acme' AS "Name";
    CREATE TABLE "Opportunity" AS SELECT * FROM (VALUES
        ('006R', 'Acme renewal', '005R', FALSE, 'Stalled;Slipping', 60.0, 500.0, DATE '2026-12-15'),
        ('006S', 'Apex upsell', '005S', FALSE, 'Slipping', 40.0, 900.0, DATE '2026-12-20'),
        ('006C', 'Closed', '005R', TRUE, 'Stalled', 50.0, 900.0, DATE '2026-11-01'),
        ('006W', 'Well', '005R', FALSE, NULL, 80.0, 900.0, DATE '2026-12-01')) AS t("Id", "Name", "OwnerId", "IsClosed",
        "Sidecar_Risk_Tags__c", "Sidecar_Quarter_Probability__c", "Sidecar_Forecast_ARR__c", "CloseDate");
    CREATE TABLE "Sidecar_Action__c" AS SELECT * FROM (VALUES
        ('a', '005R', '006R', '001A', 'Pull in', 'likely', 5000.0, 2.0, 'Open', 'Pull-in', DATE '2026-12-01'),
        ('b', '005R', '006R', '001A', 'Done', 'x', 9000.0, 1.0, 'Completed', 'Pull-in', DATE '2026-12-01'),
        ('c', '005S', NULL, '001A', 'Enable', 'idle since 2026-11-02', 7000.0, 1.0, 'Open', 'Customer health',
            DATE '2026-12-01'),
        ('d', '005R', '006R', '001A', 'Note it', 'x', NULL, 3.0, 'Open', 'No next step', DATE '2026-12-01'),
        ('e', '005S', '006S', '001A', 'Note it', 'x', NULL, 3.0, 'Open', 'No next step', DATE '2026-12-01')) AS
        t("Sidecar_Key__c", "Sidecar_Assignee__c", "Sidecar_Opportunity__c", "Sidecar_Account__c", "Sidecar_Subject__c",
        "Sidecar_Reason__c", "Sidecar_Impact__c", "Sidecar_Order__c", "Sidecar_Status__c", "Sidecar_Kind__c",
        "Sidecar_Due_Date__c");
"""
DETAIL = {
    "change": {"expected": -200.0, "won": 0.0, "lost": -300.0, "slipped": 0, "rescored": 100.0, "commit": 5.0},
    "segments": [
        {"segment": "Renew", "plan": None, "booked": 1.0, "worst": 1.5, "commit": 2.0, "best": 3.0, "gap": None}
    ],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Digest]]:
    """Digests of a leader with two reps, by name."""
    rows = [
        ("Team", "005L", "All"), ("Rep", "005L", "All"), ("Rep", "005R", "All"), ("Rep", "005S", "All"),
        ("Rep", "005R", "Renew"), ("Rep", "005G", "All"), ("Org", None, "All"),
    ]  # fmt: skip
    with Mirror.open(tmp_path_factory.mktemp("digest") / "mirror.duckdb") as mirror:
        mirror.connection.execute(TABLES)
        figures = ("Plan", "Booked", "Worst", "Commit", "Best", "Gap", "Curve", "Detail")
        columns = ("Scope", "Rep", "Segment", "Quarter_Label", "Quarter_Start", *figures)
        names = ", ".join(f'"Sidecar_{name}__c"' for name in columns)
        quarter = "'FY2026 Q4', DATE '2026-10-01', 100.0, 67.0, 70.0, 80.0, 90.0, 33.0, NULL"
        values = ", ".join(f"(?, ?, ?, {quarter}, ?)" for _ in rows)
        given_values = [value for row in rows for value in (*row, json.dumps(DETAIL))]
        query = f'CREATE TABLE "Sidecar_Projection__c" AS SELECT * FROM (VALUES {values}) AS t({names})'
        mirror.connection.execute(query, given_values)
        yield {digest.name: digest for digest in digests(mirror)}


def test_each_active_person_gets_one_and_leaders_that_of_their_team(found: dict[str, Digest]) -> None:
    assert {name: digest.team for name, digest in found.items()} == {
        "Lea Leader": True,
        "Rita Rep": False,
        "Sam Rep": False,
    }


def test_a_rep_s_tells_of_the_rep_s_own_and_a_leader_s_of_all_below(found: dict[str, Digest]) -> None:
    rita, lea = found["Rita Rep"], found["Lea Leader"]
    assert [item.title for item in rita.at_risk] == ["Acme renewal"]
    assert rita.at_risk[0].detail == "Stalled, Slipping"
    assert [(item.title, item.amount) for item in rita.actions] == [("Pull in", 5000.0)]
    assert rita.to_fix == {"No next step": 1}
    assert [item.title for item in lea.at_risk] == ["Apex upsell", "Acme renewal"]
    assert [(item.title, item.owner) for item in lea.actions] == [("Pull in", "Rita Rep"), ("Enable", "Sam Rep")]
    assert lea.actions[1].record_id == "001A" and lea.actions[1].detail == "Acme: idle since 2 Nov 2026"
    assert [(item.amount, item.owner) for item in rita.at_risk] == [(500.0, None)]
    assert lea.to_fix == {"No next step": 2}


def test_what_moved_the_projection_adds_up_to_the_change(found: dict[str, Digest]) -> None:
    rita = found["Rita Rep"]
    assert rita.moved == {"lost": -300.0, "probabilities": 100.0} and rita.change == -200.0


def test_an_empty_mirror_has_no_digest(tmp_path: Path) -> None:
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        assert list(digests(mirror)) == []


def test_each_person_sees_only_what_the_org_lets_this_person_read(
    found: dict[str, Digest], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_org: object, sobject: str, *_: object, **__: object) -> list[dict[str, object]]:
        if sobject == "User":
            ids = (("005L", "lea@acme.example"), ("005R", "rita@acme.example"), ("005S", None))
            return [{"Id": i, "Username": f"{i}@acme.example", "Email": email} for i, email in ids]
        return [{"RecordId": "006R", "HasReadAccess": True}, {"RecordId": "006S", "HasReadAccess": False}]

    monkeypatch.setattr("sidecar.delivery.people.ask", answer)
    monkeypatch.setattr("sidecar.record_access.ask", answer)
    org: Any = SimpleNamespace(instance_url=URL)
    reachable = people(org, [digest.user_id for digest in found.values()], Configuration())
    told = list(addressed(org, list(found.values()), reachable))
    assert [to.person.address for to in told] == ["lea@acme.example", "rita@acme.example"]
    assert [item.record_id for item in told[0].digest.at_risk] == ["006R"]
    assert [item.record_id for item in told[0].digest.actions] == ["006R"]


def test_who_wants_none_is_told_nothing_whoever_says_so(tmp_path: Path) -> None:
    reachable = {name: Person(name, f"{name}@acme.example", "a@acme.example") for name in ("005L", "005R", "005S")}
    unsubscribed = Unsubscribed(tmp_path / "unsubscribed.json")
    unsubscribed.add("005S")
    configuration = Configuration(digest=DigestSection(without=("005R@ACME.example",)))
    assert list(wanting(reachable, configuration, unsubscribed)) == ["005L"]
    assert list(wanting(reachable, configuration, Unsubscribed(tmp_path / "unsubscribed.json"))) == ["005L"]
    unsubscribed.remove("005S")
    assert list(wanting(reachable, configuration, unsubscribed)) == ["005L", "005S"]
    (tmp_path / "unsubscribed.json").write_text("{")
    with pytest.raises(SetupError, match="who wants no digest"):
        Unsubscribed(tmp_path / "unsubscribed.json")


def test_what_may_not_be_seen_takes_no_line_from_what_may() -> None:
    items = tuple(Item(f"006{number}", "t", "d") for number in range(20))
    seen = {item.record_id for item in items[8:]}
    assert replace(DIGEST, at_risk=items).limited_to(seen, SHOWN).at_risk == items[8 : 8 + SHOWN]


def test_texts_of_the_org_are_no_markup_no_header_and_no_line_of_their_own() -> None:
    item = Item("006R", EVIL, EVIL, 5.0, date(2026, 12, 1))
    part = replace(WHOLE, name=EVIL)
    digest = replace(
        DIGEST, name=EVIL, quarter=EVIL, at_risk=(item,), actions=(item,), segments=(part,), to_fix={EVIL: 1}
    )
    page = html(digest, URL)
    assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "\n" not in subject(digest) and "\r" not in subject(digest)
    assert not any(line.startswith("Bcc") for line in text(digest, URL).splitlines())


def test_the_page_loads_nothing_from_anywhere() -> None:
    page = html(replace(DIGEST, actions=(Item("006R", "t", "d", 5.0),), segments=(WHOLE,)), URL)
    assert set(re.findall(r'src="([^"]*)', page)) == {"cid:segment-1"} and "<script" not in page and "url(" not in page
    assert f'href="{URL}/006R"' in page


def test_the_subject_says_where_the_quarter_stands() -> None:
    assert subject(DIGEST) == "FY2026 Q4: 67% of plan, 330K to go"
    above = replace(DIGEST, whole=replace(WHOLE, gap=-20_000.0), moved={"lost": -200_000.0})
    assert subject(above) == "FY2026 Q4: 67% of plan, 20K above, projection -200K this week"
    unplanned = replace(DIGEST, whole=replace(WHOLE, plan=None, gap=None))
    assert subject(unplanned) == "FY2026 Q4: 670K booked, no plan"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        *((None, "–"), (0.4, "0"), (-0.4, "0"), (999.4, "999"), (999.6, "1K")),
        *((999_499, "999K"), (999_600, "1.00M"), (-480_000, "-480K")),
    ],
)
def test_money_is_told_in_three_figures(value: float | None, told: str) -> None:
    assert money(value) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Move it from 2026-11-30 to 2026-12-01.", "Move it from 30 Nov 2026 to 1 Dec 2026."),
        (
            "2026-02-31, PO-2026-11-30, 2026-11-30x and 12026-11-30",
            "2026-02-31, PO-2026-11-30, 2026-11-30x and 12026-11-30",
        ),
    ],
)
def test_days_in_the_words_of_an_action_are_put_as_everywhere_in_the_mail(words: str, told: str) -> None:
    assert with_days(words) == told


@given(st.floats(-1e9, 1e9))
def test_a_sign_is_told_unless_nothing_is_left(value: float) -> None:
    for told in (signed(value), exact(value)):
        assert told == "0" or told[0] == ("-" if value < 0 else "+")
