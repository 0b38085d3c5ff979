"""Sends the week's digests: each person's once."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage

from sidecar.configuration import MailSection
from sidecar.digest.ledger import SENDING, SENT, SentDigests
from sidecar.digest.mail import Mailer, MailError, MailOutcomeUnknown, mailer
from sidecar.digest.recipients import Addressed
from sidecar.digest.render import message

_log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """How many digests went out, had gone out before, were refused, may have been received, or wait for a server."""

    sent: int = 0
    before: int = 0
    refused: int = 0
    unknown: int = 0
    waiting: int = 0

    def __str__(self) -> str:
        """In words, what is nought left out."""
        words = ("sent", "sent before", "refused", "of unknown fate", "not yet sent")
        counts = zip((self.sent, self.before, self.refused, self.unknown, self.waiting), words, strict=True)
        told = ", ".join(f"{count:,} {word}" for count, word in counts if count)
        return f"digests: {told}" if told else "digests: nobody to send to"


def send(
    recipients: Iterable[Addressed], section: MailSection, sent: SentDigests, *, week: date, org_url: str
) -> Outcome:
    """Send what has not gone out this week. A person whose mail is refused does not hold the others up.

    Raises:
        ConfigurationError, MailError: no mail server that could be used; nothing more is sent.
        OSError: what goes out cannot be noted; nothing more is sent.
    """
    outcome, due = Outcome(), []
    for to in recipients:
        if sent.has(week, to.digest.user_id):
            outcome.before += 1
        else:
            due.append(to)
    if not due:
        return outcome
    with mailer(section) as server:
        for place, to in enumerate(due, start=1):
            mail = message(to, sender=section.sender or "", week=week, org_url=org_url)
            if not _send_one(server, mail, sent, outcome, week=week, user=to.digest.user_id):
                outcome.waiting = len(due) - place
                break
    return outcome


def _send_one(
    server: Mailer, mail: EmailMessage, sent: SentDigests, outcome: Outcome, *, week: date, user: str
) -> bool:
    """Send one; whether the server can be used further."""
    sent.note(week, user, SENDING)
    try:
        server.send(mail)
    except MailError as error:
        sent.forget(week, user)
        outcome.refused += 1
        _log.error("the digest of user %s was not taken: %s", user, error)
        return True
    except MailOutcomeUnknown as error:
        outcome.unknown += 1
        _log.error("whether user %s got the digest is unknown, so it is not sent again: %s", user, error)
        return False
    sent.note(week, user, SENT)
    outcome.sent += 1
    return True
