"""What a table must look like: its columns, their types and whether they may be empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api import types

from scoring.errors import ScoringInputError

Kind = Literal["text", "number", "count", "flag", "day", "moment"]

DTYPES: dict[Kind, str] = {
    "text": "str",
    "number": "float64",
    "count": "Int64",
    "flag": "bool",
    "day": "datetime64[us]",
    "moment": "datetime64[us]",
}
_DTYPES = {kind: types.pandas_dtype(name) for kind, name in DTYPES.items()}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: column name.
        kind: `text` (str), `number` (float64), `count` (Int64), `flag` (bool), `day` (datetime64[us] at midnight) or
            `moment` (datetime64[us], naive UTC).
        nullable: whether a value may be missing; a flag never is. A nullable column may be absent as well; it then
            counts as empty.
        about: what it holds, with its unit.
    """

    name: str
    kind: Kind
    nullable: bool = False
    about: str = ""

    @property
    def dtype(self) -> str:
        """The pandas dtype of the column after `conform`."""
        return DTYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """The form of one table: `key` is unique when given, `choices` lists the values a column may hold."""

    name: str
    columns: tuple[Column, ...]
    key: str | None = None
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def names(self) -> list[str]:
        """The column names in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """A table of this form without rows."""
        return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in self.columns})

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Check `frame` against this form and give it the documented dtypes, column order and a plain index.

        Columns that are not documented are dropped; the input is not changed.

        Raises:
            ScoringInputError: a column is missing, of the wrong type, empty where it may not be, infinite, repeated
                where it must be unique or outside its choices.
        """
        columns = {column.name: self._column(frame, column).array for column in self.columns}
        result = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
        if self.key is not None:
            repeated = int(result[self.key].duplicated().sum())
            if repeated:
                raise ScoringInputError(
                    self.name, self.key, repeated, f"{repeated} of {len(result)} rows repeat an id; give each row once"
                )
        for name, values in self.choices:
            wrong = result[name].notna() & ~result[name].isin(values)
            if wrong.any():
                raise self._refused(name, wrong, result[name], f"one of {', '.join(values)}")
        return result

    def build(self, columns: dict[str, pd.Series | object], index: pd.Index) -> pd.DataFrame:
        """An output table of this form from columns aligned on `index`, with a plain index."""
        frame = pd.DataFrame(columns, index=index)
        return self.conform(frame)

    def _column(self, frame: pd.DataFrame, column: Column) -> pd.Series:
        if column.name not in frame.columns:
            if column.nullable:
                return pd.Series(None, index=pd.RangeIndex(len(frame)), dtype=column.dtype)
            raise ScoringInputError(
                self.name,
                column.name,
                0,
                f"the column is missing; got {', '.join(map(str, frame.columns)) or 'no columns'}",
            )
        series = frame[column.name]
        if not column.nullable and (empty := int(series.isna().sum())):
            raise ScoringInputError(
                self.name,
                column.name,
                empty,
                f"{empty} of {len(series)} rows are empty; every row needs a value",
            )
        if series.dtype != _DTYPES[column.kind] and not _is_of(series, column.kind):
            raise ScoringInputError(
                self.name, column.name, len(series), f"got dtype {series.dtype}, expected {column.dtype}"
            )
        series = _cast(series, column.kind)
        if column.kind == "number" and np.isinf(series.to_numpy()).any():
            raise self._refused(column.name, np.isinf(series), series, "a finite number")
        return series.dt.normalize() if column.kind == "day" else series

    def _refused(self, name: str, wrong: pd.Series, series: pd.Series, expected: str) -> ScoringInputError:
        rows = int(wrong.sum())
        problem = f"{rows} of {len(series)} rows hold another value, for example {series[wrong].iloc[0]!r}"
        return ScoringInputError(self.name, name, rows, f"{problem}; expected {expected}")


def _is_of(series: pd.Series, kind: Kind) -> bool:
    """Whether the values can be taken as `kind` without guessing; a column without any value can."""
    if series.isna().all() and kind != "flag":
        return True
    if kind == "text":
        return types.infer_dtype(series, skipna=True) == "string"
    if kind in ("number", "count"):
        return types.is_numeric_dtype(series) and not types.is_bool_dtype(series)
    if kind == "flag":
        return len(series) == 0 or types.is_bool_dtype(series)
    return types.is_datetime64_dtype(series)


def _cast(series: pd.Series, kind: Kind) -> pd.Series:
    dtype = _DTYPES[kind]
    return series if series.dtype == dtype else series.astype(dtype)


def text_columns(names: Sequence[str], *, nullable: bool = True) -> tuple[Column, ...]:
    """Several text columns at once."""
    return tuple(Column(name, "text", nullable) for name in names)
