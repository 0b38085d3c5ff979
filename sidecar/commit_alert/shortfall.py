"""Accounts whose projection is below their commit, from what the last refresh found."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sidecar.book import deals
from sidecar.book.columns import Source, literal, sources
from sidecar.configuration import Configuration
from sync import Mirror

DEALS_SHOWN = 3


@dataclass(frozen=True)
class Committed:
    """An open deal of the account that its owner has committed.

    Attributes:
        record_id, name: of the deal; any text.
        arr: money of the corporate currency; None where the deal has none.
        probability: of being won in the quarter, 0 to 1; None before the first score.
    """

    record_id: str
    name: str
    arr: float | None
    probability: float | None


@dataclass(frozen=True)
class Shortfall:
    """An account that is projected below its commit. Money in the corporate currency.

    Attributes:
        account_id, name: of the account; any text.
        people: its owner and the owner's leader.
        quarter, starts: label and first day of the fiscal quarter.
        booked: so far in the quarter.
        projected: median of the quarter's final bookings.
        committed: booked and the open deals of the quarter in the forecast category Commit.
        deals: those deals, the largest first.
    """

    account_id: str
    name: str
    people: tuple[str, ...]
    quarter: str
    starts: date
    booked: float
    projected: float
    committed: float
    deals: tuple[Committed, ...]

    @property
    def short(self) -> float:
        """How much it is below."""
        return self.committed - self.projected

    @property
    def share(self) -> float:
        """The same as a share of the commit, 0 to 1."""
        return self.short / self.committed

    def records(self) -> set[str]:
        """All records that it names."""
        return {self.account_id, *(deal.record_id for deal in self.deals)}

    def limited_to(self, readable: Collection[str]) -> "Shortfall":
        """Without the deals that a person may not see."""
        return replace(self, deals=tuple(deal for deal in self.deals if deal.record_id in readable))


def shortfalls(mirror: Mirror, configuration: Configuration) -> list[Shortfall]:
    """All accounts that are at all below, the largest shortfall first.

    A deal that is past its close date counts as committed: its owner says so until it is closed or moved.
    """
    if not {"Sidecar_Projection__c", "Account", "Opportunity", "User"} <= set(mirror.table_names()):
        return []
    source = sources(mirror)
    account = source("Account")
    if "OwnerId" not in account.columns:
        return []
    query = _query(source("User"), account, deals.opportunities(source, configuration))
    found = mirror.connection.execute(query, {"category": configuration.actions.commit_category.casefold()})
    names = [column[0] for column in found.description or ()]
    return [_shortfall(dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _query(user: Source, account: Source, opportunities: str) -> str:
    unknown = literal("")
    return f"""
        WITH quarter AS (
            SELECT "Sidecar_Quarter_Start__c" AS starts, any_value("Sidecar_Quarter_Label__c") AS label,
                   any_value(CAST("Sidecar_Detail__c"->>'quarter_end' AS DATE)) AS ends
            FROM "Sidecar_Projection__c" GROUP BY 1 ORDER BY 1 DESC LIMIT 1
        ),
        deal AS ({opportunities}),
        promised AS (
            SELECT d.account_id, sum(d.arr) AS money, list({{
                       'record_id': d.opportunity_id, 'name': d.name, 'arr': d.arr,
                       'probability': o."Sidecar_Quarter_Probability__c" / 100
                   }} ORDER BY d.arr DESC NULLS LAST, d.opportunity_id)[:{DEALS_SHOWN}] AS deals
            FROM deal d JOIN "Opportunity" o ON o."Id" = d.opportunity_id CROSS JOIN quarter
            WHERE NOT d.is_closed AND lower(d.forecast_category) = $category AND CAST(d.close_date AS DATE) <= ends
            GROUP BY d.account_id
        ),
        account AS (
            SELECT "Id" AS account_id, "Name" AS name, "OwnerId" AS owner_id,
                   {account.money("Sidecar_Quarter_Booked__c")} AS booked,
                   {account.money("Sidecar_Quarter_Commit__c")} AS projected
            FROM {account.relation}
        )
        SELECT account_id, coalesce(account.name, {unknown}) AS name, owner_id,
               {user.get("ManagerId", "VARCHAR")} AS leader_id, coalesce(label, {unknown}) AS quarter, starts, booked,
               projected, booked + money AS committed, deals
        FROM account JOIN promised USING (account_id) CROSS JOIN quarter LEFT JOIN "User" u ON u."Id" = owner_id
        WHERE projected < committed AND committed > 0
        ORDER BY committed - projected DESC, account_id
    """


def _shortfall(row: dict[str, Any]) -> Shortfall:
    people = tuple(dict.fromkeys(user for user in (row.pop("owner_id"), row.pop("leader_id")) if user))
    return Shortfall(**row | {"people": people, "deals": tuple(Committed(**deal) for deal in row["deals"])})
