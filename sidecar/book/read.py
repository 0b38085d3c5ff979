"""Reading the whole book out of a mirror."""

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
    tables = {name: mirror.connection.execute(query).df() for name, query in queries.items()}
    quota = mirror.connection.execute(plans.quotas(source, configuration)).df()
    if len(quota):
        around = fiscal_quarters(mirror, configuration, quota["day"].min().date(), quota["day"].max().date())
        tables["plans"] = plans.joined(tables["plans"], quota, tables["users"], around)
    return Book(**tables)
