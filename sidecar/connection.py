"""What a run works with: the org (the configured one, or the local org of the state directory), mirror and bars."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sidecar import terminal
from sidecar.configuration import Configuration
from sidecar.mirror_access import open_mirror
from sidecar.options import Setting
from sidecar.state import State
from sync import Mirror, Org, OrgSettings


@contextmanager
def working(setting: Setting) -> Iterator[tuple[Org, Mirror, terminal.Bars]]:
    """The org, the mirror and the progress bars of a run."""
    configuration, state = setting.configuration, setting.state
    with (
        open_mirror(state) as mirror,
        connected(configuration, state) as org,
        terminal.progress_bars() as bars,
    ):
        yield org, mirror, bars


@contextmanager
def connected(configuration: Configuration, state: State) -> Iterator[Org]:
    """Log in and see that the org serves our API version; see `logged_in`.

    Raises:
        sync.ConfigurationError: as of `logged_in`, and an API version that the org does not serve.
    """
    with logged_in(configuration, state) as org:
        if configuration.org.configured:  # the local org serves what this program asks for
            org.check_version()
        yield org


@contextmanager
def logged_in(configuration: Configuration, state: State) -> Iterator[Org]:
    """Log in for the block's duration, starting the local org for it when no org is configured.

    Raises:
        sync.ConfigurationError: wrong key, wrong user, unreachable host; with the remedy.
        sync.RetryLater: the login host is busy or down.
    """
    with ExitStack() as stack:
        if not configuration.org.configured:
            from sidecar.org import embedded  # a run against a configured org never loads the local one

            stack.enter_context(embedded.served(state))
        yield stack.enter_context(Org.connect(login_settings(configuration, state)))


def login_settings(configuration: Configuration, state: State) -> OrgSettings:
    """How to log in to the configured org, else to the local one, which has to be running.

    Raises:
        sync.ConfigurationError: an address or a file is none.
    """
    section = configuration.org
    if section.username is None or section.consumer_key is None or section.private_key_file is None:
        from sidecar.org import embedded

        return embedded.settings(state)
    return OrgSettings(
        login_url=section.login_url,
        username=section.username,
        consumer_key=section.consumer_key,
        private_key_file=section.private_key_file,
        audience=section.audience,
        api_version=section.api_version,
        ca_bundle=section.ca_bundle,
    )
