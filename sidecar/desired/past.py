"""The deals' past probabilities, looked up where they are needed: they cost more than all other scores together."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import duckdb
import pandas as pd

from scoring import Book, DealHistory, DealModel, deal_history
from sidecar import inputs


@dataclass(frozen=True)
class Past:
    """What the deals' past follows from.

    Attributes:
        model: of the deals.
        book: all that is in the mirror.
        as_of: the day looked back from.
        model_name: another model has another one; looked at only where records are kept from run to run.
    """

    model: DealModel
    book: Book
    as_of: pd.Timestamp
    model_name: str = ""

    @cached_property
    def hashes(self) -> "pd.Series[int]":
        """Of all that is in the book about each deal (see `inputs.of_deals`)."""
        return inputs.of_deals(self.book)

    def of(self, deals: Collection[str] | None = None) -> DealHistory:
        """The past of the deals with these ids, of all open ones when not given."""
        return deal_history(self.model, self.book, self.as_of, deals)

    def hash_inputs(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        """Make a table of opportunity_id and a hash of all that the deal's past follows from."""
        connection.register("of_deals", self.hashes.rename("own").reset_index())
        shared = inputs.digest(self.model_name, self.as_of, self.book.stages.to_csv())
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS"
            f" SELECT opportunity_id, hash('{shared}', own) AS hash FROM of_deals"
        )
