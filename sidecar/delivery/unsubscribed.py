"""Who wants to be told nothing: said by the users themselves in Salesforce, or by an administrator."""

import json
from pathlib import Path

from sidecar.errors import SetupError
from sidecar.private_file import write_private


class Unsubscribed:
    """Users who get neither digests nor alerts, in a file."""

    def __init__(self, file: Path) -> None:
        """Read the file.

        Raises:
            SetupError: it cannot be read: who wants nothing would get something.
        """
        self._file = file
        try:
            self._users: set[str] = set(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else set()
        except (OSError, ValueError, TypeError) as error:
            raise SetupError(
                f"{file} cannot be read ({error}): it says who wants no digest. Remedy: restore it; or delete it, and"
                " tell those who wanted none."
            ) from error

    def has(self, user_id: str) -> bool:
        """Whether this user wants nothing."""
        return user_id[:15] in self._users

    def add(self, user_id: str) -> None:
        """From now on this user is told nothing. Raises OSError when that cannot be kept."""
        self._keep(self._users | {user_id[:15]})

    def remove(self, user_id: str) -> None:
        """This user is told again. Raises OSError when that cannot be kept."""
        self._keep(self._users - {user_id[:15]})

    def _keep(self, users: set[str]) -> None:
        write_private(self._file, json.dumps(sorted(users)))
        self._users = users
