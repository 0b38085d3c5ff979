"""`sidecar digest unsubscribe` and `subscribe`: who wants to be told nothing."""

import click

from sidecar import terminal
from sidecar.connection import logged_in
from sidecar.delivery.people import user_named
from sidecar.delivery.unsubscribed import Unsubscribed
from sidecar.errors import ConfigurationError
from sidecar.options import Setting, common

_USER = click.argument("username")


@click.command()
@_USER
@common
def unsubscribe(setting: Setting, username: str) -> None:
    """Send USERNAME neither digests nor alerts, from the next one on.

    Users can say so themselves: each mail leads to a request in Salesforce that only they can make.
    """
    Unsubscribed(setting.state.unsubscribed_file).add(_user(setting, username))
    terminal.say(f"{username} gets neither digests nor alerts. `sidecar digest subscribe {username}` takes it back.")


@click.command()
@_USER
@common
def subscribe(setting: Setting, username: str) -> None:
    """Send USERNAME digests and alerts again."""
    Unsubscribed(setting.state.unsubscribed_file).remove(_user(setting, username))
    terminal.say(f"{username} gets digests and alerts again, unless `without` in [digest] names this user.")


def _user(setting: Setting, username: str) -> str:
    with logged_in(setting.configuration, setting.state) as org:
        user_id = user_named(org, username)
    if user_id is None:
        raise ConfigurationError(f"The org has no user {username!r}: expected a username such as rita@acme.example.")
    return user_id
