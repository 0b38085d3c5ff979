"""Names of accounts and deals, so that people need not read Ids."""

import pyarrow as pa

from sidecar.targets import ACCOUNT, OPPORTUNITY
from sync import Mirror


def named(mirror: Mirror, table: pa.Table) -> pa.Table:
    """The table in its order with a further column `name`: of the record, null for other kinds and unknown ones.

    Args:
        mirror: as it was pulled last.
        table: with the column record_id.
    """
    objects = [own.object for own in (ACCOUNT, OPPORTUNITY) if "Name" in mirror.columns(own.object)]
    sources = [f'SELECT "Id" AS record, "Name" AS name FROM main."{name}"' for name in objects]
    names = " UNION ALL ".join(["SELECT NULL::VARCHAR AS record, NULL::VARCHAR AS name WHERE false", *sources])
    connection = mirror.connection.cursor()  # whose registered tables are nobody else's
    try:
        connection.register("listed", table.append_column("place", pa.array(range(table.num_rows), pa.int64())))
        columns = ", ".join(f'listed."{column}"' for column in table.column_names)
        query = f"SELECT {columns}, n.name FROM listed LEFT JOIN ({names}) n ON n.record = listed.record_id"
        found: pa.Table = connection.sql(f"{query} ORDER BY listed.place").to_arrow_table()
        return found
    finally:
        connection.close()
