"""Rows that went to the recycle bin."""

from __future__ import annotations

from datetime import datetime

from sync import soql
from sync.client.org import Org
from sync.pull import rest
from sync.schema import ObjectSchema


def deleted_ids(org: Org, schema: ObjectSchema, stamp: str, since: datetime) -> list[str]:
    """Ids of rows deleted since then; empty for objects that know no recycle bin."""
    if schema.field("IsDeleted") is None:
        return []
    where = soql.compare("IsDeleted", "=", True) & soql.compare(stamp, ">=", since)
    first = rest.first_page(org, soql.select(schema.name, ["Id"], where=where), deleted_too=True)
    return [str(record["Id"]) for page in rest.pages(org, first) for record in page.records]
