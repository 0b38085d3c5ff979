"""Columns of a caller's table, read as numbers or as texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from scoring.days import Floats
from scoring.errors import ScoringInputError

Kind = Literal["number", "moment", "category"]
_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal", "boolean")
_MOMENTS = ("datetime", "datetime64", "date")


@dataclass(frozen=True)
class Values:
    """One column.

    Attributes:
        name: column name.
        kind: number (flags are 0 and 1), moment or category.
        numbers: the numbers, a moment's days since 1970, or the positions in `texts`; NaN where missing.
        texts: the distinct values of a category, sorted; empty otherwise.
    """

    name: str
    kind: Kind
    numbers: Floats
    texts: pd.Index

    def __len__(self) -> int:
        return len(self.numbers)

    def at(self, rows: NDArray[np.intp]) -> "Values":
        """The same column at some rows."""
        return Values(self.name, self.kind, self.numbers[rows], self.texts)


def read(deals: pd.DataFrame, name: str, kind: Kind | None = None) -> Values:
    """Read a column, as the given kind or as what it holds.

    Raises:
        ScoringInputError: the column is missing, or does not hold what it should.
    """
    if name not in deals.columns:
        listed = ", ".join(map(str, deals.columns)) or "no columns"
        raise ScoringInputError("deals", name, 0, f"the column is missing; got {listed}")
    column = deals[name]
    if not isinstance(column, pd.Series):
        raise ScoringInputError("deals", name, 0, "the table has several columns of this name; give each name once")
    kind = kind or _kind(column)
    if kind == "category":
        return _texts(column, name)
    return Values(name, kind, _numbers(column, name, kind), pd.Index([], dtype="str"))


def _kind(column: pd.Series) -> Kind:
    if types.is_datetime64_any_dtype(column.dtype):
        return "moment"
    if types.is_numeric_dtype(column.dtype) or types.is_bool_dtype(column.dtype):
        return "number"
    found = types.infer_dtype(column, skipna=True) if column.dtype == object else "string"
    return "number" if found in _NUMBERS else "moment" if found in _MOMENTS else "category"


def _numbers(column: pd.Series, name: str, kind: Kind) -> Floats:
    try:
        if kind == "moment":
            moments = pd.to_datetime(column, utc=True, format="ISO8601")
            return np.asarray((moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1), dtype=np.float64)
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        problem = f"got {column.dtype}, expected {kind}s as when the model was fitted"
        raise ScoringInputError("deals", name, len(column), problem) from error


def _texts(column: pd.Series, name: str) -> Values:
    """Values as texts; whole numbers without decimals, so that 1.0 and 1 are the same group."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, distinct = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, distinct = pd.factorize(column)
    words = pd.Index([_word(value) for value in distinct], dtype="str")
    texts, place = np.unique(words.to_numpy(dtype=object), return_inverse=True)
    numbers = np.append(place.astype(np.float64), np.nan)[codes]
    return Values(name, "category", numbers, pd.Index(texts, dtype="str"))


def _word(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def row_keys(columns: Sequence[Values], seed: int) -> NDArray[np.uint64]:
    """A number for each row that depends on what the row holds and on the seed, not on where it stands."""
    rows = len(columns[0])
    keys = np.full(rows, seed % 2**63, dtype=np.uint64)
    for column in columns:
        if column.kind == "category":
            of_text = np.append(pd.util.hash_array(column.texts.to_numpy(dtype=object)), np.uint64(1))
            place = np.where(np.isnan(column.numbers), len(column.texts), column.numbers).astype(np.intp)
            own = of_text[place]
        else:
            own = pd.util.hash_array(column.numbers + 0.0)
        keys = pd.util.hash_array(keys * np.uint64(31) + own)
    return keys
