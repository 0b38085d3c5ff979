"""Which objects and fields of the org are read.

Required fields stop the run when they are missing; optional ones are left out and reported. Fields that the
configuration names are required: a person asked for them.
"""

from sidecar.configuration import Configuration, FeedsSection, MappingSection
from sidecar.targets import ACCOUNT, ACTION, OPPORTUNITY, PROJECTION, RUN
from sync import Catalogue, CatalogueObject

_CURRENCY = ("CurrencyIsoCode",)
"""On every object with amounts, in orgs with several currencies."""


def catalogue(configuration: Configuration) -> Catalogue:
    """The objects to pull, in an order in which parents come first.

    Returns:
        One entry per object. `needed=False` marks objects that a plain Sales Cloud org may lack, or the integration
        user may not see; without them a score has less coverage, which it says.
    """
    return (
        *_master_data(configuration.feeds),
        *_currencies_and_calendar(),
        *_quotas(),
        *_deals(configuration.mapping),
        *_customer(configuration.mapping),
        *_own_objects(),
    )


def _master_data(feeds: FeedsSection) -> Catalogue:
    return (
        CatalogueObject(
            "Organization",
            ("Id",),
            ("FiscalYearStartMonth", "TimeZoneSidKey"),
            extras=("UsesStartDateAsFiscalYearName",),
        ),
        CatalogueObject("User", ("Id", "Name", "IsActive"), ("ManagerId",)),
        CatalogueObject(
            "OpportunityStage",
            ("Id", "MasterLabel", "ApiName", "SortOrder", "IsClosed", "IsWon", "IsActive"),
            ("DefaultProbability", "ForecastCategory"),
        ),
        CatalogueObject(
            "Account",
            tuple(dict.fromkeys(("Id", "Name", feeds.account, *ACCOUNT.field_names))),
            ("Industry", "NumberOfEmployees", "AnnualRevenue", "BillingCountry", "ParentId", "OwnerId"),
            extras=_CURRENCY,
        ),
    )


def _currencies_and_calendar() -> Catalogue:
    """Only some orgs have these; their absence is nothing to report."""
    return (
        CatalogueObject(
            "CurrencyType",
            ("Id", "IsoCode", "ConversionRate"),
            extras=("DecimalPlaces", "IsActive", "IsCorporate"),
            needed=False,
            usual=False,
        ),
        CatalogueObject(
            "DatedConversionRate",
            ("Id", "IsoCode", "StartDate", "ConversionRate"),
            extras=("NextStartDate",),
            needed=False,
            usual=False,
        ),
        CatalogueObject(
            "FiscalYearSettings",
            ("Id", "StartDate", "EndDate"),
            extras=("Name", "IsStandardYear", "YearType", "PeriodId"),
            needed=False,
            usual=False,
        ),
        CatalogueObject(
            "Period",
            ("Id", "Type", "StartDate", "EndDate"),
            extras=(
                *("Number", "QuarterLabel", "PeriodLabel", "FullyQualifiedLabel", "FiscalYearSettingsId"),
                "IsForecastPeriod",
            ),
            needed=False,
            usual=False,
        ),
    )


def _quotas() -> Catalogue:
    """Quotas of the org's own forecasting, where it uses it."""
    return (
        CatalogueObject(
            "ForecastingType",
            ("Id", "DeveloperName"),
            extras=("IsActive", "IsAmount", "HasProductFamily"),
            needed=False,
            usual=False,
        ),
        CatalogueObject(
            "ForecastingQuota",
            ("Id", "QuotaOwnerId", "StartDate", "QuotaAmount"),
            extras=("ForecastingTypeId", "ProductFamily", "PeriodId", *_CURRENCY),
            needed=False,
            usual=False,
        ),
    )


def _deals(mapping: MappingSection) -> Catalogue:
    opportunity_asked, opportunity_optional = _asked(
        {
            mapping.opportunity.arr: None,
            mapping.opportunity.type: "Type",
            **dict.fromkeys(mapping.opportunity.predictors.values()),
        },
        ("ForecastCategory", "ForecastCategoryName", "Probability", "NextStep", "LastActivityDate"),
    )
    line_asked, _ = _asked({mapping.line.term_months: None}, ())
    product_asked, product_optional = _asked({mapping.product.pillar: "Family"}, ("Name",))
    return (
        CatalogueObject(
            "Opportunity",
            (
                *("Id", "Name", "AccountId", "OwnerId", "StageName", "Amount", "CloseDate"),
                *("CreatedDate", "IsClosed", "IsWon", *opportunity_asked, *OPPORTUNITY.field_names),
            ),
            opportunity_optional,
            extras=_CURRENCY,
        ),
        CatalogueObject(
            "OpportunityHistory",
            ("Id", "OpportunityId", "StageName", "CreatedDate"),
            ("Amount", "CloseDate", "Probability", "ForecastCategory", "ExpectedRevenue"),
            extras=_CURRENCY,
        ),
        CatalogueObject("Product2", ("Id", *product_asked), product_optional, needed=False),
        CatalogueObject(
            "OpportunityLineItem",
            ("Id", "OpportunityId", *line_asked),
            ("Product2Id", "Quantity", "TotalPrice", "CreatedDate"),
            needed=False,
            extras=_CURRENCY,
        ),
        CatalogueObject(
            "OpportunityContactRole",
            ("Id", "OpportunityId", "ContactId"),
            ("Role", "IsPrimary", "CreatedDate"),
            needed=False,
        ),
        CatalogueObject(
            "Task",
            ("Id", "ActivityDate"),
            ("WhatId", "AccountId", "IsClosed", "TaskSubtype", "Subject"),
            needed=False,
        ),
        CatalogueObject("Event", ("Id", "ActivityDate"), ("WhatId", "AccountId", "Subject"), needed=False),
    )


def _customer(mapping: MappingSection) -> Catalogue:
    asset_asked, _ = _asked({mapping.asset.arr: None}, ())
    contract_asked, _ = _asked({mapping.contract.arr: None, mapping.contract.true_up_date: None}, ())
    case_asked, _ = _asked({mapping.case.reopened: None}, ())
    return (
        CatalogueObject(
            "Asset",
            ("Id", "AccountId", *asset_asked),
            ("Name", "Product2Id", "Status", "Quantity", "Price", "InstallDate", "UsageEndDate", "CreatedDate"),
            needed=False,
            extras=_CURRENCY,
        ),
        CatalogueObject(
            "Contract",
            ("Id", "AccountId", "Status", *contract_asked),
            ("StatusCode", "StartDate", "EndDate", "ContractTerm"),
            needed=False,
            extras=_CURRENCY,
        ),
        CatalogueObject(
            "Case",
            ("Id", "AccountId", "CreatedDate", "IsClosed", *case_asked),
            (
                *("Priority", "Status", "IsEscalated", "ClosedDate", "CaseNumber"),
                *("Type", "Reason", "ProductId", "AssetId"),
            ),
            needed=False,
        ),
    )


def _own_objects() -> Catalogue:
    return (
        CatalogueObject(
            "Sidecar_Plan__c",
            ("Id", "Sidecar_Quarter_Start__c", "Sidecar_Amount__c"),
            ("Sidecar_Rep__c", "Sidecar_Account__c", "Sidecar_Segment__c", "Sidecar_Pillar__c"),
            extras=_CURRENCY,
        ),
        CatalogueObject(
            "Sidecar_Usage__c",
            ("Id", "Sidecar_Account__c", "Sidecar_Product__c", "Sidecar_Week_Start__c"),
            (
                *("Sidecar_Licensed__c", "Sidecar_Active_Users__c", "Sidecar_Features_Bought__c"),
                *("Sidecar_Features_Used__c", "Sidecar_Volume__c"),
            ),
        ),
        CatalogueObject(
            "Sidecar_Deployment__c",
            ("Id", "Sidecar_Account__c", "Sidecar_Product__c"),
            (
                *("Sidecar_Unit__c", "Sidecar_Bought__c", "Sidecar_Deployed__c", "Sidecar_Milestones_Planned__c"),
                *("Sidecar_Milestones_Reached__c", "Sidecar_Started_On__c", "Sidecar_Target_Date__c"),
                *("Sidecar_Completed_On__c", "Sidecar_Status__c"),
            ),
        ),
        CatalogueObject("Sidecar_Projection__c", ("Id", PROJECTION.key, *PROJECTION.field_names), extras=_CURRENCY),
        CatalogueObject(
            "Sidecar_Action__c",
            ("Id", ACTION.key, *ACTION.field_names, "Sidecar_Snoozed_Until__c"),
            extras=_CURRENCY,
        ),
        CatalogueObject("Sidecar_Run__c", ("Id", RUN.key, *RUN.field_names)),
    )


def _asked(mapped: dict[str | None, str | None], optional: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split mapped fields into those a person named (required) and untouched defaults (optional).

    Args:
        mapped: configured field -> its default, None where there is none.
        optional: optional fields to which the defaults are added.
    """
    named = tuple(field for field, default in mapped.items() if field and field != default)
    defaults = tuple(field for field, default in mapped.items() if field and field == default)
    return named, (*defaults, *optional)
