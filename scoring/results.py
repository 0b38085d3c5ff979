"""The tables that come out of `scoring`: their columns, dtypes, units and whether a value may be missing."""

from dataclasses import dataclass, field

import pandas as pd

from scoring.columns import Column, Table

SCORES = Table(
    "scores",
    (
        Column("opportunity_id", "text", about="one row per open deal"),
        Column("win_probability", "number", False, "0..1, of winning at all"),
        Column("win_probability_low", "number", False, "0..1, 10 % quantile of what the history allows"),
        Column("win_probability_high", "number", False, "0..1, 90 % quantile"),
        Column("quarter_probability", "number", False, "0..1, of being won by the end of the quarter"),
        Column("expected_close", "day", True, "median day of winning, given a win; missing beyond every won deal"),
        Column("expected_close_early", "day", True, "10 % quantile"),
        Column("expected_close_late", "day", True, "90 % quantile"),
        Column("forecast_arr", "number", True, "win_probability x arr; missing where the arr is"),
        Column("confidence", "text", False, "High, Medium or Low"),
        Column("confidence_reason", "text", False, "in words"),
        Column("stage", "text", True),
        Column("segment", "text", True),
        Column("stage_entered", "day", False, "day of the last change into the present stage, else of creation"),
        Column("typical_stage_days", "count", True, "days, median of won deals in this stage"),
        Column("slow_stage_days", "count", True, "days, 90 % quantile of won deals in this stage"),
        Column("stage_won_deals", "count", False, "won deals behind the two"),
        Column("pushes", "count", False, "how often the close date was moved later"),
        Column("risk_tags", "text", False, "joined by `;` in the order of RISK_TAGS; '' for none"),
        Column("missing", "text", False, "labels of empty inputs joined by `;`; '' for none"),
        Column("asked_for", "text", False, "those among `missing` that the org uses; '' for none"),
        Column("account_id", "text", True),
        Column("owner_id", "text", True),
        Column("arr", "number", True, "corporate currency a year"),
        Column("close_date", "day", True, "planned"),
        Column("first_close_date", "day", True, "planned at first"),
        Column("forecast_category", "text", True, "the rep's own"),
        Column("next_step", "text", True),
        Column("contacts", "count", False, "contact roles"),
    ),
    key="opportunity_id",
)
FACTORS = Table(
    "factors",
    (
        Column("opportunity_id", "text"),
        Column("rank", "count", False, "1 = moved the probability most"),
        Column("label", "text", False, "Stage, Segment, Close date, ... or the name of a configured field"),
        Column("points", "number", False, "percentage points; a deal's add up to 100 x (win_probability - base_rate)"),
        Column("text", "text", False, "in words"),
    ),
)
STAGE_BENCHMARKS = Table(
    "stages",
    (
        Column("stage", "text"),
        Column("segment", "text", False, "a segment, or All"),
        Column("closed_deals", "count", False, "closed deals that went through the stage"),
        Column("won_deals", "count", False, "won ones among them"),
        Column("typical_days", "count", True, "days, median of the won deals' longest visit"),
        Column("slow_days", "count", True, "days, 90 % quantile"),
        Column("lower_days", "count", True, "days, 25 % quantile"),
        Column("upper_days", "count", True, "days, 75 % quantile"),
    ),
)
BENCHMARKS = Table(
    "benchmarks",
    (
        Column("segment", "text", False, "a segment, Unknown, or All"),
        Column("won", "count", False, "won deals"),
        Column("closed", "count", False, "closed deals"),
        Column("median_arr", "number", True, "corporate currency a year, of won deals"),
        Column("median_cycle_days", "count", True, "days from creation to win"),
    ),
    key="segment",
)
PROOF = Table(
    "proof",
    (
        Column("segment", "text", False, "a segment, Unknown, or All"),
        Column("method", "text", False, "Model, Stage rate or Base rate"),
        Column("deals", "count", False, "held-out deals judged"),
        Column("won", "count", False, "won ones among them"),
        Column("log_loss", "number", False, "mean, in nats"),
        Column("brier", "number", False, "mean squared error of the probability"),
        Column("ece", "number", False, "expected calibration error, ten bins"),
    ),
)
DEAL_HISTORY = Table(
    "deal_history",
    (
        Column("opportunity_id", "text"),
        Column("day", "day", False, "as of the end of this day: the last twelve weeks and today"),
        Column("win_probability", "number", False, "0..1, as today's model judges what was known then"),
    ),
)
DEAL_CHANGES = Table(
    "deal_changes",
    (
        Column("opportunity_id", "text"),
        Column("days", "count", False, "between the two days; the later one is that of the scores"),
        Column("before", "number", False, "0..1, win probability on the earlier day"),
        Column("label", "text", False, "a factor, or Everything else"),
        Column("points", "number", False, "percentage points; those of a deal and span add up to its change"),
        Column("text", "text", False, "in words"),
    ),
)
DEAL_PATH = Table(
    "deal_path",
    (
        Column("opportunity_id", "text"),
        Column("stage", "text", False, "one that the deal has left"),
        Column("entered", "day", False),
        Column("left", "day", False),
        Column("days", "count", False, "between the two"),
        Column("typical_days", "count", True, "days, median of won deals in this stage"),
        Column("lower_days", "count", True, "days, 25 % quantile of won deals"),
        Column("upper_days", "count", True, "days, 75 % quantile"),
        Column("won_deals", "count", False, "won deals behind the three"),
    ),
)
_PROJECTED = (
    Column("plan", "number", True, "corporate currency; missing without a plan"),
    Column("booked", "number", False, "arr won in the quarter"),
    Column("open_pipeline", "number", False, "arr of open deals whose close date is in the quarter"),
    Column("worst", "number", False, "10 % quantile of the quarter's final bookings"),
    Column("commit", "number", False, "50 % quantile"),
    Column("best", "number", False, "90 % quantile"),
    Column("expected", "number", False, "mean of the final bookings: booked + open deals + expected_new; adds up"),
    Column("expected_new", "number", False, "of it, what deals not yet created are expected to add; 0 for accounts"),
    Column("gap", "number", True, "plan - booked"),
    Column("plan_probability", "number", True, "0..1, of final bookings reaching the plan"),
    Column("deals", "count", False, "open deals whose close date is in the quarter"),
)
PROJECTION = Table(
    "projection",
    (
        Column("scope", "text", False, "Org, Team, Rep or Account"),
        Column("scope_id", "text", False, "user (of a team: its manager) or account id; '' for Org"),
        Column("segment", "text", False, "All, Renew, Upsell, Net New or Unknown"),
        *_PROJECTED,
        Column("win_rate", "number", False, "0..1, of closed deals of the row, shrunk to the org's"),
        Column("confidence", "text", False, "High, Medium or Low"),
        Column("confidence_reason", "text", False),
    ),
)
PROJECTION_BY_PILLAR = Table(
    "projection_by_pillar",
    (
        Column("scope", "text", False, "Org, Team or Rep"),
        Column("scope_id", "text", False),
        Column("segment", "text", False, "All, Renew, Upsell, Net New or Unknown"),
        Column("pillar", "text", False, "a pillar, or Unknown"),
        *_PROJECTED,
        Column("win_rate", "number", False, "0..1, of the row's closed deals, shrunk to its rate over all pillars"),
    ),
)
DEALS_IN_NEED = Table(
    "deals_in_need",
    (
        Column("scope", "text", False, "Org, Team, Rep or Account"),
        Column("scope_id", "text", False),
        Column("segment", "text", False, "All, Renew, Upsell, Net New or Unknown"),
        Column("pillar", "text", False, "All, a pillar, or Unknown; of accounts All only"),
        Column("deals", "count", False, "open deals with an action; a deal of several pillars counts in each"),
    ),
)
PROJECTION_PROOF = Table(
    "projection_proof",
    (
        Column("scope", "text", False, "Org, Team or Rep"),
        Column("whole", "flag", False, "whether it is about rows of all segments, else of one"),
        Column("quarters", "count", False, "past quarters projected from what the others teach"),
        Column("since", "day", False, "first day of the first of them"),
        Column("rows", "count", False, "rows and weeks judged"),
        Column("held", "number", False, "0..1, share of final bookings from worst to best"),
        Column("error", "number", False, "median absolute error of the commit, corporate currency"),
        Column("stage_weighted_error", "number", False, "the same of booked + due amounts x stages' percentages"),
    ),
)
RELIABILITY = Table(
    "reliability",
    (
        Column("segment", "text", False, "a segment, Unknown, or All"),
        Column("given", "number", False, "0..1, mean probability of the deals of a tenth of the scale"),
        Column("won", "number", False, "0..1, share of them that was won"),
        Column("deals", "count", False, "held-out deals of the tenth"),
    ),
)
PROJECTION_CURVE = Table(
    "projection_curve",
    (
        Column("scope", "text", False, "Org, Team, Rep or Account"),
        Column("scope_id", "text", False),
        Column("segment", "text", False, "All, Renew, Upsell, Net New or Unknown"),
        Column("week", "count", False, "of the quarter; 0 is the day before it begins"),
        Column("day", "day", False, "as of the end of this day"),
        Column("booked", "number", False, "arr won until then"),
        Column("worst", "number", False, "10 % quantile of the final bookings as it stood then"),
        Column("commit", "number", False, "50 % quantile"),
        Column("best", "number", False, "90 % quantile"),
        Column("expected", "number", False, "mean"),
        Column("plan", "number", True, "as it is now: plans have no history"),
    ),
)
PROJECTION_CHANGE = Table(
    "projection_change",
    (
        Column("scope", "text", False, "Org, Team, Rep or Account"),
        Column("scope_id", "text", False),
        Column("segment", "text", False, "All, Renew, Upsell, Net New or Unknown"),
        Column("expected_before", "number", False, "mean of the final bookings as it stood on the earlier day"),
        Column("expected", "number", False, "as it stands; the difference is the sum of the next eight"),
        Column("won", "number", False, "booked since, against what was expected of these deals"),
        Column("lost", "number", False, "expected of deals lost since"),
        Column("slipped", "number", False, "of deals whose close date left the quarter"),
        Column("pulled_in", "number", False, "of deals whose close date came into the quarter"),
        Column("new", "number", False, "of deals created, or opened again, since"),
        Column("resized", "number", False, "changes of amounts, at the old probability"),
        Column("rescored", "number", False, "changes of probability: stages, time"),
        Column("new_business", "number", False, "of what deals not yet created are expected to add"),
        Column("commit_before", "number", False, "50 % quantile on the earlier day"),
        Column("commit", "number", False),
        Column("range", "number", False, "change of the commit beyond that of the expected value"),
    ),
)
DEAL_OUTLOOK = Table(
    "deal_outlook",
    (
        Column("opportunity_id", "text", about="one row per open deal"),
        Column("quarter_probability", "number", False, "0..1, of being won with a close date in the quarter"),
        Column("final_arr", "number", False, "corporate currency, arr it is expected to close with; 0 where unknown"),
        Column("expected", "number", False, "what it adds to the expected bookings of the quarter"),
    ),
    key="opportunity_id",
)


@dataclass(frozen=True)
class DealScores:
    """Scores of the open deals and what they rest on.

    Attributes:
        scores: `SCORES`, one row per open deal, ordered by opportunity_id.
        factors: `FACTORS`, ordered by opportunity_id and rank.
        stages: `STAGE_BENCHMARKS`.
        benchmarks: `BENCHMARKS`.
        base_rate: 0..1, the overall win rate every deal's factors start from.
        base_deals: closed deals behind the base rate.
        method: Model, Stage rate or Base rate: what the probabilities come from.
        proof: `PROOF`: how good each method was on held-out time; empty where history is too short to hold any out.
        reliability: `RELIABILITY` of the method used, on the same held-out time.
        proved_since: the day until which that model had learned; missing with an empty proof.
    """

    scores: pd.DataFrame
    factors: pd.DataFrame
    stages: pd.DataFrame
    benchmarks: pd.DataFrame
    base_rate: float
    base_deals: int
    method: str = "Stage rate"
    proof: pd.DataFrame = field(default_factory=PROOF.empty)
    reliability: pd.DataFrame = field(default_factory=RELIABILITY.empty)
    proved_since: pd.Timestamp | None = None
