"""Which accounts have fallen below their commit, and since when, so that each fall is told once."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sidecar.commit_alert.shortfall import Shortfall
from sidecar.errors import SetupError
from sidecar.private_file import write_private

_NOTHING: dict[str, Any] = {"quarter": "", "since": {}}


class Falls:
    """The accounts that are below in the present quarter, in a file: account -> day of the fall.

    An account has fallen when it is below by at least the configured share, and has recovered when it is below by less
    than half of that: in between nothing changes, so that small movements tell nobody anything.
    """

    def __init__(self, file: Path) -> None:
        """Read the file.

        Raises:
            SetupError: it cannot be read: without it all accounts would be told of again.
        """
        self._file = file
        try:
            kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else _NOTHING
            self._quarter: str = kept["quarter"]
            self._since: dict[str, str] = dict(kept["since"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SetupError(
                f"{file} cannot be read ({error}): it says which accounts are known to be below their commit. Remedy:"
                " restore it; or delete it, if it does not matter that some are told twice."
            ) from error

    def after(self, below: Sequence[Shortfall], day: date, share: float) -> list[tuple[Shortfall, date]]:
        """Take in how accounts stand now; returns those that have fallen and not recovered, with the day of the fall.

        Args:
            below: all that are below at all.
            day: today in the org.
            share: of the commit, from which on an account has fallen.
        """
        quarter = max((shortfall.starts.isoformat() for shortfall in below), default=self._quarter)
        before = self._since if quarter == self._quarter else {}
        since = {
            shortfall.account_id: before.get(shortfall.account_id, day.isoformat())
            for shortfall in below
            if shortfall.share >= (share / 2 if shortfall.account_id in before else share)
        }
        if (quarter, since) != (self._quarter, self._since):
            write_private(self._file, json.dumps({"quarter": quarter, "since": since}, indent=2))
            self._quarter, self._since = quarter, since
        return [(s, date.fromisoformat(since[s.account_id])) for s in below if s.account_id in since]
