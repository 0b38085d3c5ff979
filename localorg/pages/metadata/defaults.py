"""Layouts, lists and icons of the standard objects, which a package does not bring."""

from __future__ import annotations

from localorg.pages.metadata.layouts import Layout, RelatedListLayout, Section

SYSTEM = Section("System Information", (("CreatedById",), ("LastModifiedById",)))

LAYOUTS = {
    "Account": Layout(
        "Account",
        (
            Section(
                "Account Information",
                (
                    ("OwnerId", "Name", "ParentId", "AccountNumber", "Site", "Type", "Industry", "AnnualRevenue"),
                    ("Rating", "Phone", "Fax", "Website", "TickerSymbol", "Ownership", "NumberOfEmployees"),
                ),
            ),
            Section("Address Information", (("BillingAddress",), ("ShippingAddress",))),
            SYSTEM,
            Section("Description Information", (("Description",),)),
        ),
        (
            RelatedListLayout("Opportunities", ("Name", "StageName", "Amount", "CloseDate")),
            RelatedListLayout("Contacts", ("Name", "Title", "Email", "Phone")),
            RelatedListLayout("Cases", ("CaseNumber", "Subject", "Priority", "Status", "CreatedDate")),
            RelatedListLayout("Assets", ("Name", "Product2.Name", "Status", "Quantity", "UsageEndDate")),
            RelatedListLayout("ChildAccounts", ("Name", "Type", "Industry", "Owner.Name")),
        ),
    ),
    "Opportunity": Layout(
        "Opportunity",
        (
            Section(
                "Opportunity Information",
                (
                    ("OwnerId", "Name", "AccountId", "Type", "LeadSource", "CampaignId", "IsPrivate"),
                    ("Amount", "ExpectedRevenue", "CloseDate", "NextStep", "StageName", "Probability"),
                ),
            ),
            Section("Forecast", (("ForecastCategoryName",), ("PushCount",))),
            SYSTEM,
            Section("Description Information", (("Description",),)),
        ),
        (
            RelatedListLayout("OpportunityLineItems", ("Name", "Product2.Name", "Quantity", "UnitPrice", "TotalPrice")),
            RelatedListLayout("OpportunityContactRoles", ("Contact.Name", "Role", "IsPrimary")),
            RelatedListLayout(
                "OpportunityHistories", ("StageName", "Amount", "Probability", "CloseDate", "CreatedDate")
            ),
        ),
    ),
}

COMPACT = {
    "Account": ("Name", "Type", "Phone", "Website", "OwnerId", "Industry"),
    "Opportunity": ("Name", "AccountId", "CloseDate", "Amount", "OwnerId", "StageName"),
    "Contact": ("Name", "Title", "AccountId", "Phone", "Email", "OwnerId"),
    "Case": ("CaseNumber", "Subject", "Priority", "Status", "AccountId", "OwnerId"),
}

LIST_COLUMNS = {
    "Account": ("Name", "Type", "Industry", "Phone", "AnnualRevenue", "Owner.Alias"),
    "Opportunity": ("Name", "Account.Name", "StageName", "Amount", "CloseDate", "Owner.Alias"),
    "Contact": ("Name", "Account.Name", "Title", "Phone", "Email", "Owner.Alias"),
    "Case": ("CaseNumber", "Subject", "Account.Name", "Priority", "Status", "CreatedDate"),
}

# Icons of the design system; an object that is not here shows the sheet of its custom tab, or a plain one.
ICONS = {
    "Account": "standard:account",
    "Asset": "standard:asset_object",
    "Campaign": "standard:campaign",
    "Case": "standard:case",
    "Contact": "standard:contact",
    "Contract": "standard:contract",
    "Event": "standard:event",
    "Opportunity": "standard:opportunity",
    "OpportunityContactRole": "standard:opportunity_contact_role",
    "OpportunityHistory": "standard:record",
    "OpportunityLineItem": "standard:product_item",
    "Product2": "standard:product",
    "Task": "standard:task",
    "User": "standard:user",
}
PLAIN_ICON = "standard:record"
