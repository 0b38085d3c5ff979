"""What may become of a message that was not taken well."""

from sidecar.errors import SidecarError


class NotTaken(SidecarError):  # noqa: N818 - names a state
    """Nobody has got it; it may be sent again."""


class WayClosed(NotTaken):
    """Nobody has got it, and nothing further can go this way now."""


class OutcomeUnknown(SidecarError):  # noqa: N818 - names a state
    """The server was lost after it had the message: somebody may have got it."""
