"""Customer health: whether its churn risk can be believed, what it says of nothing, and what it costs.

- `churn_*`: renewals of generated books, scored as of 60 to 120 days before they were decided by a model that had only
  seen earlier ones. Floors: `utilisation_auc`, `cases_auc`, `total_auc`, each a single number; ceilings that know the
  truth: `class_today_auc`, `class_at_entry_auc`, `truth_auc` (see `benchmarks.health_churn`). `rank_*`: rank
  correlation of today's accounts with the truth's risk.
- `maven_*`: an export without any input of health: nothing may be made up.
- `seconds`: all accounts, 15 measures, 26 weeks and 3 changes with all tables and words; `some_processor_seconds`: the
  same for one account in a hundred, compared with all. `vs_groupby_apply`: our processor time over that of plain
  pandas, an account and a week at a time, for the bare values alone, taken of a sample and extrapolated.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.report import arguments, measure, publish

LARGE, QUICK = 200_000, 5_000
BOOK, QUICK_BOOK = 400, 150
# Of the books: never those that anything was chosen on.
SEEDS, QUICK_SEEDS = (7, 21, 22, 23), (7,)
SAMPLE, QUICK_SAMPLE = 300, 30


def main(command_line: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = arguments("health", "Churn risk against the truth; seconds to score all accounts.")
    parser.add_argument("--accounts", type=int, help="accounts to be timed")
    options = parser.parse_args(command_line)
    quick = options.quick
    accounts = options.accounts or (QUICK if quick else LARGE)
    sample = QUICK_SAMPLE if quick else SAMPLE
    figures: dict[str, Any] = {"accounts": accounts}
    figures |= _ways("speed", accounts)
    plain = _ways("apply", sample)["processor_seconds"] / sample * accounts
    figures |= {"groupby_apply_seconds": round(plain), "groupby_apply_sample": sample}
    figures["vs_groupby_apply"] = round(figures["processor_seconds"] / plain, 5)
    figures |= _ways("churn", QUICK_BOOK if quick else BOOK, *(QUICK_SEEDS if quick else SEEDS))
    figures |= {f"maven_{name}": value for name, value in _ways("maven").items()}
    publish("health", quick=quick, figures=figures, path=options.json)
    return 0


def _ways(*options: object) -> dict[str, Any]:
    return measure("benchmarks.health_ways", *map(str, options))


if __name__ == "__main__":
    sys.exit(main())
