"""What a fresh org holds: its Organization row, profiles, two users, stages, forecast type and standard price book."""

from __future__ import annotations

import secrets
import sqlite3

from localorg.access import ADMIN_PROFILE, INTEGRATION_PROFILE, STANDARD_PROFILE
from localorg.ids import ALPHABET, IdAllocator, checksum
from localorg.store.sql import Value, insert_rows
from localorg.store.stages import FORECAST_CATEGORY_NAMES

ADMIN_USERNAME = "admin@local.example"
INTEGRATION_USERNAME = "integration@local.example"
CURRENCY = "USD"
TIME_ZONE = "UTC"
# Salesforce's own stages: label, probability, forecast category, closed, won.
STANDARD_STAGES = (
    ("Prospecting", 10, "Pipeline", 0, 0),
    ("Qualification", 10, "Pipeline", 0, 0),
    ("Needs Analysis", 20, "Pipeline", 0, 0),
    ("Value Proposition", 50, "Pipeline", 0, 0),
    ("Id. Decision Makers", 60, "Pipeline", 0, 0),
    ("Perception Analysis", 70, "Pipeline", 0, 0),
    ("Proposal/Price Quote", 75, "Pipeline", 0, 0),
    ("Negotiation/Review", 90, "Pipeline", 0, 0),
    ("Closed Won", 100, "Closed", 1, 1),
    ("Closed Lost", 0, "Omitted", 1, 0),
)


def give_birth(connection: sqlite3.Connection, now: str) -> str:
    """Fill a new org's tables; `now` is the stamp of its rows. Returns the org's 18-character id."""
    allocator = IdAllocator(connection)
    profiles = dict(zip((ADMIN_PROFILE, STANDARD_PROFILE, INTEGRATION_PROFILE), allocator.take("00e", 3), strict=True))
    admin, integration = allocator.take("005", 2)
    audit: dict[str, Value] = {
        "CreatedDate": now,
        "CreatedById": admin,
        "LastModifiedDate": now,
        "LastModifiedById": admin,
        "SystemModstamp": now,
    }
    insert_rows(
        connection, "Profile", [{"Id": i, "Name": n, "UserType": "Standard", **audit} for n, i in profiles.items()]
    )
    insert_rows(
        connection,
        "User",
        [
            _user(admin, ADMIN_USERNAME, "Local", "Admin", profiles[ADMIN_PROFILE]) | audit,
            _user(integration, INTEGRATION_USERNAME, "Sidecar", "Integration", profiles[INTEGRATION_PROFILE]) | audit,
        ],
    )
    org_id15 = "00D" + "".join(secrets.choice(ALPHABET) for _ in range(12))
    org_id = org_id15 + checksum(org_id15)
    insert_rows(connection, "Organization", [_organization(org_id) | audit])
    insert_rows(connection, "OpportunityStage", [row | audit for row in _stages(allocator)])
    insert_rows(
        connection,
        "Pricebook2",
        [{"Id": allocator.take("01s")[0], "Name": "Standard Price Book", "IsActive": 1, "IsStandard": 1, **audit}],
    )
    insert_rows(connection, "CurrencyType", [_currency(allocator) | audit])
    insert_rows(connection, "ForecastingType", [_forecasting_type(allocator) | audit])
    return org_id


def _user(user_id: str, username: str, first: str, last: str, profile_id: str) -> dict[str, Value]:
    return {
        "Id": user_id,
        "Username": username,
        "FirstName": first,
        "LastName": last,
        "Name": f"{first} {last}",
        "Email": username,
        "Alias": first.lower()[:8],
        "IsActive": 1,
        "ProfileId": profile_id,
        "UserType": "Standard",
        "TimeZoneSidKey": TIME_ZONE,
        "LocaleSidKey": "en_US",
        "LanguageLocaleKey": "en_US",
        "EmailEncodingKey": "UTF-8",
    }


def _organization(org_id: str) -> dict[str, Value]:
    return {
        "Id": org_id,
        "Name": "Local Org",
        "OrganizationType": "Developer Edition",
        "InstanceName": "LOCAL",
        "FiscalYearStartMonth": 1,
        "TimeZoneSidKey": TIME_ZONE,
        "DefaultLocaleSidKey": "en_US",
        "LanguageLocaleKey": "en_US",
        "DefaultAccountAccess": "Edit",
        "DefaultContactAccess": "ControlledByParent",
        "DefaultOpportunityAccess": "Edit",
        "DefaultCaseAccess": "ReadEditTransfer",
    }


def _stages(allocator: IdAllocator) -> list[dict[str, Value]]:
    ids = allocator.take("01J", len(STANDARD_STAGES))
    return [
        {
            "Id": stage_id,
            "MasterLabel": label,
            "ApiName": label,
            "IsActive": 1,
            "SortOrder": order,
            "IsClosed": closed,
            "IsWon": won,
            "ForecastCategory": category,
            "ForecastCategoryName": FORECAST_CATEGORY_NAMES[category],
            "DefaultProbability": probability,
        }
        for order, (stage_id, (label, probability, category, closed, won)) in enumerate(
            zip(ids, STANDARD_STAGES, strict=True), 1
        )
    ]


def _currency(allocator: IdAllocator) -> dict[str, Value]:
    return {
        "Id": allocator.take("01L")[0],
        "IsoCode": CURRENCY,
        "ConversionRate": 1,
        "DecimalPlaces": 2,
        "IsActive": 1,
        "IsCorporate": 1,
    }


def _forecasting_type(allocator: IdAllocator) -> dict[str, Value]:
    return {
        "Id": allocator.take("0Db")[0],
        "DeveloperName": "OpportunityRevenue",
        "MasterLabel": "Opportunity Revenue",
        "Language": "en_US",
        "IsActive": 1,
        "IsAmount": 1,
        "CanDisplayQuotas": 1,
        "DateType": "OpportunityCloseDate",
        "RoleType": "R",
    }
