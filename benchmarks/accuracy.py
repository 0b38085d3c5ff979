"""How good the probabilities and ranges are: on real exports and on books whose truth is known, beside peers.

The peers (base rate, stage rate, scikit-learn's logistic regression and histogram gradient boosting) learn from and are
asked about the same rows in the same run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks.accuracy_book import rows as book
from benchmarks.accuracy_deals import rows as deals
from benchmarks.accuracy_projection import rows as projection
from benchmarks.accuracy_rows import Row
from benchmarks.accuracy_thin import rows as thin
from benchmarks.report import arguments, publish, table

_PARTS: Mapping[str, Callable[[bool], list[Row]]] = {
    "deals": deals,
    "book": book,
    "thin": thin,
    "projection": projection,
}


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("accuracy", "Win probabilities and projections against what happened.")
    parser.add_argument("--part", action="append", choices=[*_PARTS], help="only this part; may be repeated")
    options = parser.parse_args(command_line)
    rows: list[Row] = []
    figures: dict[str, object] = {}
    for name in options.part or _PARTS:
        begun = time.process_time()
        rows += _PARTS[name](options.quick)
        figures[f"{name}.processor_seconds"] = round(time.process_time() - begun, 1)
    print(_table(rows))
    figures |= {f"{row.on}.{row.method}.{name}": value for row in rows for name, value in row.figures.items()}
    publish("accuracy", quick=options.quick, figures=figures, path=options.json)
    return 0


def _table(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    lines = [[row.on, row.method, *(_cell(row.figures.get(name, "")) for name in names), _goals(row)] for row in rows]
    return table(("on", "method", *names, "goals"), lines)


def _cell(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4f}"


def _goals(row: Row) -> str:
    missed = row.missed()
    if missed:
        return "missed: " + ", ".join(map(str, missed))
    return "met" if row.goals else ""


if __name__ == "__main__":
    sys.exit(main())
