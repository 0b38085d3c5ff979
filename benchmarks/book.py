"""The generated book: what it takes to make it with its truth and to fill an org with it, and whether the truth holds.

Each way runs in a process of its own:

- `generate`: decide a book, write the truth of every deal and account in every week, make every table, keep none;
- `fill`: the same tables into a new local org;
- `floor_walk`: what the walk cannot do without: a random number and a look-up for each week of each deal, in numpy;
- `floor_insert`: the rows of the deals into a bare SQLite table without keys, indexes or journal, in one `executemany`.

`check` lets a sample of deals and of renewals that are not opened yet go on 10,000 times each with the generator's own
steps and compares with the truth: z is the distance in standard errors of counting, `bound` the largest that chance
would give once in a hundred such checks.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.report import arguments, measure, publish, table

DEMO = (60, 1_500)
LARGE, QUICK = (200_000, 1_000_000), (10_000, 50_000)


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("book", "Seconds to generate a book with its truth and to fill an org with it.")
    parser.add_argument("--no-fill", action="store_true", help="leave out the filling, which takes longest")
    options = parser.parse_args(command_line)
    sizes = {"demo": DEMO, "large": QUICK if options.quick else LARGE}
    ways = (
        ("generate", "floor_walk", "floor_insert")
        if options.no_fill
        else ("generate", "fill", "floor_walk", "floor_insert")
    )
    lines: list[list[Any]] = []
    figures: dict[str, Any] = {}
    for size, (accounts, deals) in sizes.items():
        found = {way: _measured(way, accounts, deals) for way in ways}
        figures[f"deals_{size}"] = deals
        for way, result in found.items():
            speed = round(result["rows"] / max(result["seconds"], 0.01))  # the small floor takes none that shows
            lines.append(
                [size, way, result["rows"], result["seconds"], result["cpu_seconds"], speed, result["peak_mb"]]
            )
            figures[f"{way}_seconds_{size}"] = result["seconds"]
            figures[f"{way}_processor_seconds_{size}"] = result["cpu_seconds"]
            figures[f"{way}_peak_mb_{size}"] = result["peak_mb"]
            figures[f"{way}_rows_per_second_{size}"] = speed
        if "fill" in found:
            floor = figures[f"floor_insert_rows_per_second_{size}"] / figures[f"fill_rows_per_second_{size}"]
            figures[f"fill_vs_floor_{size}"] = round(floor, 2)
        figures[f"truth_rows_{size}"] = found["generate"]["truth_rows"]
    print(table(("book", "way", "rows", "seconds", "processor s", "rows/s", "peak MB"), lines))
    check = measure("benchmarks.book_ways", "check", "100" if options.quick else "1000", "10000")
    print(table(("truth against", "compared", "largest z", "bound", "mean z", "spread of z"), check["lines"]))
    figures |= {name: check[name] for name in ("compared", "largest_z", "bound", "mean_z", "spread_of_z")}
    publish("book", quick=options.quick, figures=figures, path=options.json)
    return 0 if check["largest_z"] <= check["bound"] else 1


def _measured(way: str, accounts: int, deals: int) -> dict[str, Any]:
    return measure("benchmarks.book_ways", way, str(accounts), str(deals))


if __name__ == "__main__":
    sys.exit(main())
