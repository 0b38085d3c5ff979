"""The official command line against a served org: login, queries, rows, Bulk, describe, limits."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .conftest import log_in
from .driving import ADMIN, Cli, Target

ROWS = 60_000  # the org hands out results in chunks of 50,000
CHUNK = 50_000


@pytest.fixture(scope="module")
def logged_in(cli: Cli, target: Target) -> Cli:
    return log_in(cli, target)


@pytest.mark.shows("clients.cli_login")
def test_a_login_by_jwt_is_kept(logged_in: Cli, target: Target) -> None:
    (listed,) = logged_in.result("auth", "list")
    assert (listed["username"], listed["instanceUrl"], listed["oauthMethod"]) == (ADMIN, target.url, "jwt")


@pytest.mark.shows("clients.cli_login")
def test_an_access_token_logs_in(clients_needed: None, tmp_path: Path, target: Target) -> None:
    other = Cli(tmp_path)
    done = other.result(
        *("org", "login", "access-token", "--instance-url", target.url, "--no-prompt"), SF_ACCESS_TOKEN=target.token()
    )
    assert (done["username"], done["instanceUrl"].rstrip("/")) == (ADMIN, target.url)
    asked = other.result("data", "query", "--query", "SELECT Username FROM User", "--target-org", ADMIN)
    assert ADMIN in {each["Username"] for each in asked["records"]}


@pytest.mark.shows("clients.cli_rows")
def test_a_record_is_created_read_changed_and_deleted(logged_in: Cli, target: Target) -> None:
    made = logged_in.result(
        *("data", "create", "record", "--sobject", "Account"),
        *("--values", "Name='Büro & Söhne' Industry=Energy Sidecar_Health__c=61"),
    )
    assert made["success"] is True
    which = ("--sobject", "Account", "--record-id", made["id"])
    read = logged_in.result("data", "get", "record", *which)
    assert (read["Name"], read["Industry"], read["Sidecar_Health__c"]) == ("Büro & Söhne", "Energy", 61)
    logged_in.result("data", "update", "record", *which, "--values", "Industry=Media")
    assert target.query(f"SELECT Industry FROM Account WHERE Id = '{made['id']}'") == [{"Industry": "Media"}]
    logged_in.result("data", "delete", "record", *which)
    assert target.query(f"SELECT Id FROM Account WHERE Id = '{made['id']}'") == []


@pytest.mark.shows("clients.cli_query")
def test_queries_answer_tables_and_name_mistakes(logged_in: Cli, target: Target) -> None:
    shown = logged_in.run("data", "query", "--query", f"SELECT Username, IsActive FROM User WHERE Username = '{ADMIN}'")
    assert shown.code == 0, shown.messages
    assert (ADMIN, "true") in shown.table()
    wrong = logged_in.run("data", "query", "--query", "SELECT Nonsense FROM Account")
    assert wrong.code == 1
    assert "No such column 'Nonsense' on entity 'Account'" in wrong.messages + wrong.output


@pytest.mark.shows("clients.cli_bulk")
def test_bulk_upserts_then_exports_over_several_pages(logged_in: Cli, target: Target) -> None:
    keys = [f'Sales, "{number:06}" é' for number in range(ROWS)]
    file = logged_in.home / "plans.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(("Sidecar_Key__c", "Sidecar_Amount__c"))
        writer.writerows((key, number + 0.5) for number, key in enumerate(keys))
    done = logged_in.result(
        *("data", "upsert", "bulk", "--sobject", "Sidecar_Plan__c", "--external-id", "Sidecar_Key__c"),
        *("--file", file, "--wait", "5", "--line-ending", "LF", "--column-delimiter", "COMMA"),
    )
    info = done["jobInfo"]
    counts = int(info["numberRecordsProcessed"]), int(info["numberRecordsFailed"])
    assert (info["state"], *counts) == ("JobComplete", ROWS, 0)
    out = logged_in.home / "out.csv"
    query = "SELECT Sidecar_Key__c, Sidecar_Amount__c FROM Sidecar_Plan__c"
    exported = logged_in.result("data", "export", "bulk", "--query", query, "--output-file", out, "--wait", "5")
    assert exported["totalSize"] == ROWS > CHUNK
    with out.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == ROWS
    amounts = {row["Sidecar_Key__c"]: float(row["Sidecar_Amount__c"]) for row in rows}
    assert amounts == {key: number + 0.5 for number, key in enumerate(keys)}


@pytest.mark.shows("clients.cli_describe")
def test_describe_and_limits_are_read(logged_in: Cli) -> None:
    described = logged_in.result("sobject", "describe", "--sobject", "Sidecar_Plan__c")
    fields = {field["name"]: field for field in described["fields"]}
    assert fields["Sidecar_Key__c"]["externalId"] is True
    assert fields["Sidecar_Amount__c"]["type"] == "currency"
    limits = {each["name"]: each for each in logged_in.result("org", "list", "limits")}
    assert 0 < limits["DailyApiRequests"]["remaining"] < limits["DailyApiRequests"]["max"]
