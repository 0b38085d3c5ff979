"""How the deals of a book are grouped into the rows of its projection."""

from dataclasses import dataclass

import pandas as pd

from scoring.book import SEGMENTS, Book
from scoring.days import Floats
from scoring.lookup import codes
from scoring.projection.odds import Codes
from scoring.projection.parts import Parts, deal_parts
from scoring.projection.scopes import People, people, summed
from scoring.projection.timeline import Timeline

# The segments and one more for deals whose segment is not known.
PARTS_OF_ALL = len(SEGMENTS) + 1


@dataclass(frozen=True)
class Layout:
    """Codes of each deal's owner, segment and account, and its parts by pillar. The code after the last is unknown.

    Attributes:
        people: org, teams and reps over the owners.
        accounts, pillars: ids, names; sorted.
        owner, segment, account: of each deal of the timeline.
        parts: deals by pillar.
    """

    people: People
    accounts: pd.Index
    pillars: pd.Index
    owner: Codes
    segment: Codes
    account: Codes
    parts: Parts

    def by_owner(self, deal: Codes, stats: Floats) -> Floats:
        """Sums of `stats` (rows, columns) of some deals by owner and segment."""
        cell = self.owner[deal] * PARTS_OF_ALL + self.segment[deal]
        return summed(cell, stats, (len(self.people.owners) + 1, PARTS_OF_ALL))

    def by_account(self, deal: Codes, stats: Floats) -> Floats:
        """Sums of `stats` of some deals by account and segment; deals without account are left out."""
        cell = self.account[deal] * PARTS_OF_ALL + self.segment[deal]
        return summed(cell, stats, (len(self.accounts) + 1, PARTS_OF_ALL))[:-1]

    def by_pillar(self, part: Codes, stats: Floats) -> Floats:
        """Sums of `stats` of some parts by owner, segment and pillar."""
        deal = self.parts.deal[part]
        places = len(self.pillars) + 1
        cell = (self.owner[deal] * PARTS_OF_ALL + self.segment[deal]) * places + self.parts.pillar[part]
        return summed(cell, stats, (len(self.people.owners) + 1, PARTS_OF_ALL, places))


def layout(line: Timeline, book: Book) -> Layout:
    """Group the deals; reps, accounts and pillars that only a plan names are there as well."""
    deals, plans = line.deals, book.plans
    owners = _names(deals["owner_id"], plans["rep_id"])
    accounts = _names(deals["account_id"], plans["account_id"])
    pillars = _names(deals["pillar"], book.lines["pillar"], plans["pillar"])
    return Layout(
        people(owners, book.users),
        accounts,
        pillars,
        codes(deals["owner_id"], owners),
        codes(deals["segment"], pd.Index(SEGMENTS)),
        codes(deals["account_id"], accounts),
        deal_parts(line, book.lines, pillars),
    )


def _names(*columns: "pd.Series[str]") -> pd.Index:
    names = pd.concat(columns).dropna().drop_duplicates().sort_values()
    return pd.Index(names, dtype="str", name=None)
