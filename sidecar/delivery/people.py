"""Who is told, and where: asked of the org itself, at the time."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from sidecar.configuration import Configuration
from sidecar.delivery.slack import Payload, Post
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.questions import ask
from sync import Org, soql

_USERS_PER_QUERY = 200


@dataclass(frozen=True)
class Person:
    """An active user who may be told, and the ways to do so; None where there is no such way."""

    user_id: str
    username: str
    address: str | None
    webhook: SecretStr | None = None

    @property
    def slack(self) -> str:
        """What to call this person's webhook, whose address may not be shown."""
        return f"the Slack webhook of {self.username}"


def post_to(person: Person, payload: Payload) -> Post:
    """A message for this person's channel; the person has a webhook."""
    assert person.webhook is not None
    return Post(person.webhook, payload, person.slack)


def people(org: Org, user_ids: Iterable[str], configuration: Configuration) -> dict[str, Person]:
    """Those of the users who are active and can be reached, by id; one API call for 200 of them."""
    webhooks = configuration.slack.by_username()
    found = {}
    for user_id, username, address in _users(org, sorted(set(user_ids))):
        webhook = webhooks.get(username.casefold())
        if address or webhook:
            found[user_id] = Person(user_id, username, address, webhook)
    return found


def wanting(found: Mapping[str, Person], configuration: Configuration, unsubscribed: Unsubscribed) -> dict[str, Person]:
    """Those who want to be told, without being asked each time."""
    unwanted = {name.casefold() for name in configuration.digest.without}
    return {
        user_id: person
        for user_id, person in found.items()
        if person.username.casefold() not in unwanted and not unsubscribed.has(user_id)
    }


def user_named(org: Org, username: str) -> str | None:
    """The id of the user with this username; None where there is none. One API call."""
    rows = ask(org, "User", ["Id"], soql.compare("Username", "=", username), limit=1)
    return rows[0]["Id"] if rows else None


def _users(org: Org, ids: Collection[str]) -> Iterator[tuple[str, str, str | None]]:
    ordered = list(ids)
    for start in range(0, len(ordered), _USERS_PER_QUERY):
        where = soql.one_of("Id", ordered[start : start + _USERS_PER_QUERY]) & soql.compare("IsActive", "=", True)
        for row in ask(org, "User", ["Id", "Username", "Email"], where, limit=_USERS_PER_QUERY):
            yield row["Id"], row["Username"], row["Email"] or None
