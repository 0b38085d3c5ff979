"""Support cases as spans of days: open, old, escalated, come back, resolved in time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.health.counting import NEVER, Bools, Ints, day_numbers
from scoring.health.problems import Problems

CRITICAL = r"critical|urgent|\bp1\b|sev(?:erity)? ?1"
HIGH = r"high|\bp2\b|sev(?:erity)? ?2"
SEVERITIES = ("critical", "high", "other")


@dataclass(frozen=True)
class CaseRecords:
    """Cases with an account, sorted by account and id.

    Attributes:
        row: place in the book's table.
        account: code.
        severity: place in `SEVERITIES`.
        created, closed: days; `NEVER` for a case that is open.
        is_escalated, reopened: flags. A case is taken to have had them from its first day: no later one is kept.
        counts_reopened: whether the org tells how often cases came back.
    """

    row: Ints
    account: Ints
    severity: Ints
    created: Ints
    closed: Ints
    is_escalated: Bools
    reopened: Bools
    counts_reopened: bool

    def span(self, formula: str, flag: str, days: int) -> tuple[Ints, Ints]:
        """First day, and the day after the last, on which each case counts.

        Args:
            formula: `open_load`, `open_longer` or `recent_flagged`.
            flag: for `recent_flagged`, the flag.
            days: for the last two, the days that a case is open or was created ago.
        """
        if formula == "open_longer":
            return self.created + days + 1, self.closed
        if formula == "recent_flagged":
            last = np.maximum(self.closed, self.created + days + 1)
            return self.created, np.where(getattr(self, flag), last, self.created)
        return self.created, self.closed

    def resolution_spans(self, limits: Ints, days: int) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """Spans in which each case counts as resolved in time, and as late (open past its limit, or closed late).

        Args:
            limits: days to resolve each case.
            days: a closed case counts for so long.
        """
        in_time = self.closed - self.created <= limits
        until = np.where(self.closed == NEVER, NEVER, self.closed + days + 1)
        late_from = np.where(in_time, until, self.created + limits + 1)
        return (np.where(in_time, self.closed, until), until), (late_from, until)


def case_records(cases: pd.DataFrame, account: Ints, problems: Problems) -> CaseRecords:
    """Cases of known accounts.

    Args:
        cases: `CASES`.
        account: code of each row, -1 where unknown.
        problems: takes the count of cases that are left out.
    """
    problems.count(
        *("without_account", "cases", int((account < 0).sum())),
        "Cases without an account, or of one that is not in the book: left out",
    )
    row = np.flatnonzero(account >= 0)
    row = row[np.lexsort((cases["case_id"].to_numpy()[row], account[row]))]
    kept = cases.iloc[row]
    created = day_numbers(kept["created_date"])
    closed = np.where(kept["is_closed"], day_numbers(kept["closed_date"]), NEVER)
    unclear = kept["is_closed"].to_numpy() & ((closed == NEVER) | (closed < created))
    problems.count(
        *("closed_when", "cases", int(unclear.sum())),
        "Closed cases without a closing date, or closed before they were made: taken as closed on the day they came",
    )
    words, distinct = pd.factorize(kept["priority"].fillna("").str.lower())
    texts = pd.Series(distinct, dtype="str")
    critical, high = texts.str.contains(CRITICAL).to_numpy(dtype=bool), texts.str.contains(HIGH).to_numpy(dtype=bool)
    return CaseRecords(
        row=row,
        account=account[row],
        severity=np.select([critical, high], [0, 1], 2)[words].astype(np.int64),
        created=created,
        closed=np.where(unclear, created, closed),
        is_escalated=kept["is_escalated"].to_numpy(dtype=bool),
        reopened=(kept["reopened"] > 0).to_numpy(),
        counts_reopened=bool(cases["reopened"].notna().any()),
    )
