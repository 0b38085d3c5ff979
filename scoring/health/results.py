"""The tables that customer health comes in."""

from dataclasses import dataclass

import pandas as pd

from scoring.columns import Column, Table

HEALTH = Table(
    "health",
    (
        Column("account_id", "text", about="one row per account"),
        Column("health", "number", True, "0..100; missing when no dimension is known"),
        Column("technical", "number", True, "0..100; missing when under the needed coverage"),
        Column("deployment", "number", True),
        Column("adoption", "number", True),
        Column("band", "text", False, "Green, Yellow, Red or Unknown"),
        Column("coverage", "number", False, "0..1, share of the inputs that are there and fresh"),
        Column("change_30_days", "number", True, "points against 30 days before; missing where one of them is"),
        Column("churn_risk", "number", True, "0..1, of losing the next renewal; missing with nothing to renew"),
        Column("churn_basis", "text", True, "what churn_risk rests on, in words"),
        Column("next_renewal", "day", True),
        Column("current_arr", "number", True, "corporate currency a year"),
        Column("action_text", "text", True),
        Column("action_owner", "text", True, "SC, CSM, AE or Support"),
    ),
    key="account_id",
)
DIMENSIONS = Table(
    "dimensions",
    (
        Column("account_id", "text"),
        Column("dimension", "text", False, "technical, deployment or adoption"),
        Column("label", "text"),
        Column("score", "number", True, "0..100"),
        Column("coverage", "number", False, "0..1"),
        Column("weight", "number", False, "0..1, in the total"),
        Column("missing", "text", False, "labels of measures without data joined by `;`; '' for none"),
    ),
)
MEASURES = Table(
    "measures",
    (
        Column("account_id", "text"),
        Column("dimension", "text"),
        Column("measure", "text"),
        Column("label", "text"),
        Column("value", "number", False, "in `unit`; mean of the products by revenue and freshness"),
        Column("target", "number", False, "in `unit`, the same mean"),
        Column("unit", "text"),
        Column("score", "number", False, "0..100, the same mean"),
        Column("weight", "number", False, "0..1, in the dimension"),
        Column("freshness", "number", False, "0..1, 1 = up to date for all products"),
        Column("share", "number", False, "0..1, in the total; 0 where its dimension is unknown"),
        Column("text", "text", False, "words with the numbers"),
        Column("record_ids", "text", False, "up to 5 ids joined by `;`; '' for none"),
    ),
)
PRODUCTS = Table(
    "products",
    (
        Column("account_id", "text"),
        Column("measure", "text", False, "measures that are taken by product"),
        Column("product", "text"),
        Column("value", "number"),
        Column("target", "number"),
        Column("score", "number", False, "0..100"),
        Column("share", "number", False, "0..1, of the account's revenue"),
        Column("freshness", "number", False, "0..1"),
    ),
)
REASONS = Table(
    "reasons",
    (
        Column("account_id", "text"),
        Column("rank", "count", False, "1 = costs most"),
        Column("dimension", "text"),
        Column("measure", "text"),
        Column("points", "number", False, "points, negative; an account's add up to health - 100"),
        Column("text", "text"),
        Column("record_ids", "text"),
    ),
)
TREND = Table(
    "trend",
    (
        Column("account_id", "text"),
        Column("day", "day", False, "the day of scoring, and the last days of the weeks before"),
        Column("health", "number", True, "0..100, recomputed as of the day"),
        Column("technical", "number", True),
        Column("deployment", "number", True, "what was reached is not known of the past and held at today's"),
        Column("adoption", "number", True),
        Column("coverage", "number", False, "0..1"),
        Column("band", "text", False, "with the margin that keeps it from flapping"),
    ),
)
CHANGES = Table(
    "changes",
    (
        Column("account_id", "text"),
        Column("days", "count", False, "span of the change: 7, 30 or 90"),
        Column("rank", "count", False, "1 = moved the total most"),
        Column("measure", "text", False, "key; 'other' for all measures that moved it less"),
        Column("points", "number", False, "of the total; an account's and span's add up to the change exactly"),
        Column("by_value", "number", False, "points by the measure's values"),
        Column("by_target", "number", False, "points by changed targets"),
        Column("by_weight", "number", False, "points by changed weights of the definitions"),
        Column("by_coverage", "number", False, "points by data that came, aged or went"),
        Column("by_mix", "number", False, "points by the products' shares of revenue"),
        Column("text", "text", False, "in words, without the points; '' for 'other'"),
    ),
)
CHANGE_TOTALS = Table(
    "change_totals",
    (
        Column("account_id", "text"),
        Column("days", "count"),
        Column("before", "number", False, "the total then"),
        Column("points", "number", False, "total now - total then"),
        Column("sentence", "text", False, "as a person would say it"),
    ),
)
RENEWALS = Table(
    "renewals",
    (
        Column("account_id", "text"),
        Column("day", "day", False, "last day of the entitlement or contract"),
        Column("product", "text", False, "'' where the source names none"),
        Column("quantity", "number", True),
        Column("arr", "number", True, "corporate currency a year, up for renewal"),
        Column("source", "text", False, "asset, contract or deal"),
        Column("true_up_date", "day", True, "day on which use is counted and paid for"),
        Column("true_up_arr", "number", True, "a year, for use beyond what was bought; missing for none"),
        Column("record_ids", "text", False, "up to 5 ids joined by `;`"),
    ),
)
PLAYBOOKS = Table(
    "playbooks",
    (
        Column("account_id", "text"),
        Column("rank", "count", False, "1 = worth most"),
        Column("measure", "text", False, "the cause"),
        Column("owner_role", "text", False, "SC, CSM, AE or Support"),
        Column("title", "text", False, "what to do"),
        Column("why", "text", False, "with the record's numbers"),
        Column("due", "day"),
        Column("risk_removed", "number", True, "0..1, of losing the next renewal, if the measure reached its target"),
        Column("impact", "number", True, "revenue at risk x the risk removed; missing where one is unknown"),
    ),
)
NEXT_BAND = Table(
    "next_band",
    (
        Column("account_id", "text"),
        Column("band", "text", False, "the next better band"),
        Column("needed", "number", False, "points of the total to it, the margin included"),
        Column("measure", "text"),
        Column("label", "text"),
        Column("unit", "text"),
        Column("value", "number", False, "now"),
        Column("needed_value", "number", False, "the value that would bring `points`"),
        Column("points", "number", False, "that the total would gain"),
        Column("enough", "flag", False, "whether this measure alone leads to the band"),
    ),
)
CHURN_PROOF = Table(
    "churn_proof",
    (
        Column("band", "text", False, "that of the health before, or All"),
        Column("since", "day", False, "renewals decided before this day had taught the risk"),
        Column("renewals", "count", False, "decided since, of accounts with a known health before"),
        Column("lost", "count", False, "lost ones among them"),
        Column("given", "number", False, "0..1, mean risk that they were given"),
        Column("brier", "number", False, "mean squared error of the risk"),
        Column("usual_brier", "number", False, "the same of one risk for all: the share lost before"),
        Column("auc", "number", True, "0..1, that a lost one had the higher risk; missing without both outcomes"),
    ),
    key="band",
)
PROBLEMS = Table(
    "problems",
    (
        Column("kind", "text"),
        Column("table", "text", False, "table of the book"),
        Column("rows", "count"),
        Column("treatment", "text", False, "what is wrong and what was done, in words"),
    ),
)


@dataclass(frozen=True)
class HealthScores:
    """Health of every account.

    Attributes:
        scores: `HEALTH`, one row per account, ordered by account_id.
        dimensions: `DIMENSIONS`, three rows per account.
        measures: `MEASURES`, one row per account and measure that has data.
        products: `PRODUCTS`, the same by product.
        reasons: `REASONS`, what takes points off, ordered by account_id and rank.
        trend: `TREND`, one row per account with a product or a score and week.
        changes: `CHANGES`, what moved the total.
        change_totals: `CHANGE_TOTALS`, the changes themselves; accounts with a total at both ends.
        renewals: `RENEWALS`, the calendar of what ends.
        playbooks: `PLAYBOOKS`, what to do.
        churn_proof: `CHURN_PROOF`: how good the churn risk was on held-out time, All first; empty with too few
            renewals to judge by.
        problems: `PROBLEMS`, records that are not as they should be.
    """

    scores: pd.DataFrame
    dimensions: pd.DataFrame
    measures: pd.DataFrame
    products: pd.DataFrame
    reasons: pd.DataFrame
    trend: pd.DataFrame
    changes: pd.DataFrame
    change_totals: pd.DataFrame
    renewals: pd.DataFrame
    playbooks: pd.DataFrame
    churn_proof: pd.DataFrame
    problems: pd.DataFrame
