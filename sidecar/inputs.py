"""What a record's scores follow from, as one number: a hash of the book's rows about it, in whatever order they are."""

import hashlib
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import numpy as np
import pandas as pd

from scoring import Book
from scoring.health.dependence import Dependence
from sync import in_memory

# A deal's scores and its past rest on its rows in these tables, and on its account's usage.
_OF_DEALS = ("opportunities", "stage_history", "roles", "lines", "activities", "predictors")


def of_deals(book: Book) -> "pd.Series[int]":
    """A hash (64 bits) for each deal of a book, indexed by opportunity_id in its order."""
    tables = {name: getattr(book, name) for name in _OF_DEALS}
    parts = [_hashed(name, "opportunity_id") + " WHERE opportunity_id IS NOT NULL GROUP BY 1" for name in tables]
    of_account = f"({_hashed('usage', 'account_id')} GROUP BY 1) of_account"
    parts.append(f"SELECT opportunity_id, hash FROM opportunities JOIN {of_account} ON of_account.id = account_id")
    with _tables({**tables, "usage": book.usage}) as connection:
        return _together(connection, parts, "opportunity_id")


def of_accounts(rests_on: Dependence) -> tuple["pd.Series[int]", list[list[tuple[object, ...]]]]:
    """A hash for each account that has a record of its own, indexed by account_id in its order, and those of the tables
    that all accounts rest on.

    Records without an account are told together under ''.
    """
    parts = [_hashed(name, "coalesce(account_id, '')") + " GROUP BY 1" for name in rests_on.own]
    common = [_hashed(name, "0") + " GROUP BY 1" for name in sorted(rests_on.common)]
    with _tables({**rests_on.own, **rests_on.common}) as connection:
        hashes = _together(connection, parts, "account_id")
        return hashes, [connection.execute(each).fetchall() for each in common]


def digest(*parts: object) -> str:
    """One short text for things that can be pickled."""
    # One by one: parts that share an object are pickled otherwise than parts that are equal.
    return hashlib.sha256(b"".join(pickle.dumps(part) for part in parts)).hexdigest()


@contextmanager
def _tables(tables: Mapping[str, pd.DataFrame]) -> Iterator[duckdb.DuckDBPyConnection]:
    with in_memory() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        yield connection


def _hashed(name: str, record: str) -> str:
    return f"SELECT {record} AS id, hash('{name}', count(*), sum(CAST(hash(t) AS HUGEINT))) AS hash FROM {name} t"


def _together(connection: duckdb.DuckDBPyConnection, parts: list[str], record: str) -> "pd.Series[int]":
    """The sum of what several queries tell of a record: it does not depend on the order of its parts."""
    query = f"SELECT id, hash(sum(CAST(hash AS HUGEINT))) AS hash FROM ({' UNION ALL '.join(parts)}) GROUP BY id"
    found: pd.DataFrame = connection.sql(query + " ORDER BY id").to_arrow_table().to_pandas()
    return pd.Series(found["hash"].to_numpy(dtype=np.uint64), index=pd.Index(found["id"], name=record))
