"""The token that opens the service: made at the first start, in a file that its owner alone may read."""

import hmac
import secrets

from sidecar.private_file import write_private
from sidecar.state import State

_BYTES = 32
READING = "read-token"
"""The file of the token that opens everything for looking only."""


class Token:
    """A secret that a request must bring; its text shows in no representation."""

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, state: State, name: str = "token") -> "Token":
        """The token of a state directory, made if there is none. A new one: delete the file and start again.

        Args:
            name: of its file; or `READING`.
        """
        file = state.service_folder / name
        if not file.exists():
            write_private(file, secrets.token_urlsafe(_BYTES) + "\n")
        return cls(file.read_text(encoding="utf-8").strip())

    def opens(self, offered: str) -> bool:
        """Whether it is this token; takes as long for a near miss as for any other."""
        return bool(self._text) and hmac.compare_digest(offered.encode(), self._text.encode())

    def derived(self, purpose: str) -> bytes:
        """Another secret, for one purpose, that changes with the token."""
        return hmac.digest(self._text.encode(), purpose.encode(), "sha256")
