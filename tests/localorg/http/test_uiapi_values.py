"""Texts of values in the en_US locale."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.access import User
from localorg.http.uiapi.locales import LOCALES
from localorg.http.uiapi.values import display_value
from localorg.http.uiapi.viewer import Viewer
from localorg.schema.model import Field, Schema

SOMEBODY = User("005", "a@b", "A", True, (), "System Administrator", True, Schema(), ())


def viewer(zone: str = "UTC", currency: str = "USD") -> Viewer:
    return Viewer(SOMEBODY, ZoneInfo(zone), currency)


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_an_amount_reads_back_as_the_rounded_number(value: float, scale: int) -> None:
    text = display_value(Field("A", "A", "currency", precision=18, scale=scale), value, viewer())
    assert text is not None
    assert float(text.replace("$", "").replace(",", "")) == pytest.approx(round(value, scale), abs=1e-9)
    assert text.startswith(("$", "-$"))
    assert not (text.startswith("-") and not text.strip("-$0.,"))


@pytest.mark.parametrize(("currency", "text"), [("USD", "-$1,200.50"), ("EUR", "-€1,200.50"), ("CHF", "-CHF 1,200.50")])
def test_the_currency_is_the_orgs(currency: str, text: str) -> None:
    field = Field("A", "A", "currency", scale=2)
    assert display_value(field, -1200.5, viewer(currency=currency)) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-01-02T00:04:05.000+0000", "1/1/2026, 7:04 PM"),
        ("2026-07-04T16:00:00.000Z", "7/4/2026, 12:00 PM"),
        ("2026-07-04T04:30:00.000Z", "7/4/2026, 12:30 AM"),
    ],
)
def test_a_moment_is_shown_in_the_users_time_zone(moment: str, text: str) -> None:
    assert display_value(Field("D", "D", "datetime"), moment, viewer("America/New_York")) == text


def test_a_picklist_shows_labels_and_keeps_values_it_does_not_know() -> None:
    field = Field("P", "P", "multipicklist", picklist_values=(("a", "Label A"), ("b", "Label B")))
    assert display_value(field, "b;gone", viewer()) == "Label B;gone"


@pytest.mark.parametrize("value", [None, True, {"city": "Bonn"}])
def test_blanks_booleans_and_addresses_have_no_text(value: object) -> None:
    assert display_value(Field("X", "X", "boolean"), value, viewer()) is None


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en_GB", "02/01/2026, 15:04"), ("de_DE", "02.01.2026, 15:04"), ("fr_FR", "02/01/2026 15:04")],
)
def test_moments_follow_the_locale(locale: str, text: str) -> None:
    seen = Viewer(SOMEBODY, ZoneInfo("UTC"), "EUR", LOCALES[locale])
    assert display_value(Field("D", "D", "datetime"), "2026-01-02T15:04:05.000Z", seen) == text


@pytest.mark.parametrize(
    ("locale", "currency", "text"),
    [
        ("de_DE", "EUR", "-1.200,50\u00a0€"),
        ("de_DE", "CHF", "-1.200,50\u00a0CHF"),
        ("en_GB", "GBP", "-£1,200.50"),
        ("fr_FR", "EUR", "-1\u202f200,50\u00a0€"),
    ],
)
def test_amounts_follow_the_locale(locale: str, currency: str, text: str) -> None:
    seen = Viewer(SOMEBODY, ZoneInfo("UTC"), currency, LOCALES[locale])
    assert display_value(Field("A", "A", "currency", scale=2), -1200.5, seen) == text
