"""Mails people their own digest as it would be today; it does not count as the week's."""

from collections.abc import Collection, Iterator
from datetime import date

from sidecar.configuration import Configuration
from sidecar.delivery.mail import mailer
from sidecar.delivery.people import people
from sidecar.digest.gather import digests
from sidecar.digest.recipients import addressed
from sidecar.digest.render import message
from sidecar.digest.send import week_of
from sidecar.service.requests.mailbox import DONE, REFUSED, Answer, Request
from sync import Mirror, Org


def preview(
    org: Org, mirror: Mirror, configuration: Configuration, requests: Collection[Request], day: date
) -> Iterator[Answer]:
    """Mail each person who asks one digest, however often they asked; only to their own address.

    Args:
        day: the org's.

    Raises:
        ConfigurationError, NotTaken, OutcomeUnknown: the mail server did not take it.
    """
    section = configuration.mail
    if not requests:
        return
    if section.host is None:
        for request in requests:
            yield Answer(request, REFUSED, "No mail server is configured for the sidecar: ask your administrator.")
        return
    users = {request.user_id for request in requests}
    reachable = {user: person for user, person in people(org, users, configuration).items() if person.address}
    found = list(addressed(org, list(digests(mirror)), reachable))
    week = week_of(day)
    with mailer(section) as server:
        for to in found:
            server.send(message(to, sender=section.sender or "", week=week, org_url=org.instance_url, preview=True))
    sent = {to.digest.user_id for to in found}
    for request in requests:
        if request.user_id in sent:
            yield Answer(request, DONE, "Sent to your e-mail address.")
        else:
            yield Answer(request, REFUSED, "There is no projection of yours, so there is nothing to tell.")
