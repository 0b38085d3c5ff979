"""What a field held before, as the ledger tells it."""

from datetime import UTC, datetime
from pathlib import Path

from sync import Mirror
from sync.ledger import values_before

OBJECT, FIELD = "Sidecar_Projection__c", "Sidecar_Plan__c"


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC).replace(tzinfo=None)


def test_the_value_at_a_moment_is_what_the_first_later_change_replaced(tmp_path: Path) -> None:
    lines = [
        *(("1", "twice", "100", "110"), ("2", "twice", "110", "120"), ("3", "twice", "120", "130")),
        *(
            ("2", "emptied", "50", None),
            ("3", "filled", None, "70"),
            ("2", "made", None, "10"),
            ("3", "made", "10", "20"),
        ),
    ]
    with Mirror.open(tmp_path / "mirror.duckdb") as mirror:
        for run in "123":
            mirror.connection.execute(
                "INSERT INTO _sync.runs VALUES (?, ?, NULL, 'done', 0, 0, 0, 0, '')",
                [run, day(int(run))],
            )
        for run, key, old, new in lines:
            mirror.connection.execute(
                "INSERT INTO _sync.ledger VALUES (?, ?, ?, NULL, ?, ?, ?, NULL, 'written', NULL, NULL)",
                [run, OBJECT, key, FIELD, old, new],
            )
        mirror.connection.execute(
            "INSERT INTO _sync.ledger VALUES ('2', ?, 'refused', NULL, ?, '1', '2', NULL, 'refused', NULL, NULL)",
            [OBJECT, FIELD],
        )
        mirror.connection.execute("INSERT INTO _sync.made_records VALUES ('2', ?, 'made')", [OBJECT])
        found = {row["key"]: row["value"] for row in values_before(mirror, OBJECT, FIELD, day(2)).to_pylist()}
        assert found == {"twice": "110", "emptied": "50", "filled": None, "made": "10"}
        assert not values_before(mirror, OBJECT, FIELD, day(4)).num_rows
