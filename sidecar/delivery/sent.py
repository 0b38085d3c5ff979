"""What went out: by key, so that nobody gets anything twice, also after a crash."""

import json
import logging
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

from sidecar.errors import SetupError
from sidecar.private_file import write_private

SENDING, SENT, UNKNOWN, PASSED_OVER = "sending", "sent", "unknown", "passed over"
_log = logging.getLogger(__name__)
_KEPT = timedelta(weeks=26)


class Sent:
    """What went out in the last half year, in a file. One process at a time may have it.

    A key begins with a day, `YYYY-MM-DD`. It is noted as *sending* before a server gets the message, and as *sent*
    after. What a crash left as *sending* may have been received, so it is not sent again.
    """

    def __init__(self, file: Path) -> None:
        """Read the file.

        Raises:
            SetupError: it cannot be read: sending without it could send twice.
            OSError: there is no room; nothing may be sent.
        """
        self._file = file
        try:
            self._states: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        except (OSError, ValueError) as error:
            raise SetupError(
                f"{file} cannot be read ({error}): it says who has got what. Remedy: restore it; or delete it, if it"
                " does not matter that some get something twice."
            ) from error
        interrupted = [key for key, state in self._states.items() if state == SENDING]
        if interrupted:
            _log.error("the sidecar ended while it sent these, so they are not sent again: %s", ", ".join(interrupted))
            self.note(interrupted, UNKNOWN)

    def has(self, key: str) -> bool:
        """Whether this went out, or may have, or need not."""
        return key in self._states

    def note(self, keys: Collection[str], state: str) -> None:
        """Keep how far it is. Raises OSError when there is no room: then nothing may be sent."""
        newest = max((key[:10] for key in (*self._states, *keys)), default="")
        oldest = (date.fromisoformat(newest) - _KEPT).isoformat() if newest else ""
        kept = {key: old for key, old in self._states.items() if key >= oldest}
        self._states = kept | dict.fromkeys(keys, state)
        self._write()

    def forget(self, keys: Collection[str]) -> None:
        """The server did not take it: it may be sent again."""
        self._states = {key: state for key, state in self._states.items() if key not in keys}
        self._write()

    def _write(self) -> None:
        write_private(self._file, json.dumps(self._states, indent=2))
