"""Books for the benchmark of health: generated ones as `scoring` takes them, and one of any size for speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from localorg.book import Book as OrgBook
from scoring import Book

SEGMENTS = {"renewal": "Renew", "upsell": "Upsell", "net new": "Net New"}
MAVEN = Path(__file__).parents[2] / "shared" / "data" / "maven_crm"
WEEKS = 36  # of telemetry: the trend's 26 and what a trend over 8 weeks needs before them
END = pd.Timestamp("2026-11-22")


def scored_book(book: OrgBook) -> Book:
    """A generated book as canonical tables."""
    tables = {name: table.to_pandas() for name, table in book.tables.items()}
    products = tables["Product2"].set_index("Id")["Name"]
    opportunities, assets, cases = tables["Opportunity"], tables["Asset"], tables["Case"]
    return Book(
        accounts=_columns(tables["Account"], {"account_id": "Id", "name": "Name", "industry": "Industry"}),
        opportunities=_columns(
            opportunities.assign(segment=opportunities["Type"].str.lower().map(SEGMENTS)),
            {
                "opportunity_id": "Id",
                "account_id": "AccountId",
                "owner_id": "OwnerId",
                "stage": "StageName",
                "amount": "Amount",
                "arr": "Amount",
                "close_date": "CloseDate",
                "created_date": "CreatedDate",
                "is_closed": "IsClosed",
                "is_won": "IsWon",
                "segment": "segment",
            },
        ),
        stage_history=_columns(
            tables["OpportunityHistory"],
            {
                "opportunity_id": "OpportunityId",
                "changed_at": "CreatedDate",
                "stage": "StageName",
                "amount": "Amount",
                "close_date": "CloseDate",
            },
        ),
        stages=_stages(tables["OpportunityStage"]),
        assets=_columns(
            assets.assign(product=assets["Product2Id"].map(products), arr=assets["Price"] * assets["Quantity"]),
            {
                "asset_id": "Id",
                "account_id": "AccountId",
                "product": "product",
                "status": "Status",
                "quantity": "Quantity",
                "arr": "arr",
                "install_date": "InstallDate",
                "usage_end_date": "UsageEndDate",
            },
        ),
        usage=_own(
            tables["Sidecar_Usage__c"],
            ("week_start", "licensed", "active_users", "features_bought"),
            ("features_used", "volume"),
        ),
        deployments=_own(
            tables["Sidecar_Deployment__c"].rename(columns={"Id": "deployment_id"}),
            ("unit", "bought", "deployed", "milestones_planned", "milestones_reached", "started_on", "target_date"),
            ("completed_on", "status"),
        ),
        cases=_columns(
            cases.assign(reopened=cases["ParentId"].notna() * 1.0),
            {
                "case_id": "Id",
                "account_id": "AccountId",
                "priority": "Priority",
                "status": "Status",
                "is_closed": "IsClosed",
                "is_escalated": "IsEscalated",
                "created_date": "CreatedDate",
                "closed_date": "ClosedDate",
                "reopened": "reopened",
            },
        ),
    )


def maven_book() -> Book | None:
    """A real export that has accounts and deals, but nothing that tells health; None where it is absent."""
    if not MAVEN.is_dir():
        return None
    tables = {name: pd.read_csv(MAVEN / f"{name}.csv") for name in ("Account", "Opportunity", "OpportunityStage")}
    deals = tables["Opportunity"]
    return Book(
        accounts=_columns(tables["Account"], {"account_id": "Id", "name": "Name"}),
        opportunities=pd.DataFrame(
            {
                "opportunity_id": deals["Id"],
                "account_id": deals["AccountId"],
                "stage": deals["StageName"],
                "amount": deals["Amount"],
                "arr": deals["Amount"],
                "is_closed": deals["IsClosed"],
                **{
                    name: pd.to_datetime(deals[of], utc=True).dt.tz_localize(None)
                    for name, of in (("close_date", "CloseDate"), ("created_date", "CreatedDate"))
                },
                "is_won": deals["IsWon"],
            }
        ),
        stages=_stages(tables["OpportunityStage"]),
    )


def large_book(accounts: int, seed: int = 1) -> Book:
    """Accounts with two products each, weekly telemetry, three cases and two deployments each; no deals."""
    rng = np.random.default_rng(seed)
    ids = pd.Series([f"001{number:015d}" for number in range(accounts)], dtype="str")
    names = pd.Series([f"Product {number}" for number in range(14)], dtype="str")
    pairs = 2 * accounts
    owner, product = np.repeat(np.arange(accounts), 2), rng.integers(0, 7, pairs) * 2 + np.tile([0, 1], accounts)
    own_ids, own_names = ids.take(owner).reset_index(drop=True), names.take(product).reset_index(drop=True)
    licensed = rng.integers(50, 5_000, pairs) * 1.0
    week = np.tile(np.arange(WEEKS), pairs)
    share = np.clip(np.repeat(rng.random(pairs), WEEKS) + rng.normal(0, 0.05, len(week)), 0.02, 1)
    row = np.repeat(np.arange(pairs), WEEKS)
    first = (END - pd.Timedelta(days=6 + 7 * (WEEKS - 1))).to_datetime64().astype("datetime64[us]")
    active = np.round(licensed[row] * share)
    cases, owners = 3 * accounts, np.repeat(np.arange(accounts), 3)
    created = END - pd.to_timedelta(rng.integers(0, 250, cases), unit="D")
    lasted = pd.to_timedelta(np.ceil(rng.lognormal(2, 0.8, cases)), unit="D")
    closed = created + lasted
    started = END - pd.to_timedelta(rng.integers(20, 500, pairs), unit="D")
    bought = rng.integers(10, 500, pairs) * 1.0
    done = rng.random(pairs) < 0.6
    return Book(
        accounts=pd.DataFrame({"account_id": ids}),
        assets=pd.DataFrame(
            {
                "asset_id": [f"02i{number:015d}" for number in range(pairs)],
                "account_id": own_ids,
                "product": own_names,
                "status": "Installed",
                "quantity": licensed,
                "arr": licensed * 50.0,
                "install_date": END - pd.Timedelta(days=700),
                "usage_end_date": (END + pd.to_timedelta(rng.integers(-20, 700, pairs), unit="D")).as_unit("us"),
            }
        ),
        usage=pd.DataFrame(
            {
                "account_id": own_ids.take(row).array,
                "product": own_names.take(row).array,
                "week_start": first + week.astype("timedelta64[W]").astype("timedelta64[us]"),
                "licensed": licensed[row],
                "active_users": active,
                "features_bought": 12.0,
                "features_used": np.round(12 * share),
                "volume": np.round(active * 3.0),
            }
        ),
        deployments=pd.DataFrame(
            {
                "deployment_id": [f"a0D{number:015d}" for number in range(pairs)],
                "account_id": own_ids,
                "product": own_names,
                "unit": "Users",
                "bought": bought,
                "deployed": np.where(done, bought, np.round(bought * rng.random(pairs))),
                "milestones_planned": 5.0,
                "milestones_reached": np.where(done, 5.0, 2.0),
                "started_on": started.as_unit("us"),
                "target_date": (started + pd.Timedelta(days=150)).as_unit("us"),
                "completed_on": pd.Series(started + pd.Timedelta(days=120)).where(pd.Series(done)).dt.as_unit("us"),
                "status": np.where(done, "Completed", "In Progress"),
            }
        ),
        cases=pd.DataFrame(
            {
                "case_id": [f"500{number:015d}" for number in range(cases)],
                "account_id": ids.take(owners).reset_index(drop=True),
                "status": "Open",
                "priority": rng.choice(["Critical", "High", "Medium", "Low"], cases),
                "is_closed": closed <= END,
                "is_escalated": rng.random(cases) < 0.1,
                "reopened": 0.0,
                "created_date": created.as_unit("us"),
                "closed_date": pd.Series(closed).where(pd.Series(closed <= END)).dt.as_unit("us"),
            }
        ),
    )


def _columns(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: _plain(table[column]) for name, column in columns.items()})


def _own(table: pd.DataFrame, *names: tuple[str, ...]) -> pd.DataFrame:
    columns = {name: f"Sidecar_{name.title()}__c" for part in names for name in part}
    columns |= {"account_id": "Sidecar_Account__c", "product": "Sidecar_Product__c"}
    columns |= {"deployment_id": "deployment_id"} if "deployment_id" in table else {}
    return _columns(table, columns)


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Dates as days, moments without a zone."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return pd.Series(values.dt.tz_localize(None))
    first = values.dropna().iloc[:1]
    is_date = values.dtype == object and len(first) and hasattr(first.iloc[0], "isoformat")
    return pd.Series(pd.to_datetime(values)) if is_date else values


def _stages(table: pd.DataFrame) -> pd.DataFrame:
    name = "ApiName" if "ApiName" in table else "MasterLabel"
    return pd.DataFrame(
        {
            "stage": table[name],
            "sort_order": table["SortOrder"] * 1.0,
            "is_closed": table["IsClosed"],
            "is_won": table["IsWon"],
            "default_probability": table["DefaultProbability"] / 100.0,
            "is_active": True,
        }
    )
