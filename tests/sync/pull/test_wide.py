"""Objects with very many fields, and values that are very long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from localorg.schema.model import Field
from sync import CatalogueObject, Mirror, Org, pull
from sync.pull import rest

DETAIL, OTHER = "Sidecar_Health_Detail__c", "Sidecar_Projection_Detail__c"
LONGEST = 131_072
DAY = datetime(2026, 3, 1, 10, tzinfo=UTC)


def awkward(length: int) -> str:
    """A text of that many characters with everything that CSV, JSON and SQL treat specially."""
    piece = 'He said: "a, b"\r\n\n""\t;\\n \'x\' {}[] \u2028 😀é#N/A,'
    return (piece * (length // len(piece) + 1))[: length - 1] + "!"


@pytest.mark.parametrize("threshold", [2000, 0], ids=["rest", "bulk"])
def test_the_longest_texts_arrive_character_by_character(local, connected: Org, mirror: Mirror, threshold: int) -> None:
    texts = [awkward(LONGEST // 2), awkward(70_001), '"', "\n.", "x" * LONGEST]
    local.insert("Account", *({"Name": str(i), DETAIL: text, OTHER: text} for i, text in enumerate(texts)))
    held = local.rows(f'SELECT "{DETAIL}" FROM Account ORDER BY "Name"')
    assert [len(text) for (text,) in held][-1] == LONGEST
    catalogue = (CatalogueObject("Account", ("Name", DETAIL, OTHER)),)
    pull(connected, mirror, catalogue, bulk_threshold=threshold)
    found = mirror.connection.execute(f"SELECT {DETAIL}, {OTHER} FROM Account ORDER BY Name").fetchall()
    assert found == [(text, text) for (text,) in held]


@pytest.fixture
def wide(local) -> tuple[str, ...]:
    """An account with 800 fields of the customer's own; their names."""
    names = tuple(f"Customer_specific_measure_{number:03}__c" for number in range(800))
    account = local.inside.schema.objects["Account"]
    facts = {"length": 20, "createable": True, "updateable": True}
    added = {name: Field(name, name, "string", **facts) for name in names}
    local.inside.schema.put([type(account)(**{**vars(account), "fields": {**account.fields, **added}})])
    local.inside.database.ensure_tables([local.inside.schema.objects["Account"]])
    return names


def test_an_object_whose_query_is_too_long_for_an_address_is_read_by_jobs(
    local, mirror: Mirror, wide: tuple[str, ...]
) -> None:
    local.inside.clock.set(DAY)
    [record] = local.insert("Account", {"Name": "A", **{name: name[-6:-3] for name in wide}})
    catalogue = (CatalogueObject("Account", ("Name", *wide)),)
    assert not rest.fits(" ".join(wide))
    with Org.connect(local.settings("admin@local.example")) as org:
        [item] = pull(org, mirror, catalogue).objects
        assert (item.way, item.rows_changed) == ("bulk", 1)
        local.inside.clock.set(DAY + timedelta(hours=1))
        local.update("Account", {"Id": record, wide[-1]: "changed"})
        assert pull(org, mirror, catalogue).rows_changed == 1
        local.inside.clock.set(DAY + timedelta(hours=2))
        pull(org, mirror, catalogue)
        local.inside.clock.set(DAY + timedelta(hours=3))
        [item] = pull(org, mirror, catalogue).objects
        assert (item.calls, item.rows_read) == (1, 0), "no job where nothing changed"
    row = mirror.connection.sql("SELECT * FROM Account").to_arrow_table().to_pylist()[0]
    assert [row[name] for name in wide] == [f"{i:03}" for i in range(799)] + ["changed"]
