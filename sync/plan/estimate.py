"""What a write-back costs in API calls."""

from __future__ import annotations

import math

COLLECTION_ROWS = 200
"""Rows of one sObject collections request (REST API guide, "sObject Collections")."""

_BULK_CALLS = 8
"""Create, upload, close, results, and about four questions for the state."""

_BULK_ROWS_PER_JOB = 100_000

RECORD_KB = 2
"""What a record counts against the org's data storage, whatever it holds (Salesforce help, "Data and File Storage")."""


def estimated_calls(rows: int, bulk_threshold: int) -> int:
    """Calls for `rows` rows of one object, when none of them is locked."""
    if rows <= bulk_threshold:
        return math.ceil(rows / COLLECTION_ROWS)
    return _BULK_CALLS * math.ceil(rows / _BULK_ROWS_PER_JOB)
