"""The newest backtest, kept for the model card."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sidecar.private_file import write_private

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeptBacktest:
    """A backtest as `sidecar backtest --json` tells it.

    Attributes:
        made_at: when, in ISO 8601.
        as_of: the day up to which history was looked at, in ISO 8601.
        result: see `sidecar.backtest.replayed.summary`.
    """

    made_at: str
    as_of: str
    result: Mapping[str, Any]


class Backtests:
    """A file that its owner alone may read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def keep(self, as_of: date, result: Mapping[str, Any]) -> None:
        """Keep it in place of the former one."""
        now = datetime.now(UTC).replace(microsecond=0)
        kept = {"made_at": now.isoformat(), "as_of": as_of.isoformat(), "result": result}
        write_private(self._file, json.dumps(kept))

    def newest(self) -> KeptBacktest | None:
        """The newest one; None before the first."""
        if not self._file.exists():
            return None
        try:
            return KeptBacktest(**json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            _log.warning("%s cannot be read (%s): make it again", self._file, error)
            return None
