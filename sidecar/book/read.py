"""Reading the whole book out of a mirror."""

import pandas as pd
import pyarrow as pa

from scoring import Book
from sidecar.book import customer, deals, plans
from sidecar.book.calendar import fiscal_quarters
from sidecar.book.columns import sources
from sidecar.configuration import Configuration
from sync import Mirror


def read_book(mirror: Mirror, configuration: Configuration) -> Book:
    """The canonical tables, as they stand in the mirror now.

    Args:
        mirror: after a pull.
        configuration: its field mapping and segments.
    """
    source = sources(mirror)
    queries = {
        "accounts": customer.accounts(source),
        "opportunities": deals.opportunities(source, configuration),
        "predictors": deals.predictors(source, configuration),
        "stage_history": deals.stage_history(source),
        "stages": deals.stages(source),
        "lines": deals.lines(source, configuration),
        "assets": customer.assets(source, configuration),
        "contracts": customer.contracts(source, configuration),
        "usage": customer.usage(source),
        "targets": customer.targets(source),
        "deployments": customer.deployments(source),
        "cases": customer.cases(source, configuration),
        "roles": deals.roles(source),
        "activities": deals.activities(source),
        "plans": plans.own_plans(source),
        "users": customer.users(source),
    }
    tables = {name: _frame(mirror, query) for name, query in queries.items()}
    quota = _frame(mirror, plans.quotas(source, configuration))
    if len(quota):
        around = fiscal_quarters(mirror, configuration, quota["day"].min().date(), quota["day"].max().date())
        tables["plans"] = plans.joined(tables["plans"], quota, tables["users"], around)
    return Book(**tables)


def _frame(mirror: Mirror, query: str) -> pd.DataFrame:
    """Rows as a frame whose texts are Arrow's: no text becomes a Python object on the way."""
    table: pa.Table = mirror.connection.sql(query).to_arrow_table()
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame
