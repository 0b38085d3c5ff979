"""The truth of a book as Parquet files, beside the org and never in it: `deals.parquet` and `accounts.parquet`.

Each column says in its metadata what it holds; the file's metadata tells the book's settings and what the rows are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from localorg.book.churn import AccountWeeks, Churn, renewal_drives
from localorg.book.columns import Column, Ints, indexes
from localorg.book.settings import BookSettings
from localorg.book.truth import QUARTERS, DealWeeks, Newborn, each_truth
from localorg.book.world import World
from localorg.errors import LocalOrgError

Table = Literal["deals", "accounts"]
Progress = Callable[[int], None]

_WEEK = "the day on whose morning this holds: the first day of a week, or the book's end"
_DEALS = {
    "opportunity_id": "Id of the Opportunity",
    "as_of": _WEEK,
    "won": "probability to be won at all",
    "won_this_quarter": "probability to be won by the end of the quarter in which as_of lies",
    "won_next_quarter": "... by the end of the quarter after it",
    "won_third_quarter": "... by the end of the second quarter after it",
    "won_fourth_quarter": "... by the end of the third quarter after it",
    "lost_this_week": "probability to be lost in the week that begins on as_of",
}
_ACCOUNTS = {
    "account_id": "Id of the Account",
    "as_of": _WEEK,
    "health": "class of the account's health: 0 good, 1 fair, 2 poor; its telemetry and cases follow it",
    "next_renewal": "planned end of the running term that ends first",
    "next_renewal_lost": "probability that the renewal of that term is lost",
    "churn_this_week": "probability that at least one open renewal of the account is lost in the week",
}
_ROWS = {
    "deals": "One row per deal and week in which it was open, given all that could be seen of it on that morning. Rows "
    "of a deal lie together in the order of weeks. Computed from the book's Markov chain by backward recursion.",
    "accounts": "One row per account and week with a running term, given its health and its open renewals on that "
    "morning. Computed from the Markov chains of health and of deals. Terms that ended when the book was full, "
    "without a Renewal deal, are left out.",
}
_IDS = pa.dictionary(pa.int32(), pa.string())
_KINDS: dict[str, pa.DataType] = {"as_of": pa.date32(), "next_renewal": pa.date32(), "health": pa.int8()}


class TruthError(LocalOrgError):
    """The truth of a book cannot be read; the message says why."""


def write_truth(world: World, folder: Path, progress: Progress | None = None) -> dict[str, int]:
    """Write the truth of a book into a folder, a batch at a time. What was there is replaced when all is written.

    progress: told the number of deals done. Returns the rows of each file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    starts = np.concatenate([world.steps.first, [world.today]]).astype(np.int64)
    weeks = world.deals.walk.weeks
    won, lost = np.empty(len(weeks.state), np.float32), np.empty(len(weeks.state), np.float32)
    newborn: list[Newborn] = []
    with _writing(folder, "deals", _DEALS, world.settings) as write:
        rows = 0
        for found, born in each_truth(world, renewal_drives()):
            place = weeks.offset[found.deal] + found.step - world.deals.births.step[found.deal] - 1
            won[place], lost[place] = found.won, found.lost
            write(_deal_columns(found, world.deal_ids, starts))
            newborn += [born] if born is not None else []
            rows += len(found.deal)
            if progress is not None:
                progress(len(np.unique(found.deal)))
    counts = {"deals": rows, "accounts": 0}
    with _writing(folder, "accounts", _ACCOUNTS, world.settings) as write:
        for risks in Churn(world, newborn).each(weeks.offset, won, lost):
            write(_account_columns(risks, world.account_ids, starts))
            counts["accounts"] += len(risks.account)
    return counts


def read_truth(folder: Path, table: Table, as_of: date | None = None) -> pa.Table:
    """The truth about deals or accounts that `write_truth` wrote.

    folder: the one with the files, `STATE/org/truth`. as_of: only the rows of this morning (a week's first day).
    Raises TruthError where there is no such file.
    """
    path = folder / f"{table}.parquet"
    if not path.is_file():
        raise TruthError(f"{path} is missing: `sidecar org book` writes it when it makes a book")
    filters: Any = [("as_of", "==", as_of)] if as_of is not None else None
    return pq.read_table(path, filters=filters)


@contextmanager
def _writing(
    folder: Path, name: Table, columns: Mapping[str, str], settings: BookSettings
) -> Iterator[Callable[[list[Column]], None]]:
    """A function that takes columns of rows; the file is in place, whole, when the block has ended well."""
    book = json.dumps({key: str(value) if key == "end" else value for key, value in asdict(settings).items()})
    schema = pa.schema(
        [pa.field(c, _kind(c), nullable=False, metadata={"description": text}) for c, text in columns.items()],
        metadata={"rows": _ROWS[name], "book": book},
    )
    path, part = folder / f"{name}.parquet", folder / f"{name}.parquet.part"
    names: Any = [column for column in columns if not pa.types.is_floating(_kind(column))]  # its stubs know bools only
    with pq.ParquetWriter(part, schema, compression="none", use_dictionary=names) as writer:

        def write(rows: list[Column]) -> None:
            writer.write_batch(pa.record_batch(rows, schema=schema))

        yield write
    part.replace(path)


def _kind(column: str) -> pa.DataType:
    if column.endswith("_id"):
        return _IDS
    return _KINDS.get(column, pa.float32())


def _deal_columns(found: DealWeeks, ids: Column, starts: Ints) -> list[Column]:
    quarters = [_floats(found.quarters[:, quarter]) for quarter in range(QUARTERS)]
    return [_ids(ids, found.deal), _days(starts[found.step]), _floats(found.won), *quarters, _floats(found.lost)]


def _account_columns(risks: AccountWeeks, ids: Column, starts: Ints) -> list[Column]:
    return [
        _ids(ids, risks.account),
        _days(starts[risks.step]),
        pa.array(risks.health, pa.int8()),
        _days(risks.ends),
        _floats(risks.lost),
        _floats(risks.week),
    ]


def _ids(ids: Column, index: Ints) -> Column:
    """Ids as a dictionary of those that occur."""
    unique, place = np.unique(index, return_inverse=True)
    codes = pa.array(place.astype(np.int32), pa.int32())
    return cast(Column, pa.DictionaryArray.from_arrays(codes, ids.take(indexes(unique))))


def _days(values: Ints) -> Column:
    return pa.array(values.astype(np.int32), pa.int32()).cast(pa.date32())


def _floats(values: npt.NDArray[np.float32]) -> Column:
    return pa.array(np.ascontiguousarray(values), pa.float32())
