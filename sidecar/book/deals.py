"""Deals and what hangs on them: opportunities, stage history, stages, lines, roles, activities."""

from collections.abc import Callable

from sidecar.book.columns import Source, literal
from sidecar.configuration import Configuration

Sources = Callable[[str], Source]

CATEGORY_NAMES = {"BestCase": "Best Case", "MostLikely": "Most Likely", "Forecast": "Commit"}
"""Forecast categories whose code differs from their name."""


def opportunities(source: Sources, configuration: Configuration) -> str:
    """SQL of the opportunities with segment, main pillar and ARR.

    ARR is the configured field, else the lines' price per year where a term is configured, else the amount.
    """
    deal = source("Opportunity")
    mapping = configuration.mapping
    by_type = " ".join(
        f"WHEN {literal(word)} THEN {literal(segment)}" for word, segment in configuration.segments.by_type().items()
    )
    own_arr = deal.money(mapping.opportunity.arr) if mapping.opportunity.arr else "lines.arr"
    fallback = deal.money("Amount")
    return f"""
        WITH line AS ({lines(source, configuration)}),
        pillars AS (
            SELECT opportunity_id, pillar, sum(total_price) AS price FROM line WHERE pillar IS NOT NULL GROUP BY ALL
        ),
        lines AS (
            SELECT opportunity_id, sum(arr) AS arr FROM line GROUP BY opportunity_id
        ),
        main AS (
            SELECT opportunity_id, arg_max(pillar, (coalesce(price, 0), pillar)) AS pillar FROM pillars GROUP BY ALL
        )
        SELECT "Id" AS opportunity_id, "AccountId" AS account_id, "OwnerId" AS owner_id, "Name" AS name,
               "StageName" AS stage, {deal.money("Amount")} AS amount,
               coalesce({own_arr}, {fallback}) AS arr,
               {deal.get("CloseDate", "TIMESTAMP")} AS close_date,
               {deal.get("CreatedDate", "TIMESTAMP")} AS created_date,
               {deal.get("IsClosed", "BOOLEAN")} AS is_closed, {deal.get("IsWon", "BOOLEAN")} AS is_won,
               CASE lower({deal.get(mapping.opportunity.type, "VARCHAR")}) {by_type} END AS segment,
               main.pillar AS pillar,
               {forecast_category(deal)} AS forecast_category,
               {deal.get("NextStep", "VARCHAR")} AS next_step,
               {deal.get("LastActivityDate", "TIMESTAMP")} AS last_activity_date,
               {deal.get("Probability", "DOUBLE")} / 100 AS probability,
               {deal.get("CurrencyIsoCode", "VARCHAR")} AS currency
        FROM {deal.relation}
        LEFT JOIN lines ON lines.opportunity_id = "Id"
        LEFT JOIN main ON main.opportunity_id = "Id"
        ORDER BY "Id"
    """


def predictors(source: Sources, configuration: Configuration) -> str:
    """SQL of the fields that the configuration names as predictors of a win: one row per deal and field filled in."""
    deal = source("Opportunity")
    parts = [
        f"""SELECT "Id" AS opportunity_id, {literal(name)} AS name, {deal.get(column, "VARCHAR")} AS value
            FROM {deal.relation}"""
        for name, column in configuration.mapping.opportunity.predictors.items()
    ]
    nothing = "SELECT CAST(NULL AS VARCHAR) AS opportunity_id, NULL AS name, CAST(NULL AS VARCHAR) AS value"
    return f"SELECT * FROM ({' UNION ALL '.join(parts or [nothing])}) WHERE value IS NOT NULL ORDER BY ALL"


def lines(source: Sources, configuration: Configuration) -> str:
    """SQL of the line items with pillar and ARR (null without a configured term: the amount is taken as yearly)."""
    line, product = source("OpportunityLineItem"), source("Product2")
    term = configuration.mapping.line.term_months
    total = line.money("TotalPrice")
    arr = f"{total} / nullif({line.get(term, 'DOUBLE')}, 0) * 12" if term else "CAST(NULL AS DOUBLE)"
    return f"""
        WITH product AS (
            SELECT {product.get("Id", "VARCHAR")} AS product_key,
                   {product.get(configuration.mapping.product.pillar, "VARCHAR")} AS product_pillar
            FROM {product.relation}
        )
        SELECT {line.get("OpportunityId", "VARCHAR")} AS opportunity_id, product_pillar AS pillar,
               {line.get("Product2Id", "VARCHAR")} AS product_id, {line.get("Quantity", "DOUBLE")} AS quantity,
               {total} AS total_price, {arr} AS arr, {line.get("CreatedDate", "TIMESTAMP")} AS created_date
        FROM {line.relation} LEFT JOIN product ON product_key = {line.get("Product2Id", "VARCHAR")}
        ORDER BY {line.get("Id", "VARCHAR")}
    """


def stage_history(source: Sources) -> str:
    """SQL of the stage history: one row per change with all values after it."""
    history = source("OpportunityHistory")
    return f"""
        SELECT {history.get("OpportunityId", "VARCHAR")} AS opportunity_id,
               {history.get("CreatedDate", "TIMESTAMP")} AS changed_at, {history.get("StageName", "VARCHAR")} AS stage,
               {history.money("Amount")} AS amount, {history.get("CloseDate", "TIMESTAMP")} AS close_date,
               {history.get("Probability", "DOUBLE")} / 100 AS probability,
               {forecast_category(history)} AS forecast_category,
               {history.money("ExpectedRevenue")} AS expected_revenue
        FROM {history.relation} ORDER BY opportunity_id, changed_at, {history.get("Id", "VARCHAR")}
    """


def forecast_category(source: Source) -> str:
    """SQL of the forecast category by its name, also where the org gives the code behind it (`Forecast` is Commit)."""
    code = source.get("ForecastCategory", "VARCHAR")
    named = " ".join(f"WHEN {literal(key)} THEN {literal(name)}" for key, name in CATEGORY_NAMES.items())
    return f"coalesce(CASE {code} {named} ELSE {code} END, {source.get('ForecastCategoryName', 'VARCHAR')})"


def stages(source: Sources) -> str:
    """SQL of the org's sales stages in their order."""
    stage = source("OpportunityStage")
    return f"""
        SELECT coalesce({stage.get("ApiName", "VARCHAR")}, {stage.get("MasterLabel", "VARCHAR")}) AS stage,
               {stage.get("SortOrder", "BIGINT")} AS sort_order, {stage.get("IsClosed", "BOOLEAN")} AS is_closed,
               {stage.get("IsWon", "BOOLEAN")} AS is_won,
               {stage.get("DefaultProbability", "DOUBLE")} / 100 AS default_probability,
               {forecast_category(stage)} AS forecast_category,
               {stage.get("IsActive", "BOOLEAN")} AS is_active
        FROM {stage.relation} ORDER BY sort_order, stage
    """


def roles(source: Sources) -> str:
    """SQL of the people on a deal."""
    role = source("OpportunityContactRole")
    return f"""
        SELECT {role.get("OpportunityId", "VARCHAR")} AS opportunity_id,
               {role.get("ContactId", "VARCHAR")} AS contact_id,
               {role.get("Role", "VARCHAR")} AS role,
               coalesce({role.get("IsPrimary", "BOOLEAN")}, FALSE) AS is_primary,
               {role.get("CreatedDate", "TIMESTAMP")} AS created_date
        FROM {role.relation} ORDER BY opportunity_id, contact_id
    """


def activities(source: Sources) -> str:
    """SQL of tasks and events; `opportunity_id` where they hang on a deal."""

    def part(name: str, kind: str, closed: str) -> str:
        item = source(name)
        what = item.get("WhatId", "VARCHAR")
        return f"""
            SELECT {item.get("Id", "VARCHAR")} AS activity_id, {item.get("AccountId", "VARCHAR")} AS account_id,
                   CASE WHEN {what} LIKE '006%' THEN {what} END AS opportunity_id, {kind} AS kind,
                   {item.get("Subject", "VARCHAR")} AS subject,
                   {item.get("ActivityDate", "TIMESTAMP")} AS activity_date, {closed} AS is_closed
            FROM {item.relation}
        """

    task = source("Task")
    call = f"coalesce({task.get('TaskSubtype', 'VARCHAR')}, 'Task')"
    return f"""{part("Task", call, task.get("IsClosed", "BOOLEAN"))}
        UNION ALL {part("Event", "'Event'", "TRUE")} ORDER BY activity_id"""
