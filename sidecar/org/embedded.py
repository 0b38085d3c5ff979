"""The local org of a state directory: made on first use, started for a command's duration when it is not running."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from localorg import pages, server
from sidecar import terminal
from sidecar.errors import SetupError
from sidecar.state import State
from sync import OrgSettings

if TYPE_CHECKING:
    from localorg.org import LocalOrg

CHECKOUT = Path(__file__).parents[2]
PACKAGE = CHECKOUT / "lwc_components"


def package_folder() -> Path:
    """The SFDX package: of this checkout, or what was installed along with the code.

    Raises:
        SetupError: the package is not beside the code.
    """
    if not PACKAGE.is_dir():
        raise SetupError(
            f"The package folder lwc_components is missing beside the code ({PACKAGE}). Remedy: install the product"
            " again, or run it from a checkout."
        )
    return PACKAGE


@contextmanager
def opened(state: State, *, plain: bool = False, must_exist: bool = False) -> Iterator[LocalOrg]:
    """Open the org's file directly, for loading and generating. A new org gets the package unless `plain`.

    Args:
        plain: make a new org without our package.
        must_exist: make no new org.

    Raises:
        SetupError: a server of this state directory is running: it must not be written behind its back. Or there is no
            org where one must exist.
    """
    from localorg.org import LocalOrg  # most commands only reach the org through its server

    if (info := server.running(state.folder)) is not None:
        raise SetupError(
            f"The local org of {state.folder} is being served at {info.url}. Stop it first (Ctrl-C there)."
        )
    if must_exist and not state.org_file.exists():
        raise SetupError(f"{state.folder} has no local org yet: `sidecar org load` or `sidecar org book` makes one.")
    org = LocalOrg.open(state.org_file, package=None if plain or state.org_file.exists() else package_folder())
    try:
        yield org
    finally:
        org.close()


@contextmanager
def served(state: State, *, port: int = 0, plain: bool = False) -> Iterator[server.ServerInfo]:
    """The running server of this state directory; started, and stopped at the end, if there was none.

    Args:
        port: 0 for any free one.
        plain: make a new org without our package.
    """
    if (info := server.running(state.folder)) is not None:
        yield info
        return
    package = package_folder() if _has_package(state, plain) else None
    info = server.start(state.folder, package=package, port=port)
    try:
        yield info
    finally:
        server.stop(info)


def _has_package(state: State, plain: bool) -> bool:
    """Whether the org has our package, or is new and will get it: then a start brings it up to date."""
    if not state.org_file.exists():
        return not plain
    with closing(sqlite3.connect(f"{state.org_file.as_uri()}?mode=ro", uri=True)) as connection:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Sidecar_Run__c'"
        return connection.execute(query).fetchone() is not None


def build_pages(bars: terminal.Bars) -> bool:
    """Compile the pages if their sources have changed.

    Returns:
        Whether there are pages: without Node packages, and in an installed copy, there is the API only.
    """
    bars.stage("Build pages")
    if not (CHECKOUT / "package-lock.json").is_file():
        terminal.say(
            "No pages: an installed copy has the API only. Remedy: `make demo` in a checkout shows them; here"
            " `sidecar plan`, `sidecar digest` and the console of `sidecar serve` show the numbers."
        )
        return False
    try:
        pages.ensure_built(CHECKOUT)
    except pages.PageBuildError as error:
        terminal.say(f"No pages: {error}")
        return False
    return True


def home(url: str) -> str:
    """The address of the home page."""
    return f"{url}/lightning/page/home"


def wait_until_stopped(state: State) -> None:
    """Block until Ctrl-C, or until the server has ended by itself."""
    terminal.say("Serving until Ctrl-C.")
    try:
        while server.running(state.folder) is not None:
            time.sleep(2)
    except KeyboardInterrupt:
        terminal.say("Stopped. Everything is kept; the same command goes on from here.")


def settings(state: State) -> OrgSettings:
    """How to log in to the served local org as the integration user."""
    credentials = server.credentials(state.folder)
    return OrgSettings(
        login_url=credentials.login_url,
        username=credentials.username,
        consumer_key=credentials.consumer_key,
        private_key_file=credentials.private_key_file,
    )
