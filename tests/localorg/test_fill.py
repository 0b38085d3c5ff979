from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pyarrow as pa
import pytest

from localorg.errors import LoadError
from localorg.ids import id18, make_id
from localorg.org import LocalOrg

NOON = "2026-11-22T12:00:00.000Z"
ID = id18("0068d0000000000")


def rows(org: LocalOrg, query: str) -> list[tuple[object, ...]]:
    with org.database.reader() as connection:
        return connection.execute(query).fetchall()


def test_arrow_columns_are_stored_by_their_fields_type(plain_org: LocalOrg) -> None:
    table = pa.table(
        {
            "Id": [ID],
            "Name": ["Deal"],
            "StageName": pa.array(["Closed Won"]).dictionary_encode(),
            "Amount": [5],
            "CloseDate": [date(2026, 12, 31)],
            "CreatedDate": pa.array([1_767_323_045_000_678], pa.timestamp("us")),
            "LastModifiedDate": pa.array([datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)]),
            "IsClosed": [True],
            "PushCount": pa.array([None], pa.int64()),
        }
    )
    assert plain_org.fill("Opportunity", table) == 1
    columns = "StageName, Amount, CloseDate, CreatedDate, LastModifiedDate, SystemModstamp, IsClosed, IsWon, PushCount"
    moment = "2026-01-02T03:04:05.000Z"
    assert rows(plain_org, f"SELECT {columns}, Probability FROM Opportunity") == [
        ("Closed Won", 5.0, "2026-12-31", moment, moment, NOON, 1, 0, None, None)
    ]
    assert rows(plain_org, "SELECT count(*) FROM OpportunityHistory") == [(0,)]


def test_a_data_frame_works_too_and_its_gaps_are_blank(plain_org: LocalOrg) -> None:
    frame = pd.DataFrame(
        {
            "Id": [ID, id18("0068d0000000001")],
            "Amount": [1.5, None],
            "NextStep": ["", "Call"],
            "CloseDate": pd.to_datetime(["2026-12-31", None]),
            "CreatedDate": ["2026-01-02T03:04:05.000Z", NOON],
        }
    )
    plain_org.fill("Opportunity", frame)
    assert rows(plain_org, "SELECT Amount, NextStep, CloseDate, CreatedDate FROM Opportunity ORDER BY Id") == [
        (1.5, None, "2026-12-31", "2026-01-02T03:04:05.000Z"),
        (None, "Call", None, NOON),
    ]


@pytest.mark.parametrize(
    ("sobject", "columns", "reason"),
    [
        ("Nothing__c", {"Id": [ID]}, "no object Nothing__c"),
        ("Opportunity", {"Id": [ID], "Foo": [1]}, "no column Foo"),
        ("Opportunity", {"Name": ["x"]}, "needs the column Id"),
        ("Opportunity", {"Id": [ID, ID]}, "already in the org"),
        ("Opportunity", {"Id": [None]}, "an Id is missing"),
        ("Opportunity", {"Id": [ID], "Amount": ["many"]}, "Amount"),
    ],
)
def test_a_table_that_does_not_fit_leaves_nothing(
    plain_org: LocalOrg, sobject: str, columns: dict[str, list[object]], reason: str
) -> None:
    with pytest.raises(LoadError, match=reason):
        plain_org.fill(sobject, pa.table(columns))
    assert rows(plain_org, "SELECT count(*) FROM Opportunity") == [(0,)]


def test_large_tables_keep_their_indexes_and_their_ids_are_not_reused(plain_org: LocalOrg) -> None:
    def indexes() -> list[tuple[object, ...]]:
        return rows(
            plain_org, "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'Account' ORDER BY 1"
        )

    before = indexes()
    table = pa.table({"Id": [make_id("001", number) for number in range(1, 6001)], "Name": ["A"] * 6000})
    assert plain_org.fill("Account", table) == 6000
    assert indexes() == before
    (result,) = plain_org.records(plain_org.user("admin@local.example")).insert("Account", [{"Name": "B"}])
    assert result.id == make_id("001", 6001)
