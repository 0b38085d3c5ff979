"""Accounts and what tells their health: assets, usage, deployments, cases; and the people who own them."""

from scoring.book import USAGE
from sidecar.book.columns import Source
from sidecar.book.deals import Sources
from sidecar.configuration import Configuration

SAME_WEEK = """fed.account_id = own.account_id AND fed.product IS NOT DISTINCT FROM own.product
            AND fed.week_start = own.week_start"""


def accounts(source: Sources) -> str:
    """SQL of the accounts."""
    account = source("Account")
    return f"""
        SELECT "Id" AS account_id, "Name" AS name, {account.get("Industry", "VARCHAR")} AS industry,
               {account.get("NumberOfEmployees", "DOUBLE")} AS employees,
               {account.money("AnnualRevenue")} AS annual_revenue,
               {account.get("OwnerId", "VARCHAR")} AS owner_id,
               {account.get("ParentId", "VARCHAR")} AS parent_id, {account.get("BillingCountry", "VARCHAR")} AS country
        FROM {account.relation} ORDER BY "Id"
    """


def users(source: Sources) -> str:
    """SQL of the users."""
    user = source("User")
    return f"""
        SELECT "Id" AS user_id, "Name" AS name, {user.get("ManagerId", "VARCHAR")} AS manager_id,
               {user.get("IsActive", "BOOLEAN")} AS is_active
        FROM {user.relation} ORDER BY "Id"
    """


def assets(source: Sources, configuration: Configuration) -> str:
    """SQL of what customers own; ARR is the configured field, else price x quantity."""
    asset, product = source("Asset"), source("Product2")
    own_arr = asset.money(configuration.mapping.asset.arr)
    computed = f"{asset.money('Price')} * coalesce({asset.get('Quantity', 'DOUBLE')}, 1)"
    return f"""
        WITH product AS (
            SELECT {product.get("Id", "VARCHAR")} AS product_key,
                   {product.get("Name", "VARCHAR")} AS product_name,
                   {product.get(configuration.mapping.product.pillar, "VARCHAR")} AS product_pillar
            FROM {product.relation}
        )
        SELECT {asset.get("Id", "VARCHAR")} AS asset_id, {asset.get("AccountId", "VARCHAR")} AS account_id,
               coalesce(product_name, {asset.get("Name", "VARCHAR")}) AS product, product_pillar AS pillar,
               {asset.get("Status", "VARCHAR")} AS status, {asset.get("Quantity", "DOUBLE")} AS quantity,
               coalesce({own_arr}, {computed}) AS arr, {asset.get("InstallDate", "TIMESTAMP")} AS install_date,
               {asset.get("UsageEndDate", "TIMESTAMP")} AS usage_end_date,
               {asset.get("CreatedDate", "TIMESTAMP")} AS created_date
        FROM {asset.relation} LEFT JOIN product ON product_key = {asset.get("Product2Id", "VARCHAR")}
        ORDER BY asset_id
    """


def contracts(source: Sources, configuration: Configuration) -> str:
    """SQL of the contracts; an end that the org does not give is computed from start and term."""
    contract, mapping = source("Contract"), configuration.mapping.contract
    start, term = contract.get("StartDate", "TIMESTAMP"), contract.get("ContractTerm", "INTEGER")
    end = f"coalesce({contract.get('EndDate', 'TIMESTAMP')}, {start} + to_months({term}) - INTERVAL 1 DAY)"
    return f"""
        SELECT {contract.get("Id", "VARCHAR")} AS contract_id, {contract.get("AccountId", "VARCHAR")} AS account_id,
               coalesce({contract.get("StatusCode", "VARCHAR")}, {contract.get("Status", "VARCHAR")}) AS status,
               {start} AS start_date, {end} AS end_date, CAST({term} AS DOUBLE) AS term_months,
               {contract.money(mapping.arr)} AS arr,
               {contract.get(mapping.true_up_date, "TIMESTAMP")} AS true_up_date
        FROM {contract.relation} ORDER BY contract_id
    """


def cases(source: Sources, configuration: Configuration) -> str:
    """SQL of the support cases; the product is the case's own, else its asset's."""
    case, asset, product = source("Case"), source("Asset"), source("Product2")
    own_product, case_asset = case.get("ProductId", "VARCHAR"), case.get("AssetId", "VARCHAR")
    return f"""
        WITH product AS (
            SELECT {product.get("Id", "VARCHAR")} AS product_key, {product.get("Name", "VARCHAR")} AS product_name
            FROM {product.relation}
        ),
        covered AS (
            SELECT {asset.get("Id", "VARCHAR")} AS asset_key, {asset.get("Product2Id", "VARCHAR")} AS asset_product
            FROM {asset.relation}
        )
        SELECT {case.get("Id", "VARCHAR")} AS case_id, {case.get("AccountId", "VARCHAR")} AS account_id,
               {case.get("Priority", "VARCHAR")} AS priority, {case.get("Status", "VARCHAR")} AS status,
               {case.get("IsClosed", "BOOLEAN")} AS is_closed,
               coalesce({case.get("IsEscalated", "BOOLEAN")}, FALSE) AS is_escalated,
               {case.get("CreatedDate", "TIMESTAMP")} AS created_date,
               {case.get("ClosedDate", "TIMESTAMP")} AS closed_date, {case.get("Type", "VARCHAR")} AS type,
               {case.get("Reason", "VARCHAR")} AS reason, product_name AS product,
               {case.get(configuration.mapping.case.reopened, "DOUBLE")} AS reopened
        FROM {case.relation} LEFT JOIN covered ON asset_key = {case_asset}
        LEFT JOIN product ON product_key = coalesce({own_product}, asset_product)
        ORDER BY case_id
    """


def _own(source: Source, columns: dict[str, str]) -> str:
    """Select our own fields under their canonical names: `active_users` from `Sidecar_Active_Users__c`."""
    return ", ".join(
        f"{source.get('Sidecar_' + name.title() + '__c', sql_type)} AS {name}" for name, sql_type in columns.items()
    )


def usage(source: Sources) -> str:
    """SQL of the telemetry by account, product and week: the org's own records and the feed's files.

    Where both tell of the same account, product and week, the feed's row stands: it is nearer to the telemetry.
    """
    table, feed = source("Sidecar_Usage__c"), source("usage_feed")
    numbers = tuple(column.name for column in USAGE.columns if column.kind == "number")
    fed = ", ".join(f"{feed.get(name, 'DOUBLE')} AS {name}" for name in numbers)
    return f"""
        WITH fed AS (
            SELECT {feed.get("account_id", "VARCHAR")} AS account_id, {feed.get("product", "VARCHAR")} AS product,
                   {feed.get("week_start", "TIMESTAMP")} AS week_start, {fed}
            FROM {feed.relation}
        ),
        own AS (
            SELECT {table.get("Sidecar_Account__c", "VARCHAR")} AS account_id,
                   {_own(table, {"product": "VARCHAR", "week_start": "TIMESTAMP", **dict.fromkeys(numbers, "DOUBLE")})}
            FROM {table.relation}
        )
        SELECT * FROM fed UNION ALL
        SELECT * FROM own WHERE NOT EXISTS (SELECT 1 FROM fed WHERE {SAME_WEEK})
        ORDER BY account_id, product, week_start
    """


def targets(source: Sources) -> str:
    """SQL of the customers' own targets, from the feed's files."""
    feed = source("target_feed")
    return f"""
        SELECT {feed.get("account_id", "VARCHAR")} AS account_id, {feed.get("product", "VARCHAR")} AS product,
               {feed.get("measure", "VARCHAR")} AS measure, {feed.get("target", "DOUBLE")} AS target,
               {feed.get("valid_from", "TIMESTAMP")} AS valid_from, {feed.get("source_id", "VARCHAR")} AS source_id
        FROM {feed.relation} ORDER BY account_id, measure, product, valid_from
    """


def deployments(source: Sources) -> str:
    """SQL of the deployments with their milestones."""
    table = source("Sidecar_Deployment__c")
    numbers = dict.fromkeys(("bought", "deployed", "milestones_planned", "milestones_reached"), "DOUBLE")
    dates = dict.fromkeys(("started_on", "target_date", "completed_on"), "TIMESTAMP")
    return f"""
        SELECT {table.get("Id", "VARCHAR")} AS deployment_id,
               {table.get("Sidecar_Account__c", "VARCHAR")} AS account_id,
               {_own(table, {"product": "VARCHAR", "unit": "VARCHAR", **numbers, **dates, "status": "VARCHAR"})}
        FROM {table.relation} ORDER BY deployment_id
    """
