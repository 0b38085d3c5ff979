"""Tells owner and leader of each fall, each once by each way."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sidecar.commit_alert.falls import Falls
from sidecar.commit_alert.render import message, payload
from sidecar.commit_alert.shortfall import Shortfall
from sidecar.configuration import Configuration
from sidecar.delivery import slack
from sidecar.delivery.mail import mailer
from sidecar.delivery.people import Person, people, post_to, wanting
from sidecar.delivery.send import Outcome, Parcel, hand_over
from sidecar.delivery.sent import PASSED_OVER, Sent
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.record_access import readable
from sidecar.state import State
from sync import Org

MAIL, SLACK = "mail", "slack"
_WAYS = (MAIL, SLACK)


@dataclass(frozen=True)
class Told:
    """What is to be told of one account to one person by one way; its key is unlike that of any other fall."""

    shortfall: Shortfall
    since: date
    user_id: str
    way: str

    @property
    def key(self) -> str:
        """As `Sent` takes it."""
        return f"{self.since.isoformat()} {self.shortfall.account_id} {self.user_id} {self.way}"


def alert(
    below: Sequence[Shortfall],
    day: date,
    configuration: Configuration,
    state: State,
    connect: Callable[[], AbstractContextManager[Org]],
) -> Outcome:
    """Tell of all falls that have not been told of. The org is asked only where there are any.

    Who may not see the account, or wants to be told nothing, is passed over for good.

    Args:
        below: accounts below their commit.
        day: today in the org.
        connect: logs in.

    Raises:
        ConfigurationError, NotTaken: no mail server that could be used; what is left is sent by the next call.
        OSError: what goes out cannot be noted; nothing more is sent.
    """
    falls = Falls(state.service_folder / "falls.json").after(below, day, configuration.digest.alert_share)
    sent = Sent(state.service_folder / "alerts.json")
    new = [told for told in _all(falls) if not sent.has(told.key)]
    if not new:
        return Outcome()
    unsubscribed = Unsubscribed(state.unsubscribed_file)
    with connect() as org:
        reachable = people(org, {told.user_id for told in new}, configuration)
        found = wanting(reachable, configuration, unsubscribed)
        due = list(_permitted(org, new, found, by_mail=configuration.mail.host is not None))
        url = org.instance_url
    if passed := {told.key for told in new} - {told.key for told in due}:
        sent.note(passed, PASSED_OVER)
    return _send(due, found, configuration, sent, url)


def _all(falls: Sequence[tuple[Shortfall, date]]) -> Iterator[Told]:
    for shortfall, since in falls:
        yield from (Told(shortfall, since, user, way) for user in shortfall.people for way in _WAYS)


def _permitted(org: Org, new: Sequence[Told], found: Mapping[str, Person], *, by_mail: bool) -> Iterator[Told]:
    """What each person may see, by the ways that this person has; one API call for 200 records of a person."""
    for user_id, person in found.items():
        ways = {MAIL: by_mail and bool(person.address), SLACK: person.webhook is not None}
        own = [told for told in new if told.user_id == user_id and ways[told.way]]
        seen = readable(org, user_id, {record for told in own for record in told.shortfall.records()})
        for told in own:
            if told.shortfall.account_id in seen:
                yield replace(told, shortfall=told.shortfall.limited_to(seen))


def _send(
    due: Sequence[Told], found: Mapping[str, Person], configuration: Configuration, sent: Sent, url: str
) -> Outcome:
    posts = [
        Parcel(keys, f"the alert to {person.slack}", partial(post_to, person, payload(shown, url)))
        for person, keys, shown in _by_person(due, found, SLACK)
    ]
    outcome = hand_over(posts, slack.post, sent)
    mails = list(_by_person(due, found, MAIL))
    if not mails:
        return outcome
    section = configuration.mail
    with mailer(section) as server:
        parcels = [
            Parcel(keys, f"the alert to user {person.user_id}", partial(message, person, shown, section.sender, url))
            for person, keys, shown in mails
        ]
        return outcome + hand_over(parcels, server.send, sent)


def _by_person(
    due: Collection[Told], found: Mapping[str, Person], way: str
) -> Iterator[tuple[Person, tuple[str, ...], tuple[Shortfall, ...]]]:
    for user_id, person in found.items():
        own = [told for told in due if (told.user_id, told.way) == (user_id, way)]
        if own:
            yield person, tuple(told.key for told in own), tuple(told.shortfall for told in own)
