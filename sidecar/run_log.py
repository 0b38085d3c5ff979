"""One row of `Sidecar_Run__c` about each run that changed something: what people see of the sidecar in Salesforce."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

import sync
from sidecar.configuration import Configuration
from sidecar.targets import RUN
from sync import Mirror, Org

LOG = "-log"
"""What is appended to a run's id for the run that writes its record."""


def write_run_log(
    org: Org,
    mirror: Mirror,
    configuration: Configuration,
    done: Mapping[str, Any],
    started: datetime,
    *,
    message: str | None = None,
) -> int:
    """Upsert the run's row by its name, so that a repeat finds the same row.

    Args:
        done: the run as `Refresh.as_dict` gives it.
        started: UTC moment.
        message: what there is to say beyond the numbers.

    Returns:
        API calls of this write.
    """
    values = {
        "Started_At": started.replace(microsecond=0),
        "Finished_At": datetime.now(UTC).replace(microsecond=0),
        "Status": "Done in part" if done["rows_refused"] else "Done",
        "Records_Read": done["rows_read"],
        "Records_Scored": done["records_scored"],
        "Values_Changed": done["values_changed"],
        "Rows_Written": done["rows_written"],
        "Rows_Refused": done["rows_refused"],
        "API_Calls": done["calls"] + 1,
        "Seconds": done["seconds"],
        "Message": message,
    }
    row = {RUN.key: done["run"], **{f"Sidecar_{name}__c": value for name, value in values.items()}}
    plan = sync.make_plan(mirror, [RUN.target(configuration.write)], {RUN.object: pa.Table.from_pylist([row])})
    return sync.write_back(org, mirror, plan, run_id=f"{done['run']}{LOG}").calls
