"""Sends the week's digests: each person's once by each way."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from sidecar.configuration import MailSection
from sidecar.delivery import slack
from sidecar.delivery.mail import mailer
from sidecar.delivery.people import post_to
from sidecar.delivery.send import Outcome, Parcel, hand_over
from sidecar.delivery.sent import Sent
from sidecar.digest.blocks import payload
from sidecar.digest.recipients import Addressed
from sidecar.digest.render import message


def send(recipients: Iterable[Addressed], section: MailSection, sent: Sent, *, week: date, org_url: str) -> Outcome:
    """Send what has not gone out this week. Slack goes first: a mail server that fails does not hold it up.

    Raises:
        ConfigurationError, NotTaken: no mail server that could be used; no mail is sent.
        OSError: what goes out cannot be noted; nothing more is sent.
    """
    recipients = list(recipients)
    by_mail = section.host is not None or not any(to.person.webhook for to in recipients)
    posts, mails = [], []
    for to in recipients:
        key = f"{week.isoformat()} {to.digest.user_id}"
        if by_mail and to.person.address:
            make = partial(message, to, sender=section.sender, week=week, org_url=org_url)
            mails.append(Parcel((key,), f"the digest to user {to.person.user_id}", make))
        if to.person.webhook:
            posts.append(Parcel((f"{key} slack",), f"the digest to {to.person.slack}", partial(_post, to, org_url)))
    outcome = hand_over(posts, slack.post, sent)
    if all(sent.has(key) for parcel in mails for key in parcel.keys):
        return outcome + Outcome(before=len(mails))
    with mailer(section) as server:
        return outcome + hand_over(mails, server.send, sent)


def _post(to: Addressed, org_url: str) -> slack.Post:
    return post_to(to.person, payload(to.digest, org_url))


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
