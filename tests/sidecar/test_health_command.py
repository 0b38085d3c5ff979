"""`sidecar health explain`: an account's health down to its records, the way to the next band, and what it refuses."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sidecar.command_line import run
from sidecar.health.command import measured
from sidecar.report import input_problems
from sync import Mirror

DAY = "2026-03-01"
TARGET = """
[[health.measures.utilisation.targets]]
product = "NGFW"
target = 90
"""


def put(mirror: Mirror, table: str, *rows: dict[str, Any]) -> None:
    frame = pd.DataFrame(rows)
    mirror.connection.register("rows", frame)
    mirror.connection.execute(f'CREATE OR REPLACE TABLE "{table}" AS SELECT * FROM rows')
    mirror.connection.unregister("rows")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state whose mirror holds an account with a third of its licences in use and an old case, and two namesakes."""
    folder = tmp_path_factory.mktemp("health")
    with Mirror.open(folder / "mirror.duckdb") as mirror:
        names = ("Acme", "Twin", "Twin")
        put(mirror, "Account", *({"Id": f"001{n:015d}", "Name": name} for n, name in enumerate(names)))
        put(mirror, "User", {"Id": "005", "Name": "Zoe", "IsActive": True})
        deal = dict.fromkeys(("Id", "AccountId", "OwnerId", "Name", "StageName"), "none")
        put(mirror, "Opportunity", deal)
        mirror.connection.execute('DELETE FROM "Opportunity"')
        case = {"Id": "500A", "AccountId": f"001{0:015d}", "Priority": "High", "Status": "New", "IsClosed": False}
        put(mirror, "Case", case | {"IsEscalated": False, "CreatedDate": pd.Timestamp("2026-01-05")})
        weeks = [date(2026, 1, 5 + 7 * number) for number in range(4)] + [date(2026, 2, 2 + 7 * n) for n in range(3)]
        usage = {"Sidecar_Account__c": f"001{0:015d}", "Sidecar_Product__c": "NGFW"}
        counts = {"Sidecar_Licensed__c": 300.0, "Sidecar_Active_Users__c": 100.0}
        put(
            mirror,
            "Sidecar_Usage__c",
            *({"Id": f"u{n}", **usage, **counts, "Sidecar_Week_Start__c": week} for n, week in enumerate(weeks)),
        )
    return folder


Explain = Callable[..., dict[str, Any]]


@pytest.fixture
def explain(state: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    def asked(account: str, *options: str) -> dict[str, Any]:
        assert run([*options, "--state", str(state), "health", "explain", account, "--as-of", DAY, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return asked


def test_a_total_leads_to_its_records_by_name_and_by_id(explain: Explain) -> None:
    found = explain("acme")
    assert found == explain(f"001{0:015d}")
    measures = {row["measure"]: row for row in found["measures"]}
    assert measures["utilisation"]["value"] == pytest.approx(100 / 3)
    assert measures["old_cases"]["record_ids"] == "500A"
    assert found["next_band"], "what would have to change is said"


def test_a_target_of_the_configuration_lowers_the_score_and_is_shown(explain: Explain, tmp_path: Path) -> None:
    (tmp_path / "sidecar.toml").write_text(TARGET)
    usual, stricter = (
        {row["measure"]: row for row in found["measures"]}["utilisation"]
        for found in (explain("Acme"), explain("Acme", "--config", str(tmp_path / "sidecar.toml")))
    )
    assert (usual["target"], stricter["target"]) == (80, 90)
    assert stricter["score"] < usual["score"]


def test_the_report_names_dimensions_measures_and_the_next_band(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--state", str(state), "health", "explain", "Acme", "--as-of", DAY]) == 0
    words = " ".join(capsys.readouterr().out.split())
    for word in ("Licence utilisation", "Old cases", "500A", "33"):
        assert word in words


@pytest.mark.parametrize(
    ("account", "problem"), [("Nobody", "no account has it"), ("twin", "2 accounts have this name")]
)
def test_an_account_that_is_not_one_is_refused(
    state: Path, capsys: pytest.CaptureFixture[str], account: str, problem: str
) -> None:
    assert run(["--state", str(state), "health", "explain", account, "--as-of", DAY]) == 2
    assert problem in " ".join(capsys.readouterr().err.split())


def test_before_a_pull_the_remedy_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--state", str(tmp_path), "health", "explain", "Acme"]) == 2
    assert "sidecar pull" in capsys.readouterr().err


def test_records_that_are_not_as_they_should_be_show_in_a_run_s_report(capsys: pytest.CaptureFixture[str]) -> None:
    input_problems([{"kind": "negative", "table": "usage", "rows": 3, "treatment": "Negative: counts as missing"}])
    shown = " ".join(capsys.readouterr().out.split())
    assert "Records that are not as they should be" in shown
    assert "usage 3 Negative: counts as missing" in shown.replace("│", " ").replace("  ", " ")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1.0, "cases, weighed", "1 case, weighed"),
        (0.6, "cases", "1 case"),
        (2.0, "cases, weighed", "2 cases, weighed"),
        (0.0, "releases", "0 releases"),
        (1.0, "% of weeks", "1 % of weeks"),
    ],
)
def test_one_thing_is_told_in_the_singular(value: float, unit: str, said: str) -> None:
    assert measured(value, unit) == said
