"""The local org of a state directory: made on first use, started for a command's duration when it is not running."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localorg import server
from localorg.org import LocalOrg
from sidecar.errors import SetupError
from sidecar.state import State
from sync import OrgSettings

PACKAGE = Path(__file__).parents[2] / "lwc_components"


def package_folder() -> Path:
    """The SFDX package of this checkout.

    Raises:
        SetupError: the package is not beside the installed code.
    """
    if not PACKAGE.is_dir():
        raise SetupError(
            f"The package folder lwc_components is missing beside the code ({PACKAGE}). Run from a checkout."
        )
    return PACKAGE


@contextmanager
def opened(state: State, *, plain: bool = False) -> Iterator[LocalOrg]:
    """Open the org's file directly, for loading and generating. A new org gets the package unless `plain`.

    Raises:
        SetupError: a server of this state directory is running: it must not be written behind its back.
    """
    if (info := server.running(state.folder)) is not None:
        raise SetupError(
            f"The local org of {state.folder} is being served at {info.url}. Stop it first (Ctrl-C there)."
        )
    file = server.org_file(state.folder)
    new = not file.exists()
    org = LocalOrg.open(file, package=None if plain or not new else package_folder())
    try:
        yield org
    finally:
        org.close()


@contextmanager
def served(state: State, *, port: int = 0) -> Iterator[server.ServerInfo]:
    """The running server of this state directory; started, and stopped at the end, if there was none."""
    if (info := server.running(state.folder)) is not None:
        yield info
        return
    package = None if server.org_file(state.folder).exists() else package_folder()
    info = server.start(state.folder, package=package, port=port)
    try:
        yield info
    finally:
        server.stop(info)


def settings(state: State) -> OrgSettings:
    """How to log in to the served local org as the integration user."""
    credentials = server.credentials(state.folder)
    return OrgSettings(
        login_url=credentials.login_url,
        username=credentials.username,
        consumer_key=credentials.consumer_key,
        private_key_file=credentials.private_key_file,
    )
