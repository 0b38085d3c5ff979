"""Tables as CSV for spreadsheets, in which no text of the org becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"); a plain number is none.
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A table with a head, after RFC 4180.

    Args:
        columns: keys of the rows, which are the head as well.
        rows: missing values and None are empty cells.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    harmless = _NUMBER.fullmatch(text) or not _FORMULA.match(text.lstrip(" "))
    return text if harmless else f"'{text}"
