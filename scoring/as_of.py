"""The book as it stood at the end of a past day."""

from dataclasses import replace

import pandas as pd

from scoring.book import Book
from scoring.deal_states import DealStates, deal_states, microseconds
from scoring.lookup import looked_up


def known_at(book: Book, as_of: pd.Timestamp, states: DealStates | None = None) -> Book:
    """The book as it stood at the end of the day `as_of`; nothing that happened later is left in.

    - Deals: those created by then, with stage, amount, close date, probability and forecast category of then; what is
      done where the history has gaps, and that ARR is scaled with the amount, stands in `scoring.deal_states`. The
      next step has no history and is emptied where the deal changed later; the last activity is that of then.
    - History, activities and usage: what bears a day or moment up to then; the history in the order of
      `ordered_history`.
    - Lines and roles: those created by then, or without a date of creation. Their other values are today's, and those
      removed since are not known.
    - Cases: those created by then; one closed later is open, its status of then unknown. Priority and escalation are
      today's.
    - Assets by install date (else creation), contracts and deployments by their start; a deployment completed later is
      in progress. Their status, ends and counts are today's otherwise.
    - Accounts, users, owners, segments, stages and plans have no history: they are today's.

    Args:
        book: a validated book.
        as_of: a day.
        states: result of `deal_states(book)`, for callers that ask for many days.
    """
    end = as_of.normalize() + pd.Timedelta(days=1)
    states = states or deal_states(book)
    activities = _before(book.activities, "activity_date", end)
    return replace(
        book,
        opportunities=_deals(states, activities, end),
        stage_history=_before(states.ordered, "changed_at", end),
        activities=activities,
        usage=_before(book.usage, "week_start", end),
        lines=_before(book.lines, "created_date", end),
        roles=_before(book.roles, "created_date", end),
        contracts=_before(book.contracts, "start_date", end),
        assets=assets_known_at(book.assets, as_of),
        cases=_cases(_before(book.cases, "created_date", end), end),
        deployments=_deployments(_before(book.deployments, "started_on", end), end),
    )


def assets_known_at(assets: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The assets of `known_at`: those installed, else created, by the end of the day `as_of`, or without a date."""
    end = as_of.normalize() + pd.Timedelta(days=1)
    began = assets["install_date"].fillna(assets["created_date"])
    return assets[~(began >= end)].reset_index(drop=True)


def _before(table: pd.DataFrame, date: str, end: pd.Timestamp) -> pd.DataFrame:
    """The rows that are dated before `end`, or not at all."""
    return table[~(table[date] >= end)].reset_index(drop=True)


def _deals(states: DealStates, activities: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    state, _ = states.at(microseconds(pd.Series([end])))
    deals = states.deals.take(states.deal[state]).reset_index(drop=True)
    changed_later = pd.Series(~states.today[state], dtype="bool")
    deals = deals.assign(**states.values(state))
    deals["next_step"] = deals["next_step"].mask(changed_later)
    last = activities.groupby("opportunity_id")["activity_date"].max()
    seen = deals["last_activity_date"]
    deals["last_activity_date"] = seen.where(seen < end, looked_up(deals["opportunity_id"], last)).where(seen.notna())
    return deals


def _cases(cases: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    later = cases["closed_date"] >= end
    return cases.assign(
        is_closed=cases["is_closed"] & ~later,
        closed_date=cases["closed_date"].mask(later),
        status=cases["status"].mask(later),
    )


def _deployments(deployments: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    later = deployments["completed_on"] >= end
    return deployments.assign(
        completed_on=deployments["completed_on"].mask(later), status=deployments["status"].mask(later, "In Progress")
    )
