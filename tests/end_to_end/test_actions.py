"""The life of actions through refreshes: people's decisions stand, changed plans show, and a repeat writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from sidecar.refresh import refresh
from sync import Mirror, Org
from sync.progress import SILENT
from tests.end_to_end.small_org import CONFIGURATION, DAY, make_org, served
from tests.served import Served

ACTION = "Sidecar_Action__c"
QUARTER = "2026-10-01"
KEYS = """
    SELECT "Sidecar_Key__c" FROM "Sidecar_Action__c" WHERE NOT "IsDeleted"
    UNION ALL SELECT "Sidecar_Key__c" FROM "Sidecar_Projection__c" WHERE NOT "IsDeleted"
"""


@dataclass(frozen=True)
class Life:
    """An org that is refreshed for one day after another, and changed by people in between."""

    inside: Served
    org: Org
    mirror: Mirror

    def refresh(self, day: date = DAY) -> int:
        """Rows of the plan, all of which have to be written."""
        done = refresh(self.org, self.mirror, CONFIGURATION, day, SILENT, confirm=lambda _: True)
        assert done.written.complete
        return done.plan.rows

    def action(self, key: str) -> dict[str, Any]:
        """An action as the org holds it; empty where there is none."""
        names = ("Status", "Outcome", "Resolved_On", "Handled_On", "Snoozed_Until")
        columns = ", ".join(f'"Sidecar_{name}__c"' for name in names)
        query = f'SELECT "Id", {columns} FROM "{ACTION}" WHERE "Sidecar_Key__c" = \'{key}\' AND NOT "IsDeleted"'
        found = self.inside.rows(query)
        return dict(zip(("Id", *names), found[0], strict=True)) if found else {}

    def deal_without_amount(self, name: str) -> str:
        """A new deal that calls for its amount; returns the key of its action."""
        (deal,) = self.inside.insert(
            "Opportunity", {"Name": name, "StageName": "4 POV Tech Validation", "CloseDate": "2026-12-15"}
        )
        return f"missing-data:{deal}"

    def decide(self, key: str, **values: Any) -> None:
        """What somebody makes of an action."""
        changes = {f"Sidecar_{name}__c": value for name, value in values.items()}
        self.inside.update(ACTION, {"Id": self.action(key)["Id"], **changes})

    def suggestion(self, key: str) -> str:
        """What the deal of an action says is to be done."""
        deal = key.partition(":")[2]
        found = self.inside.rows(f'SELECT "Sidecar_Suggested_Action__c" FROM "Opportunity" WHERE "Id" = \'{deal}\'')
        return str(found[0][0] or "")

    def projection(self, rep: str) -> tuple[Any, ...]:
        """Plan, gap, summary of actions and detail of a rep."""
        columns = ", ".join(f'"Sidecar_{name}__c"' for name in ("Plan", "Gap", "Action_Summary", "Detail"))
        key = f"Rep:{rep}:{QUARTER}:All"
        (found,) = self.inside.rows(f'SELECT {columns} FROM "Sidecar_Projection__c" WHERE "Sidecar_Key__c" = \'{key}\'')
        return found


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    """Before its first refresh."""
    key = make_org(tmp_path)
    with (
        served(tmp_path, key) as inside,
        Org.connect(inside.settings()) as org,
        Mirror.open(tmp_path / "mirror.duckdb") as mirror,
    ):
        # After the login, which the machine's time decides: what people do here happens on the day of the scores.
        inside.inside.clock.set(datetime.combine(DAY, time(12), UTC))
        yield Life(inside, org, mirror)


def test_decisions_stand_plans_show_and_what_ended_long_ago_goes(life: Life) -> None:
    """One story, for each refresh takes seconds."""
    dismissed, completed, snoozed, left, gone = (life.deal_without_amount(f"Deal {number}") for number in range(5))
    deals = {key: key.partition(":")[2] for key in (dismissed, completed, left, gone)}
    plans = life.inside.rows(
        'SELECT "Sidecar_Rep__c", "Id", "Sidecar_Amount__c" FROM "Sidecar_Plan__c"'
        f' WHERE "Sidecar_Quarter_Start__c" = \'{QUARTER}\' AND "Sidecar_Account__c" IS NULL'
        ' AND "Sidecar_Rep__c" IS NOT NULL ORDER BY 1, 2'
    )
    rep, changed, amount = plans[0]

    life.refresh()
    assert {life.action(key)["Status"] for key in (dismissed, completed, snoozed, left, gone)} == {"Open"}
    assert life.suggestion(dismissed).startswith("Fill in")
    plan, gap, summary, detail = life.projection(rep)
    assert json.loads(detail)["plan_change"] is None, "the rows are new"
    assert json.loads(summary)["number"] > 0
    assert life.refresh() == 0

    life.decide(dismissed, Status="Dismissed", Status_Reason="Not ours to say")
    life.decide(completed, Status="Completed")
    life.decide(snoozed, Status="Snoozed", Snoozed_Until="2026-12-24")
    life.inside.delete("Opportunity", deals[gone])
    life.inside.update("Sidecar_Plan__c", {"Id": changed, "Sidecar_Amount__c": amount + 70_000})
    life.refresh()
    today = DAY.isoformat()
    assert [life.action(key)["Status"] for key in (dismissed, completed, snoozed)] == [
        "Dismissed",
        "Completed",
        "Snoozed",
    ]
    assert [life.action(key)["Handled_On"] for key in (dismissed, completed, snoozed)] == [today, today, None]
    assert not life.suggestion(dismissed).startswith("Fill in")
    assert life.suggestion(left).startswith("Fill in")
    assert life.action(gone)["Outcome"] == "Cause gone"
    assert life.projection(rep)[:2] == (plan + 70_000, gap + 70_000)
    assert json.loads(life.projection(rep)[3])["plan_change"] == 70_000

    (account,) = life.inside.rows('SELECT "Id" FROM "Account" LIMIT 1')[0]
    (stage,) = life.inside.rows('SELECT "ApiName" FROM "OpportunityStage" WHERE "IsWon"')[0]
    won = {"StageName": stage, "Amount": 50_000}
    life.inside.update("Opportunity", {"Id": deals[completed], **won}, {"Id": deals[left], **won})
    life.inside.update("Opportunity", {"Id": deals[dismissed], "AccountId": account})
    life.inside.delete("Sidecar_Plan__c", *(plan for owner, plan, _ in plans if owner == rep))
    life.refresh()
    assert [life.action(key)["Status"] for key in (dismissed, f"{dismissed}~2")] == ["Dismissed", "Open"]
    assert [life.action(key)["Status"] for key in (completed, left)] == ["Completed", "Open"]
    assert [life.action(key)["Outcome"] for key in (completed, left)] == ["Won", "Won"]
    assert life.action(f"{completed}~2") == {}
    assert life.projection(rep)[:2] == (None, None)
    asked = 'SELECT "Sidecar_Subject__c" FROM "Sidecar_Action__c" WHERE "Sidecar_Kind__c" = \'Plan missing\''
    # of the rep, and of the administrator, to whom the new deals belong
    assert life.inside.rows(asked) == [("Enter the plan of Q4 FY 2026 for 1 rep",)] * 2

    held = life.inside.rows(KEYS)
    life.refresh(DAY - timedelta(days=10))
    assert set(held) <= set(life.inside.rows(KEYS)), "an earlier day knows nothing of the later rows"
    assert life.action(gone)["Outcome"] == "Cause gone"
    assert life.action(left)["Outcome"] == "Won"

    life.refresh(DAY + timedelta(days=181))
    assert life.action(gone) == {}
