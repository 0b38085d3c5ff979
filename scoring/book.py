"""The book: an org's records as canonical tables. Input of every public function of `scoring`."""

from dataclasses import dataclass, field, fields

import pandas as pd

from scoring.columns import Column, Table, text_columns
from scoring.errors import ScoringInputError

SEGMENTS = ("Renew", "Upsell", "Net New")

ACCOUNTS = Table(
    "accounts",
    (
        Column("account_id", "text"),
        *text_columns(("name", "industry")),
        Column("employees", "number", True, "people"),
        Column("annual_revenue", "number", True, "corporate currency"),
        *text_columns(("owner_id", "parent_id", "country")),
    ),
    key="account_id",
)
OPPORTUNITIES = Table(
    "opportunities",
    (
        Column("opportunity_id", "text"),
        *text_columns(("account_id", "owner_id", "name", "stage")),
        Column("amount", "number", True, "corporate currency"),
        Column("arr", "number", True, "corporate currency a year"),
        Column("close_date", "day", True, "planned, or of closing"),
        Column("created_date", "moment"),
        Column("is_closed", "flag"),
        Column("is_won", "flag"),
        *text_columns(("segment", "pillar", "forecast_category", "next_step")),
        Column("last_activity_date", "day", True),
        Column("probability", "number", True, "the org's own, 0..1"),
        Column("currency", "text", True, "in which the org holds the amount; missing in an org with one currency"),
    ),
    key="opportunity_id",
    choices=(("segment", SEGMENTS),),
)
PREDICTORS = Table(
    "predictors",
    (
        Column("opportunity_id", "text"),
        Column("name", "text", about="as people say it: Competitor"),
        Column("value", "text", about="today's"),
    ),
)
STAGE_HISTORY = Table(
    "stage_history",
    (
        Column("opportunity_id", "text"),
        Column("changed_at", "moment"),
        Column("stage", "text", True, "stage after the change"),
        Column("amount", "number", True, "amount after the change"),
        Column("close_date", "day", True, "close date after the change"),
        Column("probability", "number", True, "the org's own after the change, 0..1"),
        Column("forecast_category", "text", True, "after the change"),
        Column("expected_revenue", "number", True, "after the change, corporate currency"),
    ),
)
STAGES = Table(
    "stages",
    (
        Column("stage", "text"),
        Column("sort_order", "number", True),
        Column("is_closed", "flag"),
        Column("is_won", "flag"),
        Column("default_probability", "number", True, "0..1"),
        Column("forecast_category", "text", True),
        Column("is_active", "flag"),
    ),
    key="stage",
)
LINES = Table(
    "lines",
    (
        Column("opportunity_id", "text"),
        *text_columns(("pillar", "product_id")),
        Column("quantity", "number", True),
        Column("total_price", "number", True, "corporate currency"),
        Column("arr", "number", True, "corporate currency a year"),
        Column("created_date", "moment", True),
    ),
)
ASSETS = Table(
    "assets",
    (
        Column("asset_id", "text"),
        *text_columns(("account_id", "product", "pillar", "status")),
        Column("quantity", "number", True),
        Column("arr", "number", True, "corporate currency a year"),
        Column("install_date", "day", True),
        Column("usage_end_date", "day", True, "last day of the entitlement"),
        Column("created_date", "moment", True),
    ),
    key="asset_id",
)
CONTRACTS = Table(
    "contracts",
    (
        Column("contract_id", "text"),
        *text_columns(("account_id", "status")),
        Column("start_date", "day", True),
        Column("end_date", "day", True, "last day of the term"),
        Column("term_months", "number", True),
        Column("arr", "number", True, "corporate currency a year"),
        Column("true_up_date", "day", True, "day on which use is counted and paid for"),
    ),
    key="contract_id",
)
USAGE = Table(
    "usage",
    (
        Column("account_id", "text"),
        Column("product", "text", True),
        Column("week_start", "day"),
        Column("licensed", "number", True, "users"),
        Column("active_users", "number", True, "users"),
        Column("features_bought", "number", True),
        Column("features_used", "number", True),
        Column("volume", "number", True, "unit of the product"),
        Column("versions_behind", "number", True, "releases since the installed one"),
        Column("findings", "number", True, "open findings of a check of the configuration"),
    ),
)
DEPLOYMENTS = Table(
    "deployments",
    (
        Column("deployment_id", "text"),
        Column("account_id", "text"),
        *text_columns(("product", "unit")),
        Column("bought", "number", True, "units"),
        Column("deployed", "number", True, "units"),
        Column("milestones_planned", "number", True),
        Column("milestones_reached", "number", True),
        Column("started_on", "day", True),
        Column("target_date", "day", True),
        Column("completed_on", "day", True),
        Column("status", "text", True, "Planned, In Progress, Completed, Stalled"),
    ),
    key="deployment_id",
)
CASES = Table(
    "cases",
    (
        Column("case_id", "text"),
        *text_columns(("account_id", "priority", "status")),
        Column("is_closed", "flag"),
        Column("is_escalated", "flag"),
        Column("created_date", "moment"),
        Column("closed_date", "moment", True),
        *text_columns(("type", "reason", "product")),
        Column("reopened", "number", True, "times"),
    ),
    key="case_id",
)
ROLES = Table(
    "roles",
    (
        Column("opportunity_id", "text"),
        *text_columns(("contact_id", "role")),
        Column("is_primary", "flag"),
        Column("created_date", "moment", True),
    ),
)
ACTIVITIES = Table(
    "activities",
    (
        Column("activity_id", "text"),
        *text_columns(("account_id", "opportunity_id", "kind", "subject")),
        Column("activity_date", "day", True),
        Column("is_closed", "flag"),
    ),
    key="activity_id",
)
PLANS = Table(
    "plans",
    (
        *text_columns(("rep_id", "account_id")),
        Column("quarter_start", "day"),
        *text_columns(("segment", "pillar")),
        Column("amount", "number", False, "corporate currency"),
    ),
    choices=(("segment", SEGMENTS),),
)
TARGETS = Table(
    "targets",
    (
        Column("account_id", "text"),
        Column("product", "text", True, "missing: all products of the customer"),
        Column("measure", "text", False, "key of a measure of health"),
        Column("target", "number", False, "in the measure's unit"),
        Column("valid_from", "day", True, "missing: always"),
        Column("source_id", "text", True, "the success criterion that it comes from"),
    ),
)
USERS = Table(
    "users",
    (
        Column("user_id", "text"),
        *text_columns(("name", "manager_id")),
        Column("is_active", "flag"),
    ),
    key="user_id",
)
TABLES = (
    *(ACCOUNTS, OPPORTUNITIES, PREDICTORS, STAGE_HISTORY, STAGES, LINES, ASSETS, CONTRACTS, USAGE),
    *(DEPLOYMENTS, CASES, ROLES, ACTIVITIES, PLANS, TARGETS, USERS),
)


@dataclass(frozen=True)
class Book:
    """The tables of one org. Every table that is not given is empty.

    The columns of each table are the constants of this module (`ACCOUNTS`, `OPPORTUNITIES`, ...): name, dtype, whether
    a value may be missing, unit. A nullable column may be absent. Days and moments are tz-naive (UTC), money is float64
    in the corporate currency, `segment` is one of `SEGMENTS` or missing.
    """

    accounts: pd.DataFrame = field(default_factory=ACCOUNTS.empty)
    opportunities: pd.DataFrame = field(default_factory=OPPORTUNITIES.empty)
    predictors: pd.DataFrame = field(default_factory=PREDICTORS.empty)
    stage_history: pd.DataFrame = field(default_factory=STAGE_HISTORY.empty)
    stages: pd.DataFrame = field(default_factory=STAGES.empty)
    lines: pd.DataFrame = field(default_factory=LINES.empty)
    assets: pd.DataFrame = field(default_factory=ASSETS.empty)
    contracts: pd.DataFrame = field(default_factory=CONTRACTS.empty)
    usage: pd.DataFrame = field(default_factory=USAGE.empty)
    deployments: pd.DataFrame = field(default_factory=DEPLOYMENTS.empty)
    cases: pd.DataFrame = field(default_factory=CASES.empty)
    roles: pd.DataFrame = field(default_factory=ROLES.empty)
    activities: pd.DataFrame = field(default_factory=ACTIVITIES.empty)
    plans: pd.DataFrame = field(default_factory=PLANS.empty)
    targets: pd.DataFrame = field(default_factory=TARGETS.empty)
    users: pd.DataFrame = field(default_factory=USERS.empty)


@dataclass(frozen=True)
class CheckedBook(Book):
    """What `validate` returns: checking it, or a part of its rows, once more would find nothing."""


def validate(book: Book) -> CheckedBook:
    """Check every table and give it the documented dtypes and column order; the input is not changed.

    Returns:
        A book of new frames (memory is shared where nothing had to change); a checked one as it is.

    Raises:
        ScoringInputError: names the table, the column and how many rows are wrong.
    """
    if isinstance(book, CheckedBook):
        return book
    frames = {item.name: getattr(book, item.name) for item in fields(book)}
    checked = CheckedBook(**{table.name: table.conform(frames[table.name]) for table in TABLES})
    chance = checked.stages["default_probability"]
    outside = chance[(chance < 0) | (chance > 1)]
    if len(outside):
        problem = f"{len(outside)} of {len(chance)} rows are outside 0..1, for example {outside.iloc[0]:g}"
        raise ScoringInputError("stages", "default_probability", len(outside), f"{problem}; divide percentages by 100")
    return checked
