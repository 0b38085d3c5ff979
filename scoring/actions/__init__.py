"""What to do next: proposed from deals, customers and plans, ranked together, followed up over time."""

from scoring.actions.follow_up import FollowUp, follow_up
from scoring.actions.propose import actions
from scoring.actions.settings import ActionSettings
from scoring.actions.tables import ACTIONS, PROPOSALS, RECORDS

__all__ = ["ACTIONS", "PROPOSALS", "RECORDS", "ActionSettings", "FollowUp", "actions", "follow_up"]
