"""Simple accounts and deals in any number, as a folder of CSVs and as the upload of a Bulk ingest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

DEALS_AN_ACCOUNT = 20
COLUMNS = ("Name", "AccountId", "StageName", "Amount", "CloseDate")
_STAGES = ("Prospecting", "Qualification", "Negotiation/Review", "Closed Won", "Closed Lost")
_compute: Any = pyarrow.compute


def write_folder(folder: Path, deals: int) -> int:
    """Write Account.csv and Opportunity.csv. Returns the number of all rows."""
    folder.mkdir(parents=True)
    accounts = np.arange(max(deals // DEALS_AN_ACCOUNT, 1))
    names = _joined("Account ", accounts)
    pyarrow.csv.write_csv(pa.table({"Id": _ids("001", accounts), "Name": names}), folder / "Account.csv")
    numbers = np.arange(deals)
    created = _compute.binary_join_element_wise(_days(numbers), "T09:30:00.000Z", "")
    facts = {"Id": _ids("006", numbers), **_deals(numbers, len(accounts)), "CreatedDate": created}
    pyarrow.csv.write_csv(pa.table(facts), folder / "Opportunity.csv")
    return deals + len(accounts)


def write_upload(file: Path, deals: int, accounts: int) -> None:
    """Write new deals of the same accounts, without ids."""
    table = pa.table(_deals(np.arange(deals), accounts))
    pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(quoting_style="needed"))


def _deals(numbers: Any, accounts: int) -> dict[str, Any]:
    names = _compute.binary_join_element_wise(_joined("Deal ", numbers), ', "expansion" of the firewall estate', "")
    stages: Any = pa.array(_STAGES)
    values = (
        names,
        _ids("001", numbers % accounts),
        stages.take(pa.array(numbers % len(_STAGES))),
        pa.array(numbers % 9973 * 137.25),
        _days(numbers),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _ids(prefix: str, numbers: Any) -> Any:
    """Ids of digits alone, whose checksum is always AAA."""
    digits = _compute.utf8_lpad(_compute.cast(pa.array(numbers), pa.string()), 12, "0")
    return _compute.binary_join_element_wise(prefix, digits, "AAA", "")


def _joined(text: str, numbers: Any) -> Any:
    return _compute.binary_join_element_wise(text, _compute.cast(pa.array(numbers), pa.string()), "")


def _days(numbers: Any) -> Any:
    days = np.datetime64("2025-01-01", "D") + numbers % 700
    return _compute.cast(_compute.cast(pa.array(days), pa.date32()), pa.string())
