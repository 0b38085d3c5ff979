"""The old names by which list views call standard fields."""

from __future__ import annotations

# Names that list views use for standard fields, by object ("" for every object).
_COLUMN_NAMES = {
    "": {
        "NAME": "Name",
        "CORE.USERS.ALIAS": "Owner.Alias",
        "CORE.USERS.FIRST_NAME": "Owner.FirstName",
        "CORE.USERS.LAST_NAME": "Owner.LastName",
        "OWNER.ALIAS": "Owner.Alias",
        "CREATED_DATE": "CreatedDate",
        "CREATEDBY_USER": "CreatedBy.Name",
        "CREATEDBY_USER.ALIAS": "CreatedBy.Alias",
        "UPDATEDBY_USER": "LastModifiedBy.Name",
        "UPDATEDBY_USER.ALIAS": "LastModifiedBy.Alias",
        "LAST_UPDATE": "LastModifiedDate",
    },
    "Account": {
        "ACCOUNT.NAME": "Name",
        "ACCOUNT.TYPE": "Type",
        "ACCOUNT.INDUSTRY": "Industry",
        "ACCOUNT.PHONE1": "Phone",
        "ACCOUNT.ADDRESS1_CITY": "BillingCity",
        "ACCOUNT.ADDRESS1_STATE": "BillingState",
        "ACCOUNT.SITE": "Site",
        "ACCOUNT.SALES": "AnnualRevenue",
        "ACCOUNT.EMPLOYEES": "NumberOfEmployees",
    },
    "Opportunity": {
        "OPPORTUNITY.NAME": "Name",
        "ACCOUNT.NAME": "Account.Name",
        "OPPORTUNITY.STAGE_NAME": "StageName",
        "OPPORTUNITY.AMOUNT": "Amount",
        "OPPORTUNITY.CLOSE_DATE": "CloseDate",
        "OPPORTUNITY.CLOSED": "IsClosed",
        "OPPORTUNITY.WON": "IsWon",
        "OPPORTUNITY.PROBABILITY": "Probability",
        "OPPORTUNITY.TYPE": "Type",
        "OPPORTUNITY.NEXT_STEP": "NextStep",
        "OPPORTUNITY.CREATED_DATE": "CreatedDate",
        "OPPORTUNITY.LAST_UPDATE": "LastModifiedDate",
        "OPPORTUNITY.FORECAST_CATEGORY": "ForecastCategoryName",
    },
}


def api_name(column: str, sobject: str) -> str:
    """The API name of a list view's column: `OPPORTUNITY.STAGE_NAME` is `StageName`."""
    return _COLUMN_NAMES.get(sobject, {}).get(column) or _COLUMN_NAMES[""].get(column) or column
