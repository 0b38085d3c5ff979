"""What an org adds to its objects' own behaviour when rows are written: locks, ordered faults, rules, field history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localorg.faults import Faults

if TYPE_CHECKING:
    from localorg.store.locks import LockTable
    from localorg.store.recycle_bin import RecycleBin
    from localorg.store.rules import Rules
    from localorg.store.tracking import Tracking


@dataclass(frozen=True)
class Conduct:
    """One per org; what it holds is changed through the org's controls.

    settled: takes over what rows say about the org itself; called when such rows were written.
    """

    faults: Faults
    locks: LockTable
    rules: Rules
    tracking: Tracking
    bin: RecycleBin
    settled: Callable[[], None]
