"""Tables of people and companies: User, Account, Contact, and what the vendor sells: Product2, OpportunityStage."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localorg.book.accounts import COUNTRIES, INDUSTRIES
from localorg.book.catalogue import PILLARS, PRODUCTS, STAGES
from localorg.book.columns import (
    DAY_MS,
    Bools,
    Column,
    Ints,
    audit,
    constant,
    days,
    digits,
    join,
    numbers,
    office_moment,
    pick,
    sloppy,
)
from localorg.book.words import company_names, company_stems, people
from localorg.book.world import World

TITLES = (
    "Chief Information Security Officer",
    "Chief Information Officer",
    "Security Architect",
    "Director of Network Engineering",
    "SOC Manager",
    "Cloud Platform Lead",
    "Procurement Manager",
    "VP Infrastructure",
)
_DEPARTMENTS = ("Security", "IT", "Security", "Network", "Security Operations", "Cloud", "Procurement", "IT")


def user_table(world: World) -> pa.Table:
    """Reps, managers, the leader, solution consultants, CSMs and support engineers, with managers and addresses."""
    staff, rng = world.staff, world.settings.rng("users")
    count = staff.count
    first, last = people(count, rng)
    number = np.arange(count)
    groups = np.array([staff.reps, staff.managers, 1, staff.consultants, staff.csms, staff.support])
    group = np.repeat(np.arange(6), groups)
    titles = (
        "Account Executive, Majors",
        "Sales Manager, Majors",
        "VP Sales, Majors",
        "Solution Consultant",
        "Customer Success Manager",
        "Support Engineer",
    )
    manager = np.full(count, staff.leader)
    manager[: staff.reps] = staff.manager_of(np.arange(staff.reps))
    manager[staff.leader] = -1
    handle = join(pc.utf8_lower(first), ".", pc.utf8_lower(last), digits(number + 1))
    address = join(handle, "@vendor.example")
    hired = office_moment(np.full(count, int(world.steps.first[0]) - 200) - rng.integers(0, 1500, count), rng)
    return pa.table(
        {
            "Id": world.users,
            "Username": address,
            "FirstName": first,
            "LastName": last,
            "Name": join(first, " ", last),
            "Email": address,
            "Alias": join("u", digits(number + 1, 6)),
            "Title": pick(titles, group),
            "CompanyName": constant("Vendor", count),
            "IsActive": constant(True, count),
            "UserType": constant("Standard", count),
            "TimeZoneSidKey": constant("America/New_York", count),
            "LocaleSidKey": constant("en_US", count),
            "LanguageLocaleKey": constant("en_US", count),
            "EmailEncodingKey": constant("UTF-8", count),
            "ForecastEnabled": pa.array(group < 3),
            "ManagerId": pick(world.users, manager),
            **{
                n: c
                for n, c in audit(hired, hired, pick(world.users, np.full(count, staff.leader))).items()
                if n != "IsDeleted"
            },
        }
    )


def _stems(world: World) -> Column:
    return company_stems(len(world.accounts), world.settings.rng("company stems"))


def company_domains(world: World) -> Column:
    """Each company's internet domain."""
    return join(pc.utf8_lower(_stems(world)), digits(np.arange(1, len(world.accounts) + 1)), ".example")


def account_table(world: World, owned: Bools, last_activity: Ints) -> pa.Table:
    """Accounts. `owned` marks customers; `last_activity` is a day, -1 for none."""
    accounts, rng = world.accounts, world.settings.rng("account names")
    count = len(accounts)
    stems = _stems(world)
    created = office_moment(accounts.created, rng)
    modified = office_moment(world.today - 1 - rng.integers(0, 200, count), rng)
    return pa.table(
        {
            "Id": world.account_ids,
            "Name": company_names(stems, accounts.industry),
            "Type": pick(("Prospect", "Customer - Direct"), owned.astype(np.int64)),
            "Industry": sloppy(pick(INDUSTRIES, accounts.industry), 0.03, world.settings.rng("sloppy industries")),
            "AnnualRevenue": numbers(accounts.revenue),
            "NumberOfEmployees": pa.array(accounts.employees),
            "BillingCountry": pick(COUNTRIES, accounts.country),
            "Website": join("https://www.", company_domains(world)),
            "OwnerId": pick(world.users, accounts.rep),
            "LastActivityDate": days(last_activity, last_activity < 0),
            **audit(created, modified, pick(world.users, accounts.rep)),
        }
    )


@dataclass(frozen=True)
class AccountPeople:
    """How many contacts each account has, and the ids of all contacts in the order of their accounts."""

    per_account: Ints
    ids: Column

    @property
    def first(self) -> Ints:
        """The place of each account's first contact."""
        return np.cumsum(self.per_account) - self.per_account


def contacts_of(world: World) -> tuple[Ints, Ints]:
    """The account of each contact (in order), and how many each account has; an account's first one is its CISO."""
    size = np.log10(world.accounts.employees / 900.0)
    count = np.clip(world.settings.rng("contact counts").poisson(2.2 + 2.2 * size), 2, 14).astype(np.int64)
    return np.repeat(np.arange(len(count), dtype=np.int64), count), count


def contact_table(world: World, domains: Column) -> pa.Table:
    """Contacts with titles and addresses at their company. Three in a hundred were entered twice, and sloppily."""
    rng = world.settings.rng("contacts")
    account, per_account = contacts_of(world)
    first_of = np.cumsum(per_account) - per_account
    rank = np.arange(len(account)) - first_of[account]
    first, last = people(len(account), rng)
    again = np.flatnonzero(rng.random(len(account)) < 0.03)
    row = np.concatenate([np.arange(len(account)), again])
    twice = np.arange(len(row)) >= len(account)
    title = np.where(rank < 3, rank, 1 + rank % (len(TITLES) - 1))[row]
    account = account[row]
    first, last = pick(first, row), pick(last, row)
    last = pc.if_else(pa.array(twice), pc.utf8_upper(last), last)
    created = office_moment(
        np.maximum(world.accounts.created[account], int(world.steps.first[0]) - 400) + rng.integers(0, 50, len(row)),
        rng,
    )
    modified = created + rng.integers(0, 2_000_000_000, len(row))
    email = join(pc.utf8_lower(first), ".", pc.utf8_lower(last), digits(row + 1), "@", pick(domains, account))
    no_mail = (rng.random(len(row)) < 0.05) & ~twice
    return pa.table(
        {
            "Id": world.ids("Contact", len(row)),
            "AccountId": pick(world.account_ids, account),
            "FirstName": first,
            "LastName": last,
            "Name": join(first, " ", last),
            "Title": pick(TITLES, title, twice),
            "Department": pick(_DEPARTMENTS, title, twice),
            "Email": pc.if_else(pa.array(no_mail), pa.scalar(None, pa.string()), email),
            "OwnerId": pick(world.users, world.accounts.rep[account]),
            **audit(
                created,
                np.minimum(modified, world.today * DAY_MS - 1000),
                pick(world.users, world.accounts.rep[account]),
            ),
        }
    )


def product_table(world: World) -> pa.Table:
    """The products; their family is the pillar."""
    count = len(PRODUCTS)
    launched = np.full(count, (int(world.steps.first[0]) - 900) * DAY_MS)
    return pa.table(
        {
            "Id": world.product_ids,
            "Name": pa.array([p.name for p in PRODUCTS]),
            "ProductCode": pa.array([p.code for p in PRODUCTS]),
            "Family": pa.array([PILLARS[p.pillar] for p in PRODUCTS]),
            "QuantityUnitOfMeasure": pa.array([p.unit for p in PRODUCTS]),
            "Description": pa.array([f"Yearly subscription, counted in {p.unit.lower()}" for p in PRODUCTS]),
            "IsActive": constant(True, count),
            **audit(launched, launched, _leader(world, count)),
        }
    )


def stage_table(world: World) -> pa.Table:
    """The first customer's stages with their default percentages and forecast categories."""
    count = len(STAGES)
    made = np.full(count, (int(world.steps.first[0]) - 900) * DAY_MS)
    stamps = audit(made, made, _leader(world, count))
    names = pa.array([s.name for s in STAGES])
    return pa.table(
        {
            "Id": world.ids("OpportunityStage", count),
            "MasterLabel": names,
            "ApiName": names,
            "IsActive": constant(True, count),
            "SortOrder": pa.array(np.arange(1, count + 1)),
            "IsClosed": pa.array([s.is_closed for s in STAGES]),
            "IsWon": pa.array([s.is_won for s in STAGES]),
            "ForecastCategory": pa.array([s.category for s in STAGES]),
            "ForecastCategoryName": pa.array([s.category_name for s in STAGES]),
            "DefaultProbability": numbers(np.array([s.probability for s in STAGES])),
            **{name: column for name, column in stamps.items() if name != "IsDeleted"},
        }
    )


def _leader(world: World, count: int) -> Column:
    return pick(world.users, np.full(count, world.staff.leader))
