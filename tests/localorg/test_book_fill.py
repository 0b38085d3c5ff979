"""A book goes into a local org whole, and the org goes on working with it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from localorg.book import Book, BookPlaceError, BookSettings, fill, generate, make_world
from localorg.book.catalogue import STAGES
from localorg.org import LocalOrg
from localorg.store.birth import ADMIN_USERNAME

PACKAGE = Path(__file__).parents[2] / "lwc_components"


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(BookSettings(accounts=10, deals=120, quarters=5, reps=3, usage_weeks=8, end=date(2026, 11, 22)))


@pytest.fixture
def org(tmp_path: Path) -> Iterator[LocalOrg]:
    opened = LocalOrg.open(tmp_path / "org.sqlite", package=PACKAGE)
    yield opened
    opened.close()


def rows(org: LocalOrg, sql: str) -> list[tuple[object, ...]]:
    with org.database.reader() as connection:
        return [tuple(row) for row in connection.execute(sql)]


@pytest.mark.shows("book.fill")
def test_every_table_and_every_column_of_the_book_finds_its_place(org: LocalOrg, book: Book) -> None:
    written = fill(org, book)
    assert written == {name: table.num_rows for name, table in book.tables.items()}
    for name, table in book.tables.items():
        assert set(table.column_names) <= {field.name for field in org.schema.objects[name].stored_fields}, name
        (count,) = rows(org, f'SELECT count(*) FROM "{name}" WHERE "CreatedDate" < \'2026-11-22\'')[0]
        assert count == table.num_rows, name


def test_values_arrive_as_they_were(org: LocalOrg, book: Book) -> None:
    fill(org, book)
    stored = rows(org, 'SELECT "Id", "AccountId", "Amount", "CloseDate", "IsWon" FROM "Opportunity" ORDER BY "Id"')
    made = book["Opportunity"].select(["Id", "AccountId", "Amount", "CloseDate", "IsWon"]).to_pylist()
    assert stored == [
        (deal["Id"], deal["AccountId"], deal["Amount"], str(deal["CloseDate"]), int(deal["IsWon"])) for deal in made
    ]


def test_the_stages_of_the_book_replace_those_of_the_org(org: LocalOrg, book: Book) -> None:
    fill(org, book)
    names = [stage.name for stage in STAGES]
    assert [value for value, _ in org.schema.objects["Opportunity"].fields["StageName"].picklist_values] == names


def test_custom_rows_get_the_key_prefix_of_the_org(org: LocalOrg, book: Book) -> None:
    fill(org, book)
    for name in ("Sidecar_Plan__c", "Sidecar_Usage__c", "Sidecar_Deployment__c"):
        assert rows(org, f'SELECT DISTINCT substr("Id", 1, 3) FROM "{name}"') == [
            (org.schema.objects[name].key_prefix,)
        ]


def test_users_and_writes_go_on_after_the_fill(org: LocalOrg, book: Book) -> None:
    fill(org, book)
    rep = org.user(str(book["User"]["Username"][0]))
    assert not rep.is_admin
    records = org.records(org.user(ADMIN_USERNAME))
    is_open = book["Opportunity"]["IsClosed"].to_pylist().index(False)
    deal = str(book["Opportunity"]["Id"][is_open])
    assert records.update("Opportunity", [{"Id": deal, "StageName": "Closed Lost"}])[0].success
    history = rows(
        org, f'SELECT "StageName" FROM "OpportunityHistory" WHERE "OpportunityId" = \'{deal}\' ORDER BY "CreatedDate"'
    )
    assert history[-1] == ("Closed Lost",)
    plans = book["Sidecar_Plan__c"].num_rows
    made = records.insert("Sidecar_Plan__c", [{"Sidecar_Key__c": "new", "Sidecar_Amount__c": 1}])[0]
    assert rows(org, f'SELECT "Name" FROM "Sidecar_Plan__c" WHERE "Id" = \'{made.id}\'') == [(f"PLAN-{plans + 1:05}",)]


def test_an_org_without_the_package_takes_the_standard_objects(tmp_path: Path, book: Book) -> None:
    plain = LocalOrg.open(tmp_path / "plain.sqlite")
    try:
        written = fill(plain, book)
    finally:
        plain.close()
    assert not any(name.endswith("__c") for name in written)
    assert written["Opportunity"] == 120


def test_a_decided_book_goes_in_table_by_table_and_tells_how_far_it_is(org: LocalOrg, book: Book) -> None:
    told: dict[str, int] = {}

    def tell(name: str, number: int) -> None:
        told[name] = told.get(name, 0) + number

    written = fill(org, make_world(book.settings), tell)
    assert told == written == {name: table.num_rows for name, table in book.tables.items()}
    first = rows(org, 'SELECT "Id", "Name" FROM "Sidecar_Usage__c" ORDER BY "Name" LIMIT 1')
    assert first[0][1] == book["Sidecar_Usage__c"]["Name"][0].as_py()
    indexes = rows(org, "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND tbl_name = 'Opportunity'")
    assert indexes[0][0] >= 4


@pytest.mark.shows("book.fill")
def test_a_book_that_breaks_off_leaves_the_org_empty(org: LocalOrg, book: Book) -> None:
    def break_off(name: str, number: int) -> None:
        if name == "Contact" and number:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill(org, book, break_off)
    assert rows(org, 'SELECT count(*) FROM "Account"') == [(0,)]
    assert fill(org, book)["Contact"] == book["Contact"].num_rows


def test_an_org_with_deals_refuses_a_book_and_stays_as_it_is(org: LocalOrg, book: Book) -> None:
    fill(org, book)
    before = rows(org, 'SELECT count(*), max("SystemModstamp") FROM "Contact"')
    with pytest.raises(BookPlaceError, match="120 opportunities"):
        fill(org, book)
    assert rows(org, 'SELECT count(*), max("SystemModstamp") FROM "Contact"') == before
