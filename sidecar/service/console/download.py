"""Tables to take away."""

import re
from collections.abc import Iterable, Mapping, Sequence

from flask import Response

from sidecar.service.csv_text import csv_text


def as_file(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Response:
    """A CSV file that browsers save and never show.

    Args:
        name: of the file; what is no plain character becomes `_`.
        columns, rows: see `csv_text`.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return Response(csv_text(columns, rows), content_type="text/csv; charset=utf-8", headers=headers)
