"""Which digests went out: by person and week, so that nobody gets one twice, also after a crash."""

import json
from datetime import date, timedelta
from pathlib import Path

from sidecar.errors import SetupError
from sidecar.private_file import write_private

SENDING, SENT = "sending", "sent"
_KEPT = timedelta(weeks=8)


class SentDigests:
    """The digests of the last weeks, in a file.

    One is noted as *sending* before the mail server gets it, and as *sent* after. What a crash left as *sending* may
    have been received, so it is not sent again.
    """

    def __init__(self, file: Path) -> None:
        """Read the file.

        Raises:
            SetupError: it cannot be read: sending without it could send twice.
        """
        self._file = file
        try:
            self._states: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        except (OSError, ValueError) as error:
            raise SetupError(
                f"{file} cannot be read ({error}): it says who has got a digest. Remedy: restore it; or delete it, if"
                " it does not matter that some get this week's twice."
            ) from error

    def has(self, week: date, user_id: str) -> bool:
        """Whether this person's digest of this week went out, or may have."""
        return _key(week, user_id) in self._states

    def note(self, week: date, user_id: str, state: str) -> None:
        """Keep how far it is. Raises OSError when there is no room: then nothing may be sent."""
        oldest = (week - _KEPT).isoformat()
        self._states = {key: old for key, old in self._states.items() if key >= oldest} | {_key(week, user_id): state}
        self._write()

    def forget(self, week: date, user_id: str) -> None:
        """The server did not take it: it may be sent again."""
        self._states.pop(_key(week, user_id), None)
        self._write()

    def _write(self) -> None:
        write_private(self._file, json.dumps(self._states, indent=2))


def _key(week: date, user_id: str) -> str:
    return f"{week.isoformat()} {user_id}"


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
