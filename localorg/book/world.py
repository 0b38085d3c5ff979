"""Everything that is decided before tables are written: staff, accounts, deals, and their record ids."""

from dataclasses import dataclass

import numpy as np

from localorg.book.accounts import Accounts, make_accounts
from localorg.book.catalogue import NET_NEW, PRODUCTS, WON
from localorg.book.columns import Bools, Column, Ints, pick, record_ids
from localorg.book.contracts import Contracts, Terms
from localorg.book.deals import DealMaker, Deals
from localorg.book.settings import BookSettings
from localorg.book.steps import Steps, day_number, past_steps

# Key prefixes. An org gives its custom objects prefixes of its own; `fill` puts those in.
PREFIX = {
    "User": "005",
    "Account": "001",
    "Contact": "003",
    "Product2": "01t",
    "OpportunityStage": "01J",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "OpportunityLineItem": "00k",
    "OpportunityContactRole": "00K",
    "Task": "00T",
    "Event": "00U",
    "Asset": "02i",
    "Case": "500",
    "Sidecar_Deployment__c": "a01",
    "Sidecar_Usage__c": "a02",
    "Sidecar_Plan__c": "a03",
}


@dataclass(frozen=True)
class Staff:
    """Who works here. Users are numbered: reps, managers, the leader, solution consultants, CSMs, support engineers."""

    reps: int
    managers: int
    consultants: int
    csms: int
    support: int
    skill: Ints

    @property
    def leader(self) -> int:
        """The leader's number."""
        return self.reps + self.managers

    @property
    def count(self) -> int:
        """How many users there are."""
        return self.leader + 1 + self.consultants + self.csms + self.support

    def manager_of(self, rep: Ints) -> Ints:
        """The user who manages each rep."""
        return self.reps + rep * self.managers // self.reps

    def consultant_of(self, rep: Ints) -> Ints:
        """The solution consultant who works with each rep."""
        return self.leader + 1 + rep * self.consultants // self.reps

    def csm_of(self, rep: Ints) -> Ints:
        """The CSM of each rep's accounts."""
        return self.leader + 1 + self.consultants + rep * self.csms // self.reps

    def support_of(self, account: Ints) -> Ints:
        """The support engineer who takes an account's cases."""
        return self.count - self.support + account % self.support


def hire(settings: BookSettings) -> Staff:
    """The staff for so many reps; the reps' skills run from -2 to 2."""
    reps = settings.reps
    spread = np.round(np.linspace(-2, 2, reps)) if reps > 1 else np.zeros(1)
    return Staff(
        reps,
        managers=max(1, round(reps / 6)),
        consultants=max(1, round(reps / 2)),
        csms=max(1, round(reps / 3)),
        support=max(1, round(reps / 3)),
        skill=settings.rng("skill").permutation(spread.astype(np.int64)),
    )


@dataclass(frozen=True)
class World:
    """The decided book. `loose` marks deals without account; `today` is the day number of the book's end."""

    settings: BookSettings
    steps: Steps
    staff: Staff
    accounts: Accounts
    deals: Deals
    contracts: Contracts
    terms: Terms
    loose: Bools
    users: Column
    account_ids: Column
    product_ids: Column
    deal_ids: Column

    @property
    def today(self) -> int:
        """The day number of the book's end; everything lies before it."""
        return day_number(self.settings.end)

    def ids(self, sobject: str, count: int, first: int = 0) -> Column:
        """Record ids of an object, after the first `first` ones."""
        return record_ids(PREFIX[sobject], count, self.settings.seed, first)

    def deal_account(self, deal: Ints) -> Column:
        """The account id of each deal, null for the loose ones."""
        return pick(self.account_ids, self.deals.account[deal], self.loose[deal])


def make_world(settings: BookSettings) -> World:
    """Decide a book."""
    steps = past_steps(settings)
    staff = hire(settings)
    accounts = make_accounts(settings, steps)
    deals, contracts, terms = DealMaker(settings, steps, accounts, staff.skill).make()
    rng = settings.rng("loose")
    loose = (deals.profile.segment == NET_NEW) & (deals.walk.stage != WON) & (rng.random(len(deals)) < 0.03)
    ids = {n: record_ids(PREFIX[n], c, settings.seed) for n, c in _counts(settings, staff).items()}
    return World(
        settings,
        steps,
        staff,
        accounts,
        deals,
        contracts,
        terms,
        loose,
        ids["User"],
        ids["Account"],
        ids["Product2"],
        ids["Opportunity"],
    )


def _counts(settings: BookSettings, staff: Staff) -> dict[str, int]:
    return {"User": staff.count, "Account": settings.accounts, "Product2": len(PRODUCTS), "Opportunity": settings.deals}
