"""Accounts in a local org and in the mirror, and desired values for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from sync import CatalogueObject, ExplainedValue, Mirror, Org, Plan, Target, TargetField, explain, make_plan, pull

HEALTH, BAND, STAMP = "Sidecar_Health__c", "Sidecar_Health_Band__c", "Sidecar_Scored_At__c"
KEY, ACCOUNT, PLANNED = "Sidecar_Key__c", "Sidecar_Account__c", "Sidecar_Plan__c"
CATALOGUE = (
    CatalogueObject("Account", ("Name", HEALTH, BAND, STAMP)),
    CatalogueObject("Sidecar_Projection__c", (KEY, ACCOUNT, PLANNED)),
)
TARGETS = (
    Target("Account", "Id", (TargetField(HEALTH, step=1.0), TargetField(BAND)), stamp=STAMP),
    Target("Sidecar_Projection__c", KEY, (TargetField(ACCOUNT), TargetField(PLANNED)), parent=ACCOUNT),
)
NOW = datetime.fromisoformat("2026-11-22T10:00:00")


@dataclass
class Desk:
    """The org, its mirror, and the steps of a refresh."""

    org: Org
    mirror: Mirror
    ids: list[str]
    waits: list[float]

    def desired(self, count: int | None = None, **more: Any) -> dict[str, pa.Table]:
        """A health for each account and one projection record of each."""
        ids = self.ids[:count]
        healths = [float(10 + i) for i in range(len(ids))]
        account = {"Id": ids, HEALTH: healths, BAND: ["Red"] * len(ids), STAMP: [NOW] * len(ids)}
        projection = {KEY: [f"p-{i}" for i in range(len(ids))], ACCOUNT: ids, PLANNED: [h * 1.5 for h in healths]}
        return {"Account": pa.table(account | more), "Sidecar_Projection__c": pa.table(projection)}

    def pull(self) -> None:
        """Bring the org's changes into the mirror."""
        pull(self.org, self.mirror, CATALOGUE)

    def plan(self, desired: dict[str, pa.Table] | None = None, **options: bool) -> Plan:
        """What would be written."""
        return make_plan(self.mirror, TARGETS, desired or self.desired(), **options)

    def explained(self, account: str) -> dict[str, ExplainedValue]:
        """What the plan makes of one account, by field."""
        found = explain(self.mirror, TARGETS[0], self.desired()["Account"], account)
        assert found is not None
        return {value.field: value for value in found.values}


@pytest.fixture
def desk(local, connected: Org, mirror: Mirror) -> Desk:
    """Six accounts, pulled; the client never really waits."""
    waits: list[float] = []
    connected.session.pause = waits.append
    ids = local.insert("Account", *({"Name": f"A{i}"} for i in range(6)))
    made = Desk(connected, mirror, ids, waits)
    made.pull()
    return made
