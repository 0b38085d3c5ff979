"""Puts a book's tables together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from localorg.book.activities import event_table, make_activities, task_table
from localorg.book.cases import case_table
from localorg.book.columns import Column
from localorg.book.installed import asset_table, deployment_table, ever_owned, make_positions, owned_products
from localorg.book.opportunities import (
    deal_names,
    history_table,
    line_table,
    make_lines,
    make_times,
    opportunity_table,
    role_table,
)
from localorg.book.people import (
    AccountPeople,
    account_table,
    company_domains,
    contact_table,
    contacts_of,
    product_table,
    stage_table,
    user_table,
)
from localorg.book.plans import plan_table
from localorg.book.settings import BookSettings
from localorg.book.usage import usage_tables
from localorg.book.world import World, make_world


@dataclass(frozen=True)
class Book:
    """A generated book: `tables` by sObject name, with the org's API names as columns, parents first.

    `world` is what the tables were made from, the true state of the chain included; an org never sees it.
    """

    settings: BookSettings
    tables: dict[str, pa.Table]
    world: World

    def __getitem__(self, sobject: str) -> pa.Table:
        """The table of an object; KeyError where the book has none."""
        return self.tables[sobject]


def generate(settings: BookSettings | None = None) -> Book:
    """Make a book and hold it whole. The same settings give the same book."""
    world = make_world(settings or BookSettings())
    parts: dict[str, list[pa.Table]] = {}
    for name, table in each_table(world):
        parts.setdefault(name, []).append(table)
    return Book(world.settings, {name: pa.concat_tables(tables) for name, tables in parts.items()}, world)


def each_table(world: World) -> Iterator[tuple[str, pa.Table]]:
    """The tables of a decided book, one after the other, so that a very large one need not be held whole.

    Parents come first. The largest object comes in several parts, one after the other.
    """
    lines, times = make_lines(world), make_times(world)
    count = len(world.accounts)
    positions = make_positions(world)
    owned = owned_products(world, positions)
    acts = make_activities(world)
    yield "OpportunityStage", stage_table(world)
    yield "User", user_table(world)
    yield "Product2", product_table(world)
    accounts = account_table(world, np.isin(np.arange(count), owned.account), acts.last_done(acts.account, count))
    yield "Account", accounts
    names: Column = accounts["Name"].combine_chunks()
    _, per_account = contacts_of(world)
    contacts = contact_table(world, company_domains(world))
    yield "Contact", contacts
    people = AccountPeople(per_account, contacts["Id"].combine_chunks())
    del accounts, contacts
    last = acts.last_done(acts.deal, len(world.deals))
    yield "Opportunity", opportunity_table(world, lines, times, deal_names(world, names), last)
    yield "OpportunityHistory", history_table(world, lines, times)
    yield "OpportunityLineItem", line_table(world, lines, times)
    yield "OpportunityContactRole", role_table(world, people, times)
    yield "Task", task_table(world, acts, times, people)
    yield "Event", event_table(world, acts, times, people)
    amounts = lines.amount
    del acts, times, lines
    yield "Asset", asset_table(world, positions, names)
    yield "Sidecar_Deployment__c", deployment_table(world, owned)
    yield "Sidecar_Plan__c", plan_table(world, amounts)
    owned = ever_owned(world, positions)
    del positions, names, amounts
    yield "Case", case_table(world, owned, people)
    for table in usage_tables(world, owned):
        yield "Sidecar_Usage__c", table
