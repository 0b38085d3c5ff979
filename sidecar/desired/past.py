"""The deals' past probabilities, looked up where they are needed: they cost more than all other scores together."""

import hashlib
import pickle
from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import pandas as pd

from scoring import Book, DealHistory, DealModel, deal_history

# A deal's past rests on its rows in these tables, and on its account's usage.
_OF_DEALS = ("opportunities", "stage_history", "roles", "lines", "activities", "predictors")


@dataclass(frozen=True)
class Past:
    """What the deals' past follows from.

    Attributes:
        model: of the deals.
        book: all that is in the mirror.
        as_of: the day looked back from.
    """

    model: DealModel
    book: Book
    as_of: pd.Timestamp

    def of(self, deals: Collection[str] | None = None) -> DealHistory:
        """The past of the deals with these ids, of all open ones when not given."""
        return deal_history(self.model, self.book, self.as_of, deals)

    def hash_inputs(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Make a table of opportunity_id and a hash of all that the deal's past follows from."""
        parts = []
        for name in _OF_DEALS:
            connection.register(f"book_{name}", getattr(self.book, name))
            parts.append(
                f"SELECT opportunity_id, hash('{name}', count(*), sum(CAST(hash(t) AS HUGEINT))) AS hash"
                f" FROM book_{name} t WHERE opportunity_id IS NOT NULL GROUP BY opportunity_id"
            )
        connection.register("book_usage", self.book.usage)
        parts.append(
            "SELECT opportunity_id, hash FROM book_opportunities JOIN (SELECT account_id,"
            " hash(count(*), sum(CAST(hash(t) AS HUGEINT))) AS hash FROM book_usage t GROUP BY account_id)"
            " USING (account_id)"
        )
        model = hashlib.sha256(pickle.dumps((self.model, self.as_of))).hexdigest()
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT opportunity_id,"
            f" hash('{model}', sum(CAST(hash AS HUGEINT))) AS hash FROM ({' UNION ALL '.join(parts)})"
            " GROUP BY opportunity_id"
        )
