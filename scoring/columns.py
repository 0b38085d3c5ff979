"""What a table must look like: its columns, their types and whether they may be empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types
from pandas.api.extensions import ExtensionArray
from pandas.arrays import DatetimeArray

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
        columns = {column.name: self._column(frame, column) for column in self.columns}
        result = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
        if self.key is not None:
            repeated = _repeated(result[self.key])
            if repeated:
                raise ScoringInputError(
                    self.name, self.key, repeated, f"{repeated} of {len(result)} rows repeat an id; give each row once"
                )
        for name, values in self.choices:
            held = result[name].array
            wrong = ~(held.isin(values) | held.isna())
            if wrong.any():
                raise self._refused(name, wrong, held, f"one of {', '.join(values)}")
        return result

    def build(self, columns: dict[str, pd.Series | object], index: pd.Index) -> pd.DataFrame:
        """An output table of this form from columns aligned on `index`, with a plain index."""
        frame = pd.DataFrame(columns, index=index)
        return self.conform(frame)

    def _column(self, frame: pd.DataFrame, column: Column) -> ExtensionArray:
        # Arrays instead of columns: most tables are small, and then it is the steps that cost.
        dtype = _DTYPES[column.kind]
        if column.name not in frame.columns:
            if column.nullable:
                nothing: ExtensionArray = pd.Series(None, index=pd.RangeIndex(len(frame)), dtype=dtype).array
                return nothing
            raise ScoringInputError(
                self.name,
                column.name,
                0,
                f"the column is missing; got {', '.join(map(str, frame.columns)) or 'no columns'}",
            )
        values = frame[column.name].array
        if not column.nullable and (empty := int(np.count_nonzero(values.isna()))):
            raise ScoringInputError(
                self.name,
                column.name,
                empty,
                f"{empty} of {len(values)} rows are empty; every row needs a value",
            )
        if values.dtype != dtype:
            if not _is_of(frame[column.name], column.kind):
                raise ScoringInputError(
                    self.name, column.name, len(values), f"got dtype {values.dtype}, expected {column.dtype}"
                )
            values = values.astype(dtype)
        if column.kind == "number":
            infinite = np.isinf(np.asarray(values))
            if infinite.any():
                raise self._refused(column.name, infinite, values, "a finite number")
        return values.normalize() if isinstance(values, DatetimeArray) and column.kind == "day" else values

    def _refused(self, name: str, wrong: NDArray[np.bool_], values: ExtensionArray, expected: str) -> ScoringInputError:
        rows = int(np.count_nonzero(wrong))
        problem = f"{rows} of {len(values)} rows hold another value, for example {values[wrong][0]!r}"
        return ScoringInputError(self.name, name, rows, f"{problem}; expected {expected}")


def _repeated(keys: pd.Series) -> int:
    """How many keys came before. Most tables are ordered by theirs, which is quickly seen."""
    values = keys.array
    return 0 if (values[:-1] < values[1:]).all() else int(keys.duplicated().sum())


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


def text_columns(names: Sequence[str], *, nullable: bool = True) -> tuple[Column, ...]:
    """Several text columns at once."""
    return tuple(Column(name, "text", nullable) for name in names)
