"""Deployments: what is due of them, how long they take, whether they are late."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.days import Floats, days_between, days_until
from scoring.health.counting import NEVER, Bools, Ints, day_number, day_numbers
from scoring.health.definitions import AMOUNTS
from scoring.health.problems import Problems


@dataclass(frozen=True)
class DeploymentRecords:
    """Deployments that have begun by the day of scoring, sorted by account, product and id.

    Attributes:
        row: place in the book's table.
        pair: account code x products + product code.
        start: first day, 0 where unknown. target: planned last day. completed: `NEVER` while it is not.
        dated: whether the first day is known.
        stalled: today's status says so.
        due: 0..1, the share that should be done by now.
        amounts: columns of `AMOUNTS`; negative ones are missing.
    """

    row: Ints
    pair: Ints
    start: Ints
    target: Ints
    completed: Ints
    dated: Bools
    stalled: Bools
    due: Floats
    amounts: dict[str, Floats]

    def first_days(self) -> tuple[Ints, Ints]:
        """Pairs and their first days."""
        return self.pair, self.start


def deployment_records(
    deployments: pd.DataFrame, pair: Ints, as_of: pd.Timestamp, problems: Problems
) -> DeploymentRecords:
    """The deployments that have begun, with what is due of them.

    What is expected grows evenly from start to target date, in tenths; without both dates, and after the target date,
    all of it is expected.

    Args:
        deployments: `DEPLOYMENTS`.
        pair: account code x products + product code of each row, negative for an unknown account.
        as_of: a day.
        problems: takes the counts.
    """
    table = deployments
    undated = (table["started_on"].isna() & (table["status"] != "Planned")).to_numpy()
    problems.count(
        *("without_dates", "deployments", int((undated & (pair >= 0)).sum())),
        "Deployments without a start: all of it counts as due, and it has no time to deploy",
    )
    problems.count(
        *("without_account", "deployments", int((pair < 0).sum())),
        "Deployments of an account that is not in the book: left out",
    )
    amounts = table[list(AMOUNTS)]
    problems.count(
        *("negative", "deployments", int((amounts < 0).any(axis=1).sum())),
        "Deployments with a negative number: that number counts as missing",
    )
    begun = (table["started_on"] <= as_of.normalize()).to_numpy() | undated
    row = np.flatnonzero(begun & (pair >= 0))
    row = row[np.lexsort((table["deployment_id"].to_numpy()[row], pair[row]))]
    kept = table.iloc[row].reset_index(drop=True)
    today = day_number(as_of)
    completed = day_numbers(kept["completed_on"])
    completed = np.where(completed > today, NEVER, completed)
    is_done = ((kept["status"] == "Completed") & kept["completed_on"].isna()).to_numpy()
    start = day_numbers(kept["started_on"], 0)
    return DeploymentRecords(
        row=row,
        pair=pair[row],
        start=start,
        target=day_numbers(kept["target_date"]),
        completed=np.where(is_done, start, completed),
        dated=kept["started_on"].notna().to_numpy() & ~is_done,
        stalled=(kept["status"] == "Stalled").to_numpy(),
        due=np.where(is_done | (completed < NEVER), 1.0, _due(kept, as_of)),
        amounts={name: amounts[name].where(amounts[name] >= 0).to_numpy(dtype="float64")[row] for name in AMOUNTS},
    )


def _due(rows: pd.DataFrame, as_of: pd.Timestamp) -> Floats:
    span = days_between(rows["target_date"], rows["started_on"])
    passed = days_until(as_of, rows["started_on"]) / span.where(span > 0)
    return np.asarray((10.0 * passed.clip(0.0, 1.0) // 1.0 / 10.0).fillna(1.0), dtype=np.float64)
