"""Whether a run would find the same as the run before it, which had found nothing to write.

Scores are a function of the mirror's rows, the day and the configuration. Where all three are those of a run whose
plan was empty, its plan would be empty again: neither scores nor plan are computed.
"""

import hashlib
from datetime import date
from importlib.metadata import version

from sidecar.configuration import Configuration
from sync import Mirror

NOTE = "settled"


def present_state(mirror: Mirror, configuration: Configuration, day: date) -> str:
    """What a run's plan depends on, as one short text; where, as whom and when we log in is no part of it."""
    settings = configuration.model_dump_json(
        exclude={"org", "pull", "feeds", "service", "console", "mail", "slack", "digest"}
    )
    parts = (version("salesforce-sidecar"), day.isoformat(), settings, mirror.fingerprint())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_settled(mirror: Mirror, state: str) -> bool:
    """Whether a run in this state has found nothing to write."""
    return mirror.note(NOTE) == state


def settle(mirror: Mirror, state: str) -> None:
    """Note that a run in this state found nothing to write."""
    mirror.keep_note(NOTE, state)


def unsettle(mirror: Mirror) -> None:
    """Forget it: values are about to be written, and a run that ends in the middle of it has to be gone on with."""
    mirror.keep_note(NOTE, "")
