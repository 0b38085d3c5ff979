"""Arrow with loose types: its published stubs refuse scalars and mixed arguments that Arrow itself takes."""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

Column: TypeAlias = Any  # a pyarrow.Array

compute: Any = pyarrow.compute


def array(values: Any, kind: pa.DataType | None = None) -> Column:
    """Values as an Arrow array."""
    return pa.array(values, kind)


def repeated(value: str | float | None, count: int, kind: pa.DataType) -> Column:
    """An Arrow array of one value."""
    scalar: Any = pa.scalar(value, kind)
    return pa.repeat(scalar, count)
