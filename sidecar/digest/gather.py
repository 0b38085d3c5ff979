"""Digests from the mirror: what the last refresh wrote, by person."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from scoring.health.proposals import KIND as HEALTH
from sidecar.book.columns import sources
from sidecar.delivery.words import with_days
from sidecar.digest.content import Digest, Figures, Item, Week
from sync import Mirror

CANDIDATES = 40
"""Lines of a kind that are looked at for one person: what the person may not see is left out of them."""

_MOVED = {
    "won": "won",
    "lost": "lost",
    "slipped": "slipped out of the quarter",
    "pulled_in": "pulled in",
    "new": "new deals",
    "resized": "deals re-sized",
    "rescored": "probabilities",
    "new_business": "business still to come",
    "range": "spread of the outcomes",  # the projection is their median, the causes are of their mean
}
_DATA = ("Missing data", "No next step", "Past close date", "Renewal without next step", "Renewal missing")

# A leader's people: all below, at any height.
_PEOPLE = """
    WITH RECURSIVE below(id) AS (
        SELECT $user UNION SELECT u."Id" FROM "User" u JOIN below ON u."ManagerId" = below.id WHERE $team
    )
"""
_ROWS = """
    SELECT p."Sidecar_Scope__c" AS scope, u."Id" AS user_id, u."Name" AS name, p."Sidecar_Quarter_Label__c" AS quarter,
           p."Sidecar_Plan__c" AS plan, p."Sidecar_Booked__c" AS booked, p."Sidecar_Commit__c" AS "commit",
           p."Sidecar_Worst__c" AS worst, p."Sidecar_Best__c" AS best, p."Sidecar_Gap__c" AS gap,
           p."Sidecar_Detail__c" AS detail, p."Sidecar_Curve__c" AS curve
    FROM "Sidecar_Projection__c" p JOIN "User" u ON u."Id" = p."Sidecar_Rep__c"
    WHERE u."IsActive" AND p."Sidecar_Segment__c" = 'All' AND p."Sidecar_Scope__c" IN ('Rep', 'Team')
      AND p."Sidecar_Quarter_Start__c" = (SELECT max("Sidecar_Quarter_Start__c") FROM "Sidecar_Projection__c")
    ORDER BY u."Name", u."Id", scope
"""
_AT_RISK = f"""{_PEOPLE}
    SELECT o."Id" AS record_id, o."Name" AS title, replace(o."Sidecar_Risk_Tags__c", ';', ', ') AS detail,
           {{money}} AS amount, CAST(o."CloseDate" AS DATE) AS due, CASE WHEN $team THEN u."Name" END AS owner
    FROM {{deals}} o LEFT JOIN "User" u ON u."Id" = o."OwnerId"
    WHERE o."OwnerId" IN (SELECT id FROM below) AND NOT o."IsClosed"
      AND o."Sidecar_Risk_Tags__c" IS NOT NULL AND o."Sidecar_Quarter_Probability__c" > 0
    ORDER BY amount DESC NULLS LAST, o."Id" LIMIT {CANDIDATES}
"""
# Health's worth is ARR that is kept over a year, nothing that closes the quarter's gap: it comes after what does.
_ACTIONS = f"""{_PEOPLE}
    SELECT coalesce(a."Sidecar_Opportunity__c", a."Sidecar_Account__c") AS record_id, a."Sidecar_Subject__c" AS title,
           coalesce(o."Name", c."Name", '') || coalesce(': ' || a."Sidecar_Reason__c", '') AS detail,
           a."Sidecar_Impact__c" AS amount, CAST(a."Sidecar_Due_Date__c" AS DATE) AS due,
           CASE WHEN $team THEN u."Name" END AS owner
    FROM "Sidecar_Action__c" a LEFT JOIN "Opportunity" o ON o."Id" = a."Sidecar_Opportunity__c"
    LEFT JOIN "Account" c ON c."Id" = a."Sidecar_Account__c" LEFT JOIN "User" u ON u."Id" = a."Sidecar_Assignee__c"
    WHERE a."Sidecar_Assignee__c" IN (SELECT id FROM below) AND a."Sidecar_Status__c" = 'Open'
      AND a."Sidecar_Impact__c" > 0 AND coalesce(a."Sidecar_Opportunity__c", a."Sidecar_Account__c") IS NOT NULL
    ORDER BY a."Sidecar_Kind__c" = '{HEALTH}', amount DESC, a."Sidecar_Order__c", a."Sidecar_Key__c" LIMIT {CANDIDATES}
"""
_TO_FIX = f"""{_PEOPLE}
    SELECT "Sidecar_Kind__c", count(*) FROM "Sidecar_Action__c"
    WHERE "Sidecar_Assignee__c" IN (SELECT id FROM below) AND "Sidecar_Status__c" = 'Open'
      AND list_contains($kinds, "Sidecar_Kind__c") GROUP BY 1 ORDER BY 2 DESC, 1
"""


def digests(mirror: Mirror) -> Iterator[Digest]:
    """A digest for each active person with a projection: of the team for those who lead one, else of the own deals.

    Lines about records are as many as may be looked at, not yet those that are shown (see `Digest.limited_to`).
    """
    if "Sidecar_Projection__c" not in mirror.table_names():
        return
    rows = _dicts(mirror, _ROWS, {})
    leaders = {row["user_id"] for row in rows if row["scope"] == "Team"}
    for row in rows:
        team = row["scope"] == "Team"
        if team or row["user_id"] not in leaders:
            yield _digest(mirror, row, team)


def _digest(mirror: Mirror, row: dict[str, Any], team: bool) -> Digest:
    detail = json.loads(row["detail"] or "{}")
    change = detail.get("change") or {}
    deal = sources(mirror)("Opportunity")
    at_risk = _AT_RISK.format(deals=deal.relation, money=deal.money("Sidecar_Forecast_ARR__c"))
    people = {"user": row["user_id"], "team": team}
    to_fix = mirror.connection.execute(_TO_FIX, {**people, "kinds": list(_DATA)}).fetchall()
    return Digest(
        user_id=row["user_id"],
        name=row["name"],
        team=team,
        quarter=row["quarter"] or "",
        whole=_figures("All", row),
        since=_day(detail.get("since")),
        moved={word: change[key] for key, word in _MOVED.items() if change.get(key)},
        plan_change=detail.get("plan_change"),
        weeks=tuple(_week(week) for week in json.loads(row["curve"] or "{}").get("weeks") or ()),
        ends=_day(detail.get("quarter_end")),
        segments=tuple(_figures(part["segment"], part) for part in detail.get("segments") or ()),
        at_risk=_items(mirror, at_risk, people),
        actions=tuple(_in_words(item) for item in _items(mirror, _ACTIONS, people)),
        to_fix=dict(to_fix),
    )


def _figures(name: str, row: dict[str, Any]) -> Figures:
    booked, worst, commit, best = (float(row[key] or 0) for key in ("booked", "worst", "commit", "best"))
    return Figures(name, row["plan"], booked, worst, commit, best, row["gap"])


def _week(week: dict[str, Any]) -> Week:
    booked, worst, commit, best = (float(week[key] or 0) for key in ("booked", "worst", "commit", "best"))
    return Week(date.fromisoformat(week["date"]), booked, worst, commit, best)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _items(mirror: Mirror, query: str, people: dict[str, Any]) -> tuple[Item, ...]:
    return tuple(Item(**row) for row in _dicts(mirror, query, people))


def _in_words(action: Item) -> Item:
    return replace(action, title=with_days(action.title), detail=with_days(action.detail))


def _dicts(mirror: Mirror, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    found = mirror.connection.execute(query, values or None)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
