"""`sidecar.toml`: which org, which fields mean what, and how boldly to write.

Every value has a default that fits a plain Sales Cloud org, so the file is optional. Environment variables
`SIDECAR_<SECTION>__<KEY>` override the file, for secrets and containers. Read by `sidecar.configuration_file`.
"""

from datetime import time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SEGMENTS = ("Renew", "Upsell", "Net New")


def _webhook(value: SecretStr, whose: str) -> SecretStr:
    if not value.get_secret_value().startswith(("https://", "http://127.0.0.1:")):
        raise ValueError(f"{whose} is no address: expected https://hooks.slack.com/...")
    return value


class Section(BaseModel):
    """One table of the file; a key it does not know is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OrgSection(Section):
    """How to log in. Without `username` the local org in the state directory is used."""

    login_url: str = Field("https://login.salesforce.com", description="login host, or the org's My Domain")
    username: str | None = Field(None, description="the integration user")
    consumer_key: str | None = Field(None, description="consumer key of the connected app or external client app")
    private_key_file: Path | None = Field(None, description="PEM file of the key whose certificate is in the app")
    audience: str | None = Field(None, description="JWT audience, where it differs from the login URL")
    api_version: str = Field("66.0", pattern=r"^\d{2}\.0$", description="Salesforce API version")
    ca_bundle: Path | None = Field(None, description="CA bundle of a company proxy")

    @property
    def configured(self) -> bool:
        """Whether the file names an org at all."""
        return self.username is not None


class PullSection(Section):
    """How records are read. What does not fit into the budget of API calls waits for the next run."""

    bulk_threshold: int = Field(2000, ge=0, description="rows from which on Bulk API 2.0 is used")
    budget_run: float = Field(0.25, gt=0, le=1, description="share of the org's daily API calls for one run")
    budget_day: float = Field(0.8, gt=0, le=1, description="share of the daily calls above which nothing is begun")


class WriteSection(Section):
    """How values are written back. Steps: changes smaller than these are not worth a write."""

    bulk_threshold: int = Field(2000, ge=0, description="rows from which on Bulk API 2.0 is used")
    max_changes_share: float = Field(
        0.6, gt=0, le=1, description="share of the org's records above which a run's changes have to be confirmed"
    )
    probability_step: float = Field(1.0, ge=0, description="points of a probability, 0-100")
    health_step: float = Field(1.0, ge=0, description="points of a health score, 0-100")
    money_step: float = Field(1.0, ge=0, description="units of the corporate currency")


class FeedsSection(Section):
    """Folders of files that are read beside the org, at every pull."""

    usage: Path | None = Field(None, description="folder of .csv or .parquet files with usage by account and week")
    targets: Path | None = Field(None, description="folder of .csv or .parquet files with customers' own targets")
    account: str = Field("Id", description="Account field that their column account_id holds: Id, a key or the name")


class ServiceSection(Section):
    """`sidecar serve`: where it answers, and when it works."""

    host: str = Field("127.0.0.1", description="address to listen on; others than loopback need a proxy with TLS")
    port: int = Field(8484, ge=0, le=65535, description="port to listen on")
    proxy: IPvAnyAddress | None = Field(None, description="the proxy whose X-Forwarded-For names clients")
    time_zone: str | None = Field(None, description="IANA name; default: the org's")
    refresh_minutes: int = Field(10, ge=1, le=1440, description="minutes between two refreshes")
    nightly: time = Field(time(2, 30), description="when every row is compared and the models are fitted anew")
    confirm_writes: bool = Field(False, description="write nothing before a person has confirmed it in the console")
    request_seconds: float = Field(1.0, ge=1, description="seconds between two looks for requests of users")
    request_share: float = Field(0.1, gt=0, le=1, description="share of the org's daily API calls for these looks")
    alert_webhook: SecretStr | None = Field(None, description="Slack incoming webhook for alerts")

    @field_validator("alert_webhook")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is None else _webhook(value, "the webhook")

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone: expected an IANA name such as Europe/Berlin")
        return value


class ConsoleSection(Section):
    """Who may use the console with a login of the org, beside those who have a token."""

    org_login: bool = Field(False, description="offer the login with a user of the org")
    url: str | None = Field(
        None, pattern=r"^https://[^/\s@]+/?$", description="https address of the console, where a proxy gives it one"
    )
    consumer_secret: SecretStr | None = Field(
        None, description="of the connected app, if it wants one; better as SIDECAR_CONSOLE__CONSUMER_SECRET"
    )
    permission_set: str = Field("Sidecar_Admin", description="its users may do everything")
    read_permission_set: str | None = Field(None, description="its users may look at everything")
    users: tuple[str, ...] = Field((), description="usernames that may do everything without the permission set")


class MailSection(Section):
    """The mail server that takes the digests. Without `host` none is sent."""

    host: str | None = Field(None, description="SMTP server")
    port: int = Field(587, ge=1, le=65535, description="587 with starttls, 465 with tls")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="none: for a server on this machine")
    username: str | None = Field(None, description="login, where the server wants one")
    password: SecretStr | None = Field(None, description="better as SIDECAR_MAIL__PASSWORD in the environment")
    sender: str | None = Field(None, description="address that the digests come from")
    timeout_seconds: float = Field(20.0, gt=0, le=120, description="patience with a server that does not answer")

    @model_validator(mode="after")
    def _whole(self) -> "MailSection":
        if self.host is not None and self.sender is None:
            raise ValueError("host is set and sender is not: set sender to the address that digests come from")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: set both or none")
        if self.security == "none" and self.host not in (None, "localhost", "127.0.0.1", "::1"):
            raise ValueError("security = 'none' is for a server on this machine: use starttls or tls")
        return self


class SlackSection(Section):
    """Who gets digest and alerts by Slack too. A webhook is a secret: best all in SIDECAR_SLACK__WEBHOOKS, as JSON."""

    webhooks: dict[str, SecretStr] = Field(
        default_factory=dict, description="username = incoming webhook of a direct message or channel of that person's"
    )

    @field_validator("webhooks")
    @classmethod
    def _addresses(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        return {username: _webhook(webhook, f"the webhook of {username}") for username, webhook in value.items()}

    def by_username(self) -> dict[str, SecretStr]:
        """Lower-case username -> webhook."""
        return {username.casefold(): webhook for username, webhook in self.webhooks.items()}


class DigestSection(Section):
    """The weekly digest, and the alerts of the day."""

    at: time = Field(time(7, 0), description="on Mondays, in the org's time zone")
    alerts: bool = Field(True, description="tell owner and leader when an account's projection falls below its commit")
    alert_share: float = Field(0.05, gt=0, lt=1, description="share of the commit that it has to be below")
    without: tuple[str, ...] = Field((), description="usernames of those who want none")


class OpportunityFields(Section):
    """Fields of Opportunity with a meaning of their own in this org."""

    arr: str | None = Field(None, description="field with the deal's ARR; else its lines, else Amount")
    type: str = Field("Type", description="field that tells the segment")
    predictors: dict[str, str] = Field(
        {}, description="further fields that a win may depend on, by the name to show: Competitor = API name"
    )


class LineFields(Section):
    """Fields of OpportunityLineItem."""

    term_months: str | None = Field(None, description="field with the term in months: ARR = price / term x 12")


class ProductFields(Section):
    """Fields of Product2."""

    pillar: str = Field("Family", description="field that tells the pillar")


class AssetFields(Section):
    """Fields of Asset."""

    arr: str | None = Field(None, description="field with the yearly value; else Price x Quantity")


class ContractFields(Section):
    """Fields of Contract."""

    arr: str | None = Field(None, description="field with the yearly value")
    true_up_date: str | None = Field(None, description="field with the day on which use is counted and paid for")


class CaseFields(Section):
    """Fields of Case."""

    reopened: str | None = Field(None, description="field that tells how often (or whether) a case was reopened")


class MappingSection(Section):
    """The mapping from the org's fields to the product's words."""

    opportunity: OpportunityFields = OpportunityFields()
    line: LineFields = LineFields()
    product: ProductFields = ProductFields()
    asset: AssetFields = AssetFields()
    contract: ContractFields = ContractFields()
    case: CaseFields = CaseFields()
    forecasting_type: str | None = Field(
        None, description="developer name of the forecasting type whose quotas are plans; else the one with the most"
    )


class SegmentsSection(Section):
    """Which values of the type field belong to which segment (compared without case)."""

    renew: tuple[str, ...] = Field(
        ("Renewal", "Renew", "Existing Customer - Renewal", "Existing Business - Renewal"),
        description="types of a renewal",
    )
    upsell: tuple[str, ...] = Field(
        (
            "Upsell",
            "Cross-sell",
            "Expansion",
            "Add-On",
            "Existing Business",
            "Existing Customer - Upgrade",
            "Existing Customer - Replacement",
            "Existing Customer - Downgrade",
        ),
        description="types of an upsell or cross-sell",
    )
    net_new: tuple[str, ...] = Field(
        ("Net New", "New", "New Business", "New Customer", "New Logo"), description="types of a new customer"
    )

    def by_type(self) -> dict[str, str]:
        """Lower-case type value -> segment."""
        parts = zip(SEGMENTS, (self.renew, self.upsell, self.net_new), strict=True)
        return {value.casefold(): segment for segment, values in parts for value in values}


class CalendarSection(Section):
    """The fiscal calendar, where it is not to be read from the org."""

    fiscal_year_start_month: int | None = Field(None, ge=1, le=12, description="1 to 12; default: the org's own")


class ActionsSection(Section):
    """What to do next: what calls for an action, and how many are kept."""

    likely: float = Field(0.5, ge=0, le=1, description="win probability from which a deal is worth pulling in")
    commit_category: str = Field("Commit", description="forecast category that means commit")
    commit_probability: float = Field(0.5, ge=0, le=1, description="a committed deal less likely than this is at risk")
    critical_days: int = Field(30, ge=1, description="a committed deal at risk that closes within these is critical")
    renewal_days: int = Field(90, ge=1, description="days before its close date when a renewal needs a next step")
    coverage_days: int = Field(30, ge=1, description="with fewer days left new pipeline is not asked for")
    per_owner: int = Field(25, ge=1, description="most actions of one person")
    keep_days: int = Field(180, ge=1, description="days that an ended action is kept")


class HealthSection(Section):
    """Customer health: what is measured, what counts how much, and the bands. The measures: docs/health.md."""

    measures: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="changes to the product's measures by their key, and new measures"
    )
    dimension_weights: dict[str, float] = Field(
        default_factory=lambda: {"technical": 0.35, "deployment": 0.25, "adoption": 0.4},
        description="weights in the total; only their ratios count",
    )
    needed_coverage: float = Field(0.3, ge=0, le=1, description="a dimension with less of its inputs is unknown")
    yellow_from: float = Field(50.0, description="lowest total of the band Yellow")
    green_from: float = Field(75.0, description="lowest total of the band Green")
    band_margin: float = Field(2.0, description="points beyond a bound before the band changes")
    segment: str = Field("industry", description="what tells a customer's segment, for targets: industry or country")
    renewal_days: int = Field(90, ge=1, description="days before a renewal of which the health tells its risk")
    enough_renewals: int = Field(30, ge=10, description="past renewals needed to fit the churn risk")


class Configuration(BaseSettings):
    """Everything `sidecar.toml` may say."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="SIDECAR_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    org: OrgSection = OrgSection()
    pull: PullSection = PullSection()
    feeds: FeedsSection = FeedsSection()
    write: WriteSection = WriteSection()
    mapping: MappingSection = MappingSection()
    segments: SegmentsSection = SegmentsSection()
    calendar: CalendarSection = CalendarSection()
    actions: ActionsSection = ActionsSection()
    health: HealthSection = HealthSection()
    service: ServiceSection = ServiceSection()
    console: ConsoleSection = ConsoleSection()
    mail: MailSection = MailSection()
    slack: SlackSection = SlackSection()
    digest: DigestSection = DigestSection()

    @property
    def tells_people(self) -> bool:
        """Whether there is any way to send digests and alerts."""
        return self.mail.host is not None or bool(self.slack.webhooks)

    @field_validator("segments")
    @classmethod
    def _one_segment_each(cls, value: SegmentsSection) -> SegmentsSection:
        seen: dict[str, str] = {}
        for segment, words in zip(SEGMENTS, (value.renew, value.upsell, value.net_new), strict=True):
            for word in words:
                other = seen.setdefault(word.casefold(), segment)
                if other != segment:
                    raise ValueError(f"the type {word!r} stands under both {other} and {segment}")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file (which arrives as init values)."""
        return env_settings, init_settings
