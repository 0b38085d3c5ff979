"""The generated book holds together: ids, references, histories, dates, plans; and it looks like a sales team's."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localorg.book import Book, BookSettings, BookSettingsError, generate, showcase, write_csv
from localorg.book.catalogue import PRODUCTS, STAGES
from localorg.ids import id18

END = date(2026, 11, 22)
REFERENCES = {
    "AccountId": "Account",
    "Sidecar_Account__c": "Account",
    "Sidecar_Rep__c": "User",
    "OwnerId": "User",
    "ManagerId": "User",
    "CreatedById": "User",
    "LastModifiedById": "User",
    "Product2Id": "Product2",
    "OpportunityId": "Opportunity",
    "ContactId": "Contact",
    "WhoId": "Contact",
}
REQUIRED = {
    "User": ("Username", "LastName", "Email", "Alias", "IsActive"),
    "Account": ("Name", "OwnerId", "Industry", "AnnualRevenue", "NumberOfEmployees"),
    "Contact": ("LastName", "AccountId", "OwnerId"),
    "Product2": ("Name", "Family", "IsActive"),
    "OpportunityStage": ("ApiName", "SortOrder", "DefaultProbability", "ForecastCategory"),
    "Opportunity": ("Name", "StageName", "CloseDate", "Type", "IsClosed", "IsWon", "ForecastCategory", "OwnerId"),
    "OpportunityHistory": ("OpportunityId", "StageName", "CloseDate", "CreatedDate"),
    "OpportunityLineItem": ("OpportunityId", "Product2Id", "Quantity", "UnitPrice", "TotalPrice"),
    "OpportunityContactRole": ("OpportunityId", "ContactId", "IsPrimary"),
    "Task": ("Subject", "Status", "Priority", "ActivityDate", "WhatId", "OwnerId"),
    "Event": ("Subject", "ActivityDate", "StartDateTime", "EndDateTime", "WhatId", "OwnerId"),
    "Asset": ("Name", "AccountId", "Product2Id", "Status", "Quantity", "Price", "UsageEndDate"),
    "Case": ("CaseNumber", "AccountId", "Subject", "Priority", "Status", "IsClosed", "IsEscalated"),
    "Sidecar_Deployment__c": ("Sidecar_Key__c", "Sidecar_Account__c", "Sidecar_Bought__c", "Sidecar_Status__c"),
    "Sidecar_Usage__c": ("Sidecar_Key__c", "Sidecar_Account__c", "Sidecar_Week_Start__c", "Sidecar_Licensed__c"),
    "Sidecar_Plan__c": ("Sidecar_Key__c", "Sidecar_Quarter_Start__c", "Sidecar_Segment__c", "Sidecar_Amount__c"),
}


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(BookSettings(end=END))


@pytest.fixture(scope="module")
def large() -> Book:
    return generate(BookSettings(accounts=800, deals=20_000, reps=40, usage_weeks=4, end=END))


def frame(book: Book, sobject: str) -> pd.DataFrame:
    found = book[sobject].to_pandas()
    for column in found.columns[found.columns.str.contains("Date|_On__c|Week_Start|Quarter_Start")]:
        found[column] = pd.to_datetime(found[column])
    return found


def histories(book: Book) -> pd.DataFrame:
    return frame(book, "OpportunityHistory").sort_values(["OpportunityId", "CreatedDate"], kind="stable")


def check_soundness(book: Book) -> None:
    """Ids, references, required fields and audit times of every table."""
    ids = {name: set(table["Id"].to_pylist()) for name, table in book.tables.items()}
    now = pd.Timestamp(book.settings.end, tz="UTC")
    for name, table in book.tables.items():
        found = table.to_pandas()
        assert len(ids[name]) == len(found), name
        assert all(id18(value) == value for value in found["Id"].iloc[:5])
        for column in REQUIRED[name]:
            assert not found[column].isna().any(), f"{name}.{column}"
        for column, parent in REFERENCES.items():
            if column in found:
                assert set(found[column].dropna()) <= ids[parent], f"{name}.{column}"
        if "WhatId" in found:
            assert set(found["WhatId"]) <= ids["Account"] | ids["Opportunity"]
        assert (found["SystemModstamp"] < now).all(), name
        assert (found["SystemModstamp"] >= found["CreatedDate"]).all(), name
        if "LastModifiedDate" in found:
            assert (found["LastModifiedDate"] >= found["CreatedDate"]).all(), name
            assert (found["SystemModstamp"] >= found["LastModifiedDate"]).all(), name
        if "Sidecar_Key__c" in found:
            assert found["Sidecar_Key__c"].is_unique
            assert found["Sidecar_Key__c"].str.len().max() <= 80 or len(found) == 0
        for column in found.select_dtypes("float"):
            assert not np.isinf(found[column]).any(), f"{name}.{column}"


def check_histories(book: Book) -> None:
    """Each deal's history begins with its creation and ends with what the deal is now."""
    deals, rows = frame(book, "Opportunity").set_index("Id"), histories(book)
    assert not rows.duplicated(["OpportunityId", "CreatedDate"]).any()
    first, last = (
        rows.groupby("OpportunityId").first(),
        rows.groupby("OpportunityId").tail(1).set_index("OpportunityId"),
    )
    assert set(first.index) == set(deals.index)
    last = last.loc[deals.index]
    for column in ("StageName", "CloseDate", "Probability"):
        assert (last[column] == deals[column]).all(), column
    assert ((last["Amount"] == deals["Amount"]) | (last["Amount"].isna() & deals["Amount"].isna())).all()
    assert (first.loc[deals.index, "CreatedDate"] == deals["CreatedDate"]).all()
    assert (last["CreatedDate"] <= deals["LastModifiedDate"]).all()


def test_tables_are_sound(book: Book) -> None:
    check_soundness(book)


@pytest.mark.shows("book.deals")
def test_histories_end_where_the_deals_stand(book: Book) -> None:
    check_histories(book)


@pytest.mark.shows("book.deals")
def test_same_settings_give_the_same_book() -> None:
    small = BookSettings(accounts=5, deals=60, quarters=4, reps=2, end=END)
    one, other = generate(small), generate(small)
    assert all(one[name].equals(other[name]) for name in one.tables)


def test_another_seed_gives_other_deals_and_other_ids() -> None:
    one = generate(BookSettings(accounts=5, deals=60, quarters=4, reps=2, seed=1, end=END))
    other = generate(BookSettings(accounts=5, deals=60, quarters=4, reps=2, seed=2, end=END))
    assert one["Opportunity"]["CloseDate"] != other["Opportunity"]["CloseDate"]
    assert not set(one["Opportunity"]["Id"].to_pylist()) & set(other["Opportunity"]["Id"].to_pylist())


@settings(max_examples=12)
@given(
    st.builds(
        BookSettings,
        accounts=st.integers(1, 12),
        deals=st.integers(1, 80),
        quarters=st.integers(2, 9),
        reps=st.integers(1, 5),
        seed=st.integers(0, 2**40),
        end=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        usage_weeks=st.integers(1, 30),
    )
)
def test_small_books_of_any_size_are_sound(small: BookSettings) -> None:
    made = generate(small)
    assert made["Opportunity"].num_rows == small.deals
    assert made["Account"].num_rows == small.accounts
    check_soundness(made)
    check_histories(made)
    shown = showcase(made)
    assert shown.account_id in made["Account"]["Id"].to_pylist()
    assert shown.opportunity_id in made["Opportunity"]["Id"].to_pylist()


@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 12, 31), date(2024, 2, 29), date(2026, 10, 2)])
def test_a_book_may_end_on_the_edge_of_a_quarter(day: date) -> None:
    made = generate(BookSettings(accounts=4, deals=50, quarters=3, reps=2, end=day))
    check_soundness(made)
    check_histories(made)
    plans = frame(made, "Sidecar_Plan__c")
    assert plans["Sidecar_Quarter_Start__c"].max() == pd.Timestamp(day).to_period("Q").start_time


@pytest.mark.parametrize(
    ("sizes", "name"), [({"accounts": 0}, "accounts"), ({"deals": -1}, "deals"), ({"quarters": 1}, "quarters")]
)
def test_impossible_sizes_are_refused_by_name(sizes: dict[str, int], name: str) -> None:
    with pytest.raises(BookSettingsError, match=f"{name} = "):
        BookSettings(**sizes)


@pytest.mark.shows("book.deals")
def test_amounts_are_the_sum_of_their_lines(book: Book) -> None:
    lines = frame(book, "OpportunityLineItem")
    deals = frame(book, "Opportunity").set_index("Id")
    total = lines.groupby("OpportunityId")["TotalPrice"].sum()
    assert np.allclose(total, deals.loc[total.index, "Amount"], atol=0.005)
    assert np.allclose(lines["TotalPrice"], lines["Quantity"] * lines["UnitPrice"], atol=0.005)
    assert (deals["HasOpportunityLineItem"] == deals.index.isin(total.index)).all()
    assert (lines.groupby("OpportunityId")["Product2Id"].nunique() == lines.groupby("OpportunityId").size()).all()
    assert deals.loc[deals["IsWon"], "HasOpportunityLineItem"].all()


def test_stage_decides_flags_probability_and_forecast_category_of_closed_deals(book: Book) -> None:
    deals = frame(book, "Opportunity")
    stages = pd.DataFrame([vars(stage) for stage in STAGES]).set_index("name").loc[deals["StageName"]]
    assert (deals["IsClosed"].to_numpy() == stages["is_closed"].to_numpy()).all()
    assert (deals["IsWon"].to_numpy() == stages["is_won"].to_numpy()).all()
    assert (deals["Probability"].to_numpy() == stages["probability"].to_numpy()).all()
    closed = deals["IsClosed"].to_numpy()
    assert (deals["ForecastCategory"].to_numpy() == stages["category"].to_numpy())[closed].all()


def test_closed_deals_close_on_the_day_they_were_closed(book: Book) -> None:
    deals = frame(book, "Opportunity")
    closed = deals[deals["IsClosed"]]
    assert (closed["CloseDate"] == closed["LastStageChangeDate"].dt.tz_localize(None).dt.normalize()).all()
    assert (closed["CloseDate"] < pd.Timestamp(END)).all()


@pytest.mark.shows("book.covariates")
def test_state_of_the_chain_can_be_read_off_the_org(book: Book) -> None:
    rows, walk = histories(book), book.world.deals.walk
    deals = frame(book, "Opportunity")
    rows["quarter"] = rows["CloseDate"].dt.year * 4 + rows["CloseDate"].dt.quarter
    live = rows[rows["OpportunityId"].isin(deals.loc[~deals["IsClosed"], "Id"])]
    moved = live.groupby("OpportunityId")["quarter"].diff().clip(lower=0)
    pushes = moved.groupby(live["OpportunityId"]).sum()
    now = END.year * 4 + (END.month - 1) // 3 + 1
    ahead = live.groupby("OpportunityId")["quarter"].last() - now
    seen = (pushes + (-ahead).clip(lower=0)).clip(upper=3)
    stays = deals["StageName"].map({stage.name: n for n, stage in enumerate(STAGES)})
    is_open = (~deals["IsClosed"]).to_numpy()
    assert (seen.reindex(deals["Id"][is_open]).to_numpy() == walk.pushes[is_open]).all()
    assert (ahead.clip(lower=0).reindex(deals["Id"][is_open]).to_numpy() == walk.due[is_open]).all()
    assert (stays.to_numpy() == walk.stage).all()


@pytest.mark.shows("book.assets")
def test_renewals_line_up_with_the_assets(book: Book) -> None:
    assets, deals = frame(book, "Asset"), frame(book, "Opportunity")
    live = deals[(deals["Type"] == "Renewal") & ~deals["IsClosed"]]
    began = histories(book).groupby("OpportunityId").first()["CloseDate"]
    ends = set(zip(assets["AccountId"], assets["UsageEndDate"], strict=True))
    wanted = set(zip(live["AccountId"], began.loc[live["Id"]], strict=True))
    assert wanted
    assert wanted <= ends
    over = assets["UsageEndDate"] < pd.Timestamp(END) - pd.Timedelta(days=400)
    assert (assets.loc[over, "Status"] == "Obsolete").mean() > 0.9
    assert (assets["Quantity"] >= 1).all()


@pytest.mark.shows("book.plans")
def test_plans_are_split_to_the_dollar_and_never_mixed(book: Book) -> None:
    plans, accounts = frame(book, "Sidecar_Plan__c"), frame(book, "Account").set_index("Id")
    rep, account = plans["Sidecar_Rep__c"].notna(), plans["Sidecar_Account__c"].notna()
    assert (rep ^ account).all()
    running = plans["Sidecar_Quarter_Start__c"] == "2026-10-01"
    assert running[account].all()
    assert plans.loc[account, "Sidecar_Pillar__c"].isna().all()
    assert len(plans[rep]) == 8 * 12 * 3 * 6
    split = plans[account].assign(rep=accounts.loc[plans.loc[account, "Sidecar_Account__c"], "OwnerId"].to_numpy())
    split = split.groupby(["rep", "Sidecar_Segment__c"])["Sidecar_Amount__c"].sum()
    whole = plans[rep & running].groupby(["Sidecar_Rep__c", "Sidecar_Segment__c"])["Sidecar_Amount__c"].sum()
    assert (split == whole.loc[split.index]).all()
    assert split.sum() > 0.95 * whole.sum()


def test_team_attains_what_teams_attain(large: Book) -> None:
    plans, deals = frame(large, "Sidecar_Plan__c"), frame(large, "Opportunity")
    plan = plans[plans["Sidecar_Rep__c"].notna()].groupby("Sidecar_Quarter_Start__c")["Sidecar_Amount__c"].sum()
    won = deals[deals["IsWon"]]
    booked = won.groupby(won["CloseDate"].dt.to_period("Q").dt.start_time)["Amount"].sum()
    attained = (booked / plan).iloc[2:-1]
    assert attained.between(0.6, 1.1).all()
    assert 0.1 < (booked / plan).iloc[-1] < 0.8


def test_win_rates_cycles_and_pipeline_are_those_of_a_majors_team(large: Book) -> None:
    deals = frame(large, "Opportunity")
    closed = deals[deals["IsClosed"]]
    rate = closed.groupby("Type")["IsWon"].mean()
    assert rate["Renewal"] == pytest.approx(0.86, abs=0.04)
    assert rate["Upsell"] == pytest.approx(0.42, abs=0.05)
    assert rate["Net New"] == pytest.approx(0.22, abs=0.04)
    assert (~deals["IsClosed"]).mean() == pytest.approx(0.2, abs=0.05)
    won = closed[closed["IsWon"]]
    cycle = (won["CloseDate"] - won["CreatedDate"].dt.tz_localize(None)).dt.days
    assert 90 < cycle.median() < 150
    assert cycle.quantile([0.05, 0.9]).between(35, 260).all()
    left = (won["CloseDate"].dt.to_period("Q").dt.end_time - won["CloseDate"]).dt.days
    assert 0.25 < (left < 14).mean() < 0.5
    assert deals["Amount"].between(15_000, 12_000_000).mean() > 0.97


def test_covariates_pull_in_the_known_direction(large: Book) -> None:
    profile, stage = large.world.deals.profile, large.world.deals.walk.stage
    upsell = (profile.segment == 1) & (stage >= 6)
    renewal = (profile.segment == 0) & (stage >= 6)

    def won(mask: np.ndarray) -> float:
        return float((stage[mask] == 6).mean())

    assert won(upsell & (profile.sponsor == 1)) > won(upsell & (profile.sponsor == 0)) + 0.1
    assert won(upsell & (profile.demo == 1)) > won(upsell & (profile.demo == 0)) + 0.03
    assert won(upsell & (profile.competitor == 0)) > won(upsell & (profile.competitor == 2)) + 0.1
    assert won(renewal & (profile.health == 0)) > won(renewal & (profile.health == 2)) + 0.2


@pytest.mark.shows("book.covariates")
def test_early_demos_sponsors_and_rivals_can_be_seen_in_the_org(book: Book) -> None:
    deals, profile = frame(book, "Opportunity"), book.world.deals.profile
    demos = frame(book, "Event").query("Subject == 'Product demo'").groupby("WhatId")["ActivityDate"].min()
    days = (deals["Id"].map(demos) - deals["CreatedDate"].dt.tz_localize(None).dt.normalize()).dt.days
    assert ((days <= 7).to_numpy() == (profile.demo == 1)).all()
    roles = frame(book, "OpportunityContactRole").query("Role == 'Executive Sponsor'")["OpportunityId"]
    wanted = (profile.sponsor == 1) & deals["AccountId"].notna().to_numpy()
    assert (deals["Id"].isin(roles).to_numpy() == wanted).all()
    assert (deals["Description"].notna().to_numpy() == (profile.competitor > 0)).all()


@pytest.mark.shows("book.usage")
def test_usage_shows_the_health_of_the_account(book: Book) -> None:
    usage = frame(book, "Sidecar_Usage__c")
    last = usage[usage["Sidecar_Week_Start__c"] == usage["Sidecar_Week_Start__c"].max()]
    totals = last.groupby("Sidecar_Account__c")[["Sidecar_Active_Users__c", "Sidecar_Licensed__c"]].sum()
    health = pd.Series(book.world.accounts.health[:, -1], index=book["Account"]["Id"].to_pylist()).loc[totals.index]
    share = (totals["Sidecar_Active_Users__c"] / totals["Sidecar_Licensed__c"]).groupby(health).median()
    assert share[0] > share[1] > share[2]
    assert (usage["Sidecar_Active_Users__c"] <= usage["Sidecar_Licensed__c"]).all()
    assert (usage["Sidecar_Features_Used__c"] <= usage["Sidecar_Features_Bought__c"]).all()
    assert (usage["Sidecar_Week_Start__c"].dt.day_of_week == 0).all()
    assert (usage["Sidecar_Week_Start__c"] <= pd.Timestamp(END) - pd.Timedelta(days=7)).all()


@pytest.mark.shows("book.deployments")
def test_deployments_stay_within_what_was_bought(book: Book) -> None:
    found = frame(book, "Sidecar_Deployment__c")
    assert (found["Sidecar_Deployed__c"] <= found["Sidecar_Bought__c"]).all()
    assert (found["Sidecar_Milestones_Reached__c"] <= found["Sidecar_Milestones_Planned__c"]).all()
    done = found["Sidecar_Status__c"] == "Completed"
    assert (found["Sidecar_Completed_On__c"].notna() == done).all()
    assert set(found["Sidecar_Status__c"]) >= {"In Progress", "Completed", "Stalled"}


@pytest.mark.shows("book.dirt")
def test_the_org_is_as_dirty_as_orgs_are(book: Book) -> None:
    deals = frame(book, "Opportunity")
    live = deals[~deals["IsClosed"]]
    assert 0.02 < (live["CloseDate"] < pd.Timestamp(END)).mean() < 0.15
    assert 0.1 < live["NextStep"].isna().mean() < 0.4
    assert 0 < live["Amount"].isna().mean() < 0.15
    assert 0 < deals["AccountId"].isna().mean() < 0.03
    names = frame(book, "Contact").assign(name=lambda c: c["Name"].str.lower())
    assert names.duplicated(["AccountId", "name"]).sum() >= 3


def test_showcase_has_everything_to_look_at(book: Book) -> None:
    shown, deals = showcase(book), frame(book, "Opportunity").set_index("Id")
    deal = deals.loc[shown.opportunity_id]
    assert (deal["AccountId"], deal["Type"], deal["IsClosed"]) == (shown.account_id, "Upsell", False)
    assert deal["StageName"] in {stage.name for stage in STAGES[2:5]}
    own = deals[(deals["AccountId"] == shown.account_id) & ~deals["IsClosed"]]
    assert (own["Type"] == "Renewal").any()
    for sobject, column in (
        ("Sidecar_Usage__c", "Sidecar_Account__c"),
        ("Sidecar_Deployment__c", "Sidecar_Account__c"),
        ("Sidecar_Plan__c", "Sidecar_Account__c"),
        ("Case", "AccountId"),
    ):
        assert shown.account_id in set(book[sobject][column].to_pylist()), sobject


@pytest.mark.shows("book.people")
def test_sponsors_are_chiefs_and_everybody_has_a_manager(book: Book) -> None:
    roles, people = frame(book, "OpportunityContactRole"), frame(book, "Contact").set_index("Id")
    sponsors = people.loc[roles.loc[roles["Role"] == "Executive Sponsor", "ContactId"]]
    assert (sponsors["Title"] == "Chief Information Security Officer").all()
    assert set(roles["Role"].dropna()) >= {"Executive Sponsor", "Technical Buyer", "Economic Buyer", "Evaluator"}
    users = frame(book, "User")
    assert users["ManagerId"].isna().sum() == 1
    assert {"Account Executive, Majors", "Solution Consultant", "Customer Success Manager"} <= set(users["Title"])


@pytest.mark.shows("book.activities")
def test_open_deals_that_stand_still_get_less_attention(large: Book) -> None:
    deals, walk = frame(large, "Opportunity"), large.world.deals.walk
    tasks = pd.concat([frame(large, name)[["WhatId", "ActivityDate"]] for name in ("Task", "Event")])
    recent = tasks[tasks["ActivityDate"].between(pd.Timestamp(END) - pd.Timedelta(days=28), pd.Timestamp(END))]
    number = deals["Id"].map(recent["WhatId"].value_counts()).fillna(0).to_numpy()
    is_open = (~deals["IsClosed"]).to_numpy()
    assert number[is_open & (walk.age >= 8)].mean() < 0.5 * number[is_open & (walk.age < 4)].mean()


@pytest.mark.shows("book.currencies")
def test_all_amounts_are_in_one_currency(book: Book) -> None:
    assert not any("CurrencyIsoCode" in table.column_names for table in book.tables.values())


def test_names_are_unique_where_they_must_be(large: Book) -> None:
    assert frame(large, "Account")["Name"].is_unique
    assert frame(large, "User")["Username"].is_unique
    assert frame(large, "User")["Email"].str.endswith(".example").all()
    assert frame(large, "Opportunity")["Name"].str.len().max() <= 120
    assert {p.name for p in PRODUCTS} >= set(frame(large, "Sidecar_Usage__c")["Sidecar_Product__c"])


def test_csv_files_read_back_as_they_were(book: Book, tmp_path) -> None:  # type: ignore[no-untyped-def]
    paths = write_csv(book, tmp_path)
    assert {path.stem for path in paths} == set(book.tables)
    rows = pd.read_csv(tmp_path / "OpportunityHistory.csv")
    assert len(rows) == book["OpportunityHistory"].num_rows
    assert rows["CreatedDate"].str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").all()
    assert rows["CloseDate"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    deals = pd.read_csv(tmp_path / "Opportunity.csv")
    assert deals["Amount"].isna().sum() == book["Opportunity"]["Amount"].null_count
    assert isinstance(book["Opportunity"], pa.Table)
