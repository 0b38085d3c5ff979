"""Who gets a digest and what they may see: asked of the org itself, at the time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sidecar.configuration import Configuration
from sidecar.delivery.people import Person, people, wanting
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.digest.content import Digest
from sidecar.digest.gather import digests
from sidecar.record_access import readable
from sidecar.state import State
from sync import Mirror, Org

SHOWN = 5
"""Lines of a kind in a digest."""


@dataclass(frozen=True)
class Addressed:
    """A digest and where it goes."""

    digest: Digest
    person: Person


def addressed(org: Org, digests: Sequence[Digest], found: Mapping[str, Person]) -> Iterator[Addressed]:
    """The digests of these people, with what each of them may see; one API call for each person's access."""
    for digest in digests:
        person = found.get(digest.user_id)
        if person is not None:
            seen = readable(org, digest.user_id, digest.records())
            yield Addressed(digest.limited_to(seen, SHOWN), person)


def of_the_week(org: Org, mirror: Mirror, configuration: Configuration, state: State) -> list[Addressed]:
    """The digests of all who want one; besides, one API call for the addresses of 200 people."""
    found = list(digests(mirror))
    reachable = people(org, (digest.user_id for digest in found), configuration)
    unsubscribed = Unsubscribed(state.unsubscribed_file)
    return list(addressed(org, found, wanting(reachable, configuration, unsubscribed)))
