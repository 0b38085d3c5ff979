"""What a write-back costs in API calls."""

from __future__ import annotations

import math

COLLECTION_ROWS = 200
"""Rows of one sObject collections request (REST API guide, "sObject Collections")."""

_JOB_CALLS = 5
"""Create, upload, close, and about two questions for the state."""

RECORD_KB = 2
"""What a record counts against the org's data storage, whatever it holds (Salesforce help, "Data and File Storage")."""


def collection_calls(rows: int) -> int:
    """Calls for `rows` rows of one object by collections, when none of them is locked."""
    return math.ceil(rows / COLLECTION_ROWS)


def bulk_calls(jobs: int, *, inserts: bool) -> int:
    """Calls for so many Bulk jobs, when no row is refused; new records cost one more, which brings their ids."""
    return jobs * (_JOB_CALLS + int(inserts))
