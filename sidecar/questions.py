"""Small questions to the org: the few rows that a check or a request needs, in one API call each."""

from collections.abc import Iterable
from typing import Any

from sync import Org, soql


def ask(
    org: Org,
    sobject: str,
    fields: Iterable[str],
    where: soql.Condition | None = None,
    *,
    order_by: Iterable[str] = (),
    limit: int = 200,
) -> list[dict[str, Any]]:
    """The rows of one query, each field -> value as the org's JSON has it.

    Args:
        limit: at most so many rows, so that a question never becomes a download.

    Raises:
        sync.RequestRefused: the user may not see the object or a field.
    """
    query = soql.select(sobject, fields, where=where, order_by=order_by, limit=limit)
    records: list[dict[str, Any]] = org.json("GET", "/query", params={"q": query})["records"]
    return records
