"""Which fields of the package the sidecar writes, from which column, and what change is worth a write."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sidecar.configuration import WriteSection
from sync import Target, TargetField

SCORED_AT = "Sidecar_Scored_At__c"
CURRENCY = "CurrencyIsoCode"

# Kinds decide the step and how a column is turned into the org's value.
PERCENT, SCORE, MONEY, COUNT, DATE, MOMENT, TEXT, JSON = (
    *("percent", "score", "money", "count"),
    *("date", "moment", "text", "json"),
)


@dataclass(frozen=True)
class OwnFields:
    """The fields of one object that are ours to write.

    Attributes:
        object: API name.
        key: `Id` for the org's own records, an external id for rows that we make.
        columns: org field -> (column of the scores, kind).
        parent: column by which rows are sorted, so that rows of one account share a batch.
        stamp: field that says when the row's values came to be; written along with others, never alone.
    """

    object: str
    key: str
    columns: Mapping[str, tuple[str, str]]
    parent: str | None = None
    stamp: str | None = SCORED_AT

    @property
    def field_names(self) -> tuple[str, ...]:
        """API names of all fields, the stamp included, without the key."""
        return (*self.columns, *([self.stamp] if self.stamp else []))

    @property
    def with_currency(self) -> "OwnFields":
        """The same with the currency of the row's amounts, for orgs that have several."""
        return replace(self, columns={**self.columns, CURRENCY: ("currency", TEXT)})

    def target(self, write: WriteSection) -> Target:
        """The same for the write-back, with the steps of the configuration."""
        steps = {PERCENT: write.probability_step, SCORE: write.health_step, MONEY: write.money_step}
        fields = tuple(
            TargetField(name, step=steps.get(kind), follows=kind == JSON) for name, (_, kind) in self.columns.items()
        )
        return Target(self.object, self.key, fields, stamp=self.stamp, parent=self.parent)


def _own(columns: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {f"Sidecar_{name}__c": source for name, source in columns.items()}


ACCOUNT = OwnFields(
    "Account",
    "Id",
    _own(
        {
            "Health": ("health", SCORE),
            "Health_Technical": ("technical", SCORE),
            "Health_Deployment": ("deployment", SCORE),
            "Health_Adoption": ("adoption", SCORE),
            "Health_Band": ("band", TEXT),
            "Health_Coverage": ("coverage", PERCENT),
            "Health_Change": ("change_30_days", SCORE),
            "Health_Detail": ("health_detail", JSON),
            "Churn_Risk": ("churn_risk", PERCENT),
            "Next_Renewal": ("next_renewal", DATE),
            "Current_ARR": ("current_arr", MONEY),
            "Quarter_Plan": ("plan", MONEY),
            "Quarter_Booked": ("booked", MONEY),
            "Quarter_Open": ("open_pipeline", MONEY),
            "Quarter_Worst": ("worst", MONEY),
            "Quarter_Commit": ("commit", MONEY),
            "Quarter_Best": ("best", MONEY),
            "Quarter_Gap": ("gap", MONEY),
            "Projection_Detail": ("projection_detail", JSON),
        }
    ),
)

OPPORTUNITY = OwnFields(
    "Opportunity",
    "Id",
    _own(
        {
            "Win_Probability": ("win_probability", PERCENT),
            "Win_Probability_Low": ("win_probability_low", PERCENT),
            "Win_Probability_High": ("win_probability_high", PERCENT),
            "Quarter_Probability": ("quarter_probability", PERCENT),
            "Expected_Close": ("expected_close", DATE),
            "Expected_Close_Early": ("expected_close_early", DATE),
            "Expected_Close_Late": ("expected_close_late", DATE),
            "Forecast_ARR": ("forecast_arr", MONEY),
            "Confidence": ("confidence", TEXT),
            "Stage_Entered": ("stage_entered", DATE),
            "Typical_Stage_Age": ("typical_stage_days", COUNT),
            "Risk_Tags": ("risk_tags", TEXT),
            "Suggested_Action": ("action_text", TEXT),
            "Score_Detail": ("score_detail", JSON),
        }
    ),
    parent="account_id",
)

PROJECTION = OwnFields(
    "Sidecar_Projection__c",
    "Sidecar_Key__c",
    _own(
        {
            "Scope": ("scope_label", TEXT),
            "Rep": ("rep_id", TEXT),
            "Quarter_Start": ("quarter_start", DATE),
            "Quarter_Label": ("quarter_label", TEXT),
            "Segment": ("segment", TEXT),
            "Plan": ("plan", MONEY),
            "Booked": ("booked", MONEY),
            "Open_Pipeline": ("open_pipeline", MONEY),
            "Worst": ("worst", MONEY),
            "Commit": ("commit", MONEY),
            "Best": ("best", MONEY),
            "Expected": ("expected", MONEY),
            "Expected_New": ("expected_new", MONEY),
            "Gap": ("gap", MONEY),
            "Plan_Probability": ("plan_probability", PERCENT),
            "Win_Rate": ("win_rate", PERCENT),
            "Confidence": ("confidence", TEXT),
            "Action_Summary": ("action_summary", TEXT),
            "Curve": ("curve", JSON),
            "Detail": ("detail", JSON),
        }
    ),
)

ACTION = OwnFields(
    "Sidecar_Action__c",
    "Sidecar_Key__c",
    _own(
        {
            "Kind": ("kind", TEXT),
            "Account": ("account_id", TEXT),
            "Opportunity": ("opportunity_id", TEXT),
            "Assignee": ("owner_id", TEXT),
            "Subject": ("title", TEXT),
            "Reason": ("why", JSON),
            "Cause": ("cause", TEXT),
            "Impact": ("impact", MONEY),
            "Due_Date": ("due", DATE),
            "Priority": ("priority", TEXT),
            "Order": ("order", COUNT),
            "Status": ("status", TEXT),
            "Proposed_On": ("proposed_on", DATE),
            "Handled_On": ("handled_on", DATE),
            "Resolved_On": ("resolved_on", DATE),
            "Outcome": ("outcome", TEXT),
            "Probability_Before": ("probability_before", PERCENT),
            "Probability_After": ("probability_after", PERCENT),
        }
    ),
    parent="account_id",
    stamp=None,
)

RUN = OwnFields(
    "Sidecar_Run__c",
    "Sidecar_Key__c",
    _own(
        {
            "Started_At": ("started_at", MOMENT),
            "Finished_At": ("finished_at", MOMENT),
            "Status": ("status", TEXT),
            "Records_Read": ("records_read", COUNT),
            "Records_Scored": ("records_scored", COUNT),
            "Values_Changed": ("values_changed", COUNT),
            "Rows_Written": ("rows_written", COUNT),
            "Rows_Refused": ("rows_refused", COUNT),
            "API_Calls": ("api_calls", COUNT),
            "Seconds": ("seconds", COUNT),
            "Message": ("message", TEXT),
        }
    ),
    stamp=None,
)

# The answer to what somebody asked of us; the rest of the record is the asker's.
REQUEST = OwnFields(
    "Sidecar_Request__c",
    "Id",
    _own({"Status": ("status", TEXT), "Response": ("response", TEXT), "Finished_At": ("finished_at", MOMENT)}),
    stamp=None,
)

# What scoring fills; the run log is written about a run, not by its scores.
SCORED = (ACCOUNT, OPPORTUNITY, PROJECTION, ACTION)
