"""What a plan would write, as one short text: two plans that would write the same have the same."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import pyarrow as pa

from sync.mirror.database import in_memory
from sync.mirror.sql import first_row, text_literal


def fingerprint(changes: pa.Table, removals: pa.Table, stamps: Collection[tuple[str, str]]) -> str:
    """SHA-256 over the number and the sum of the hashes of changes and removals, in whatever order they come.

    Parameters
    ----------
    changes : `Plan.changes`.
    removals : `Plan.removals`.
    stamps : object and field of moments that are written along; they differ each time a plan is made.
    """
    digest = hashlib.sha256()
    moments = ", ".join(f"({text_literal(name)}, {text_literal(field)})" for name, field in stamps)
    lasting = f"WHERE (object, field) NOT IN ({moments})" if stamps else ""
    with in_memory(threads=1) as connection:
        for table, condition in ((changes, lasting), (removals, "")):
            connection.register("lines", table)
            found = first_row(connection, f"SELECT count(*), sum(hash(l)::HUGEINT) FROM lines l {condition}")
            digest.update(repr(found).encode())
    return digest.hexdigest()
