"""Playbooks as proposals for the ranking of all actions."""

import pandas as pd

from scoring.actions.proposing import key_of, proposed
from scoring.actions.tables import PROPOSALS
from scoring.health.results import HealthScores
from scoring.lookup import keyed, looked_up

KIND = "Customer health"


def health_proposals(found: HealthScores, accounts: pd.DataFrame) -> pd.DataFrame:
    """What to do about customers' health: an `extra` of `scoring.actions.actions`.

    A proposal goes to the account's owner, its title says who acts (SC, CSM, AE, Support). What was handled comes back
    when the band changes.

    Args:
        found: health of accounts.
        accounts: `ACCOUNTS`.

    Returns:
        `PROPOSALS`, one per playbook.
    """
    rows = found.playbooks
    if not len(rows):
        return PROPOSALS.empty()
    scores = found.scores.set_index("account_id")
    return proposed(
        KIND,
        rows,
        key=key_of(KIND, rows["account_id"], rows["measure"]),
        owner_id=looked_up(rows["account_id"], keyed(accounts, "account_id", "owner_id")),
        title=rows["owner_role"] + ": " + rows["title"],
        cause=looked_up(rows["account_id"], scores["band"]) + " " + rows["measure"],
    )
