"""All actions that the book, its scores and the projection give reason for."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from scoring.actions.accounts import account_proposals
from scoring.actions.deals import deal_proposals
from scoring.actions.quarter_plan import coverage_proposals, plan_proposals
from scoring.actions.ranking import ranked
from scoring.actions.settings import ActionSettings
from scoring.actions.tables import PROPOSALS
from scoring.as_of import assets_known_at
from scoring.book import Book, validate
from scoring.lookup import looked_up
from scoring.quarter import Quarter
from scoring.results import DealScores


def actions(
    book: Book,
    scored: DealScores,
    projection: pd.DataFrame,
    as_of: pd.Timestamp,
    quarter: Quarter,
    settings: ActionSettings | None = None,
    extra: Sequence[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Propose actions and rank them all together.

    An action goes to the owner of its deal or customer; to the owner's manager where the owner is not active any more,
    and to nobody where there is none.

    Args:
        book: stages, accounts, assets and users are read.
        scored: result of `score_deals` for the same book, day and quarter.
        projection: result of `project_quarter` for the same.
        as_of: a day.
        quarter: the quarter.
        settings: thresholds; the defaults when not given.
        extra: proposals of others, each a table of `PROPOSALS`.

    Returns:
        `ACTIONS`, the most important first. What people have done about them is the matter of `follow_up`.

    Raises:
        ScoringInputError: a table does not have the documented form, or a key is proposed twice.
    """
    settings = settings or ActionSettings()
    checked = validate(book)
    known = replace(checked, assets=assets_known_at(checked.assets, as_of))
    parts = [
        deal_proposals(known, scored, as_of, quarter, settings),
        account_proposals(known, scored, as_of, quarter, settings),
        coverage_proposals(projection, as_of, quarter, settings),
        plan_proposals(known, projection, quarter),
        *(PROPOSALS.conform(frame) for frame in extra),
    ]
    proposals = PROPOSALS.conform(pd.concat(parts, ignore_index=True))
    proposals["owner_id"] = _active(proposals["owner_id"], known.users)
    return ranked(proposals, projection, as_of, settings)


def _active(owners: "pd.Series[str]", users: pd.DataFrame) -> "pd.Series[str]":
    """The owners, in place of inactive ones their managers; an owner who is not among the users is taken as active."""
    people = users.set_index("user_id")
    inactive = owners.isin(people.index[~people["is_active"]])
    manager = looked_up(owners, people["manager_id"])
    return owners.mask(inactive, manager.where(manager.isin(people.index[people["is_active"]])))
