"""Plans: the package's own records, and the quotas of the org's forecasting where it uses them."""

import pandas as pd

from sidecar.book.columns import literal
from sidecar.book.deals import Sources
from sidecar.configuration import Configuration


def own_plans(source: Sources) -> str:
    """SQL of the plan by rep (or account), quarter, segment and pillar; one in a currency without a rate is none."""
    plan = source("Sidecar_Plan__c")
    amount = plan.money("Sidecar_Amount__c")

    def own(name: str, sql_type: str) -> str:
        return plan.get(f"Sidecar_{name}__c", sql_type)

    return f"""
        SELECT {own("Rep", "VARCHAR")} AS rep_id, {own("Account", "VARCHAR")} AS account_id,
               {own("Quarter_Start", "TIMESTAMP")} AS quarter_start, {own("Segment", "VARCHAR")} AS segment,
               {own("Pillar", "VARCHAR")} AS pillar, {amount} AS amount
        FROM {plan.relation} WHERE {amount} IS NOT NULL ORDER BY {plan.get("Id", "VARCHAR")}
    """


def quotas(source: Sources, configuration: Configuration) -> str:
    """SQL of the quotas in money of one forecasting type: rep_id, day (the first of the period), pillar, amount.

    The type is the configured one, else the active one with the most quotas; the amounts of several would count a deal
    more than once. A quota of a type by product family is that of a pillar.
    """
    quota, kind = source("ForecastingQuota"), source("ForecastingType")
    named = configuration.mapping.forecasting_type
    chosen = f"name = {literal(named)}" if named else "is_active"
    return f"""
        WITH kind AS (
            SELECT {kind.get("Id", "VARCHAR")} AS kind, {kind.get("DeveloperName", "VARCHAR")} AS name,
                   coalesce({kind.get("IsActive", "BOOLEAN")}, TRUE) AS is_active
            FROM {kind.relation}
        ),
        quota AS (
            SELECT {quota.get("QuotaOwnerId", "VARCHAR")} AS rep_id, {quota.get("StartDate", "TIMESTAMP")} AS day,
                   {quota.get("ProductFamily", "VARCHAR")} AS pillar, {quota.money("QuotaAmount")} AS amount,
                   coalesce(name, '') AS name, coalesce(is_active, TRUE) AS is_active
            FROM {quota.relation} LEFT JOIN kind ON kind.kind = {quota.get("ForecastingTypeId", "VARCHAR")}
            WHERE {quota.get("QuotaAmount", "DOUBLE")} IS NOT NULL
        )
        SELECT rep_id, day, pillar, amount FROM quota
        WHERE name = (SELECT name FROM quota WHERE {chosen} GROUP BY name ORDER BY count(*) DESC, name LIMIT 1)
          AND rep_id IS NOT NULL AND amount IS NOT NULL
        ORDER BY rep_id, day, pillar
    """


def joined(own: pd.DataFrame, quota: pd.DataFrame, users: pd.DataFrame, quarters: pd.DataFrame) -> pd.DataFrame:
    """Own plans and, for reps and quarters without one, quotas.

    Quotas of shorter periods add up to the quarter in which they begin. A manager's quota is the team's and would count
    the reps' twice, so it is left out where somebody below has one in the same quarter. Quotas name no segment.

    Args:
        own: result of `own_plans`.
        quota: result of `quotas`.
        users: `USERS`.
        quarters: fiscal quarters (`label`, `start`, `end`) that cover the quotas; others are left out.

    Returns:
        `PLANS`.
    """
    at = pd.IntervalIndex.from_arrays(quarters["start"], quarters["end"], closed="both").get_indexer(
        pd.Index(quota["day"])
    )
    start = quarters["start"].reindex(at).set_axis(quota.index)
    rows = quota.assign(quarter_start=start)[start.notna()]
    sums = rows.groupby(["rep_id", "quarter_start", "pillar"], dropna=False, sort=True)["amount"].sum().reset_index()
    taken = own.loc[own["rep_id"].notna(), ["rep_id", "quarter_start"]].drop_duplicates()
    left_out = pd.concat([taken, _above(sums, users)]).drop_duplicates()
    found = sums.merge(left_out, on=["rep_id", "quarter_start"], how="left", indicator=True)
    kept = found.loc[found["_merge"] == "left_only", ["rep_id", "quarter_start", "pillar", "amount"]]
    if kept.empty:
        return own
    return pd.concat(
        [own, kept.assign(account_id=None, segment=None)[own.columns].astype(own.dtypes)], ignore_index=True
    )


def _above(sums: pd.DataFrame, users: pd.DataFrame) -> pd.DataFrame:
    """The managers, at any height, of those with a quota in a quarter."""
    manager = users.set_index("user_id")["manager_id"]
    level = sums[["rep_id", "quarter_start"]].drop_duplicates()
    found = [level.head(0)]
    for _ in range(len(users)):
        above = manager.reindex(level["rep_id"]).to_numpy()
        level = level.assign(rep_id=above).dropna(subset=["rep_id"]).drop_duplicates()
        if level.empty or level.merge(pd.concat(found), how="left", indicator=True)["_merge"].eq("both").all():
            break
        found.append(level)
    return pd.concat(found)
