"""Hands messages over, each once, whatever becomes of the others."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sidecar.delivery.errors import NotTaken, OutcomeUnknown, WayClosed
from sidecar.delivery.sent import SENDING, SENT, UNKNOWN, Sent

_log = logging.getLogger(__name__)
Content = TypeVar("Content")


@dataclass(frozen=True)
class Parcel(Generic[Content]):
    """A message for one person.

    Attributes:
        keys: what it tells, by keys of `Sent`.
        to: whose it is and by which way, for the log.
        make: makes the message, when it is its turn.
    """

    keys: tuple[str, ...]
    to: str
    make: Callable[[], Content]


@dataclass
class Outcome:
    """How many messages went out, had gone out before, were refused, may have been received, or wait for a server."""

    sent: int = 0
    before: int = 0
    refused: int = 0
    unknown: int = 0
    waiting: int = 0

    @property
    def unfinished(self) -> bool:
        """Whether something has to be sent again."""
        return bool(self.refused or self.waiting)

    def __add__(self, other: "Outcome") -> "Outcome":
        """Both together."""
        return Outcome(
            self.sent + other.sent,
            self.before + other.before,
            self.refused + other.refused,
            self.unknown + other.unknown,
            self.waiting + other.waiting,
        )

    def __str__(self) -> str:
        """In words, what is nought left out."""
        words = ("sent", "sent before", "refused", "of unknown fate", "not yet sent")
        counts = zip((self.sent, self.before, self.refused, self.unknown, self.waiting), words, strict=True)
        return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "nobody to send to"


def hand_over(parcels: Sequence[Parcel[Content]], give: Callable[[Content], None], sent: Sent) -> Outcome:
    """Give each message that has not gone out to a server. One that is refused does not hold the others up.

    Args:
        give: raises as `Mailer.send` does.

    Raises:
        OSError: what goes out cannot be noted; nothing more is sent.
    """
    outcome = Outcome()
    for place, parcel in enumerate(parcels):
        if _went_out(parcel, sent):
            outcome.before += 1
            continue
        try:
            content = parcel.make()
            sent.note(parcel.keys, SENDING)
            give(content)
        except WayClosed as error:
            sent.forget(parcel.keys)
            outcome.waiting = sum(not _went_out(left, sent) for left in parcels[place:])
            _log.error("%s: %s", parcel.to, error)
            break
        except NotTaken as error:
            sent.forget(parcel.keys)
            outcome.refused += 1
            _log.error("%s was not taken: %s", parcel.to, error)
        except OutcomeUnknown as error:
            sent.note(parcel.keys, UNKNOWN)
            outcome.unknown += 1
            _log.error("whether anybody got %s is unknown, so it is not sent again: %s", parcel.to, error)
        else:
            sent.note(parcel.keys, SENT)
            outcome.sent += 1
    return outcome


def _went_out(parcel: Parcel[Content], sent: Sent) -> bool:
    return all(sent.has(key) for key in parcel.keys)
