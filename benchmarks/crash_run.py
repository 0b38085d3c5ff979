"""The run that `benchmarks.crash` kills: pull, plan, write back, each through the public functions of `sync`.

The values that are written are computed from what was pulled, so a pull that missed a change shows in the org.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from localorg.server import credentials
from sync import CatalogueObject, Mirror, Org, OrgSettings, Target, TargetField, make_plan, pull, write_back

DEAL, OWN, KEY = "Opportunity", "Sidecar_Projection__c", "Sidecar_Key__c"
UNFINISHED = 3
"""Exit code of a run that left rows to the next one, because another request of the org had locked them."""
_PROBABILITY, _ACTION, _STAMP = "Sidecar_Win_Probability__c", "Sidecar_Suggested_Action__c", "Sidecar_Scored_At__c"
_ACCOUNT, _PLAN = "Sidecar_Account__c", "Sidecar_Plan__c"
_CATALOGUE = (
    CatalogueObject("Account", ("Name",)),
    CatalogueObject(DEAL, ("Name", "AccountId", "Amount", _PROBABILITY, _ACTION, _STAMP)),
    CatalogueObject(OWN, (KEY, _ACCOUNT, _PLAN)),
)
_TARGETS = (
    Target(DEAL, "Id", (TargetField(_PROBABILITY), TargetField(_ACTION)), stamp=_STAMP, parent="AccountId"),
    Target(OWN, KEY, (TargetField(_ACCOUNT), TargetField(_PLAN)), parent=_ACCOUNT),
)
_SCORED_AT = datetime.fromisoformat("2026-11-22T10:00:00")
_DEALS_PER_OWN_RECORD = 10


@dataclass(frozen=True)
class Order:
    """One run of a world.

    Parameters
    ----------
    state : folder of the world: the local org's state, and `mirror.duckdb`.
    bulk_threshold : as `pull` and `write_back` take it.
    die_at : commit point ("before ..." or "after ...") where the process kills itself, empty for none.
    """

    state: Path
    bulk_threshold: int
    die_at: str = ""

    @property
    def mirror(self) -> Path:
        """The mirror's file."""
        return self.state / "mirror.duckdb"

    @property
    def points(self) -> Path:
        """Where a run notes the commit points that it passed."""
        return self.state / "points.txt"


def run(order: Order) -> None:
    """Do one run in this process, and end the process: with 0 when the org holds all, with `UNFINISHED` when not."""
    try:
        with _connected(order.state) as org, Mirror.open(order.mirror) as mirror, order.points.open("w") as points:
            mirror.at_commit = _watch(order.die_at, lambda name: print(name, file=points))
            pull(org, mirror, _CATALOGUE, bulk_threshold=order.bulk_threshold).check_needed()
            plan = make_plan(mirror, _TARGETS, _desired(mirror))
            done = write_back(org, mirror, plan, run_id=uuid.uuid4().hex, bulk_threshold=order.bulk_threshold)
    except Exception:
        traceback.print_exc()
        sys.exit(1)
    sys.exit(0 if done.complete else UNFINISHED)


def first_pull(order: Order) -> None:
    """Fill the mirror, before anything of the org changes."""
    with _connected(order.state) as org, Mirror.open(order.mirror) as mirror:
        pull(org, mirror, _CATALOGUE)


def _connected(state: Path) -> Org:
    found = credentials(state)
    return Org.connect(OrgSettings(found.login_url, found.username, found.consumer_key, found.private_key_file))


def _watch(die_at: str, note: Callable[[str], None]) -> Callable[[str], None]:
    def check(name: str) -> None:
        if name == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        note(name)

    return check


def _desired(mirror: Mirror) -> dict[str, pa.Table]:
    query = f'SELECT Id, AccountId, Amount FROM main."{DEAL}" ORDER BY Id'
    rows = mirror.connection.execute(query).fetchall()
    deals = {
        "Id": [deal for deal, _, _ in rows],
        "AccountId": [account for _, account, _ in rows],
        _PROBABILITY: [amount % 997 / 10 for _, _, amount in rows],
        _ACTION: [f"Offer {amount:.2f}, and not more" for _, _, amount in rows],
        _STAMP: [_SCORED_AT] * len(rows),
    }
    chosen = rows[::_DEALS_PER_OWN_RECORD]
    own = {
        KEY: [f"crash-{deal}" for deal, _, _ in chosen],
        _ACCOUNT: [account for _, account, _ in chosen],
        _PLAN: [amount for _, _, amount in chosen],
    }
    return {DEAL: pa.table(deals), OWN: pa.table(own)}
