"""Errors of the composition, by what the caller should do next.

Every message says what was received, what was expected and the remedy. `exit_code` is the command line's answer:
1 failed, 2 wrong usage or configuration, 3 done in part.
"""


class SidecarError(Exception):
    """Root of everything the composition raises on purpose."""

    exit_code = 1


class ConfigurationError(SidecarError):
    """A person has to change the configuration or the command before it can work."""

    exit_code = 2


class SetupError(SidecarError):
    """Something this machine lacks (Node packages, a free port, a writable folder)."""

    exit_code = 2


class MassChangeError(SidecarError):
    """A run would change far more than runs do; a person has to look at its plan and confirm."""


class AwaitsConfirmationError(SidecarError):
    """The service has something to write, and is configured to write nothing before a person has confirmed it."""


class PlanChangedError(SidecarError):
    """What a person confirmed is not what would be written now; nothing was written."""
