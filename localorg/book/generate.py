"""Puts a book's tables together."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from localorg.book.activities import event_table, make_activities, task_table
from localorg.book.cases import case_table
from localorg.book.installed import asset_table, deployment_table, make_positions, owned_products, usage_table
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
    """Make a book. The same settings give the same book."""
    settings = settings or BookSettings()
    world = make_world(settings)
    lines, times = make_lines(world), make_times(world)
    acts = make_activities(world)
    positions = make_positions(world)
    owned = owned_products(world, positions)
    accounts = account_table(
        world, np.isin(np.arange(len(world.accounts)), owned.account), acts.last_done(acts.account, len(world.accounts))
    )
    account_names = accounts["Name"].combine_chunks()
    _, per_account = contacts_of(world)
    contact_first = np.cumsum(per_account) - per_account
    contacts = contact_table(world, company_domains(world))
    contact_ids = contacts["Id"].combine_chunks()
    last = acts.last_done(acts.deal, len(world.deals))
    tables = {
        "OpportunityStage": stage_table(world),
        "User": user_table(world),
        "Product2": product_table(world),
        "Account": accounts,
        "Contact": contacts,
        "Opportunity": opportunity_table(world, lines, times, deal_names(world, account_names), last),
        "OpportunityHistory": history_table(world, lines, times),
        "OpportunityLineItem": line_table(world, lines, times),
        "OpportunityContactRole": role_table(world, per_account, contact_ids, times),
        "Task": task_table(world, acts, times, contact_first, contact_ids),
        "Event": event_table(world, acts, times, contact_first, contact_ids),
        "Asset": asset_table(world, positions, account_names),
        "Case": case_table(world, owned, contact_first, contact_ids),
        "Sidecar_Deployment__c": deployment_table(world, owned),
        "Sidecar_Usage__c": usage_table(world, owned),
        "Sidecar_Plan__c": plan_table(world, lines.amount),
    }
    return Book(settings, tables, world)
