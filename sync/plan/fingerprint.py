"""What a plan would write, as one short text: two plans that would write the same have the same."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv


def fingerprint(changes: pa.Table, removals: pa.Table, stamps: Collection[tuple[str, str]]) -> str:
    """SHA-256 over changes and removals, in whatever order they come.

    Parameters
    ----------
    changes : `Plan.changes`.
    removals : `Plan.removals`.
    stamps : object and field of moments that are written along; they differ each time a plan is made.
    """
    digest = _Digest()
    for name, field in stamps:
        changes = changes.filter((pc.field("object") != name) | (pc.field("field") != field))
    for table in (changes, removals):
        if table.num_rows:
            ordered = table.sort_by([(column, "ascending") for column in table.column_names])
            csv.write_csv(ordered, pa.PythonFile(digest, mode="w"))
        digest.write(b"\0")
    return digest.hash.hexdigest()


class _Digest(io.RawIOBase):
    """A file that keeps nothing but the hash of what is written to it."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.hash.update(data)
        return len(data)
